import { parseArgs } from 'node:util';
import { choosePlatform } from './lifecycle/choosePlatform';
import { Containers } from './lifecycle/containers';
import type { ReapResult, ServerView } from './lifecycle/model';
import { OwnSession } from './lifecycle/ownSession';
import { Reaper } from './lifecycle/reaper';
import { Sweeper } from './lifecycle/sweeper';
import { openDataFolder } from './registry/dataFolder';
import { formatAge, formatMemory } from './views/format';

const USAGE = `mcp-processes: MCP server processes that were launched through MCP Processes

  mcp-processes list [--json]               servers, active and orphaned, and why
  mcp-processes reap [--dry-run] [--json]   end what is provably orphaned
  mcp-processes run [--name N] -- command   start an MCP server of any client under protection; this word belongs to
                                            the launcher, bin/mcp-processes in the data folder

Exit codes: 0 done (reap: nothing is left) · 1 it failed · 2 wrong usage · 3 reap: something was kept or survived
MCP_PROCESSES_HOME names another data folder.`;

async function main(argv: string[]): Promise<number> {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(argv);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${USAGE}\n`);
    return 2;
  }
  const { values, positionals } = parsed;
  if (values.help) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const [command, ...more] = positionals;
  if (more.length > 0 || (command !== 'list' && command !== 'reap') || (values['dry-run'] && command !== 'reap')) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  const sweeper = await openSweeper();
  if (command === 'list') {
    // A dry run looks without reaping.
    await sweeper.reapOrphans({ dryRun: true });
    const { servers } = sweeper.publish();
    process.stdout.write(values.json ? `${JSON.stringify(servers, undefined, 2)}\n` : listing(servers));
    return 0;
  }
  const results = await sweeper.reapOrphans({ dryRun: values['dry-run'] ?? false });
  process.stdout.write(values.json ? `${JSON.stringify(results, undefined, 2)}\n` : report(results));
  const left = results.some(({ processes }) =>
    processes.some(({ outcome }) => outcome === 'kept' || outcome === 'survived'),
  );
  return left ? 3 : 0;
}

function parse(args: string[]) {
  return parseArgs({
    args,
    allowPositionals: true,
    options: { json: { type: 'boolean' }, 'dry-run': { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
}

async function openSweeper(): Promise<Sweeper> {
  const log = {
    info: () => {},
    warn: (message: string) => process.stderr.write(`${message}\n`),
    error: (message: string) => process.stderr.write(`${message}\n`),
  };
  const platform = await choosePlatform();
  const folder = openDataFolder();
  const self = await platform.self();
  const settings = { automatic: 'off' as const, neverReap: [] };
  const containers = new Containers(log);
  return new Sweeper({
    platform,
    folder,
    self,
    own: new OwnSession(folder, log, self, 'command line', undefined, settings),
    containers,
    reaper: new Reaper({ platform, folder, self, log, containers, by: 'command line', neverReap: () => [] }),
    log,
    settings: () => settings,
    rowsOfThisWindow: () => [],
    problems: () => [],
  });
}

function listing(servers: readonly ServerView[]): string {
  if (servers.length === 0) return 'No MCP servers that were launched through MCP Processes are running.\n';
  return servers
    .map((server) => {
      const facts = [
        server.verdict,
        `pid ${server.pid}`,
        formatAge(server.startedAt, Date.now()),
        formatMemory(server.memory),
      ].filter(Boolean);
      return `${server.name}  ${facts.join(' · ')}\n${server.evidence.map((line) => `    ${line}\n`).join('')}`;
    })
    .join('');
}

function report(results: readonly ReapResult[]): string {
  if (results.length === 0) return 'No orphaned MCP servers.\n';
  return results
    .map(
      ({ server, processes, dryRun }) =>
        `${server}\n${processes
          .map(({ pid, name, outcome, reason }) => {
            const what = dryRun && outcome !== 'kept' ? 'would be ended' : outcome;
            return `    pid ${pid} (${name}): ${what}${reason ? `, ${reason}` : ''}\n`;
          })
          .join('')}`,
    )
    .join('');
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  },
);
