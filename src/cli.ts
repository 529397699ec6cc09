import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { MachineConfigs } from './clients/machineConfigs';
import type { Log } from './common/log';
import { configuredRuns } from './containers/configuredContainer';
import { RecordedContainers } from './containers/recordedContainers';
import type {
  ContainerWithoutClient,
  ReapCandidate,
  ReapedProcess,
  ReapPreview,
  ReapResult,
  ServerView,
} from './model/inventory';
import type { Refusal } from './model/refusal';
import { choosePlatform } from './os/choosePlatform';
import { Reaper } from './reaping/reaper';
import { isFinished } from './reaping/results';
import { type DataFolder, openDataFolder } from './registry/dataFolder';
import { OwnSession } from './registry/ownSession';
import { ForeignServers } from './scan/foreignServers';
import { Sweeper } from './tracker/sweeper';
import { othersText } from './wording/containers';
import { evidenceSentence } from './wording/evidence';
import { formatAge, formatMemory, shortId } from './wording/format';
import { refusalSentence } from './wording/refusals';
import { containerLines, previewedContainerLines } from './wording/results';
import { parseSettings } from './wrapper/settings';

const USAGE = `mcp-processes: MCP server processes on this machine

  mcp-processes list [--all] [--json]       servers, active and orphaned, and why
        --all                               also those of other clients (Claude Code, Codex, Cursor, ...)
  mcp-processes reap [--dry-run] [--json]   end what is provably orphaned
        --other-clients                     show other clients' servers that have provably no client left
        --other-clients --yes               end them too
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
  const [command] = positionals;
  const all = values.all ?? false;
  const foreign = values['other-clients'] ?? false;
  const wrong = wrongUsage(positionals, values);
  if (wrong !== undefined) {
    process.stderr.write(`${wrong}\n\n${USAGE}\n`);
    return 2;
  }
  const sweeper = await openSweeper(all || foreign);
  if (command === 'list') {
    const { servers, containersWithoutClient } = await sweeper.lookTwice();
    const text = () => listing(servers, all) + listingOfContainers(containersWithoutClient);
    const json = () => `${JSON.stringify({ servers, containersWithoutClient }, undefined, 2)}\n`;
    process.stdout.write(values.json ? json() : text());
    return 0;
  }
  const dryRun = values['dry-run'] ?? false;
  const done = await reap(sweeper, { dryRun, foreign, yes: values.yes ?? false });
  process.stdout.write(values.json ? `${JSON.stringify(done, undefined, 2)}\n` : report(done));
  if (foreign && !values.yes && !values.json && done.previews.some(({ of }) => of.kind === 'foreign')) {
    process.stdout.write("Other clients' servers were only shown; --yes ends them.\n");
  }
  return exitCodeOf(done, dryRun);
}

/** What was ended, and what would be. */
interface Done {
  readonly results: readonly ReapResult[];
  readonly previews: readonly ReapPreview[];
}

/** 1: something failed. 3: something is left, or would be. */
function exitCodeOf({ results, previews }: Done, dryRun: boolean): number {
  if (results.some(({ problem }) => problem !== undefined)) return 1;
  const isLeft = results.some((result) => !isFinished(result));
  const wouldBeLeft = dryRun && previews.some(({ processes }) => processes.some(({ spared }) => spared !== undefined));
  return isLeft || wouldBeLeft ? 3 : 0;
}

/** Ours at once; other clients' only where they are proven to be orphaned, and only with the word for it. */
async function reap(
  sweeper: Sweeper,
  { dryRun, foreign, yes }: { dryRun: boolean; foreign: boolean; yes: boolean },
): Promise<Done> {
  const results = dryRun ? [] : await sweeper.reapOrphans();
  const previews = dryRun ? await sweeper.previewOrphans() : [];
  if (!foreign) return { results, previews };
  const { servers } = await sweeper.lookTwice();
  const only = servers
    .filter(({ managedBy, verdict }) => managedBy === 'foreign' && verdict === 'orphaned')
    .map(({ key }) => key);
  if (only.length === 0) return { results, previews };
  if (dryRun || !yes) return { results, previews: [...previews, ...(await sweeper.previewOrphans(only))] };
  return { results: [...results, ...(await sweeper.reapOrphans({ only }))], previews };
}

/** Which word is wrong, and why; undefined where none is. */
function wrongUsage(positionals: readonly string[], values: ReturnType<typeof parse>['values']): string | undefined {
  const [command, more] = positionals;
  if (command === undefined) return 'A command is missing: list or reap.';
  if (command === 'run') return '"run" belongs to the launcher, bin/mcp-processes in the data folder.';
  if (command !== 'list' && command !== 'reap') return `There is no command "${command}".`;
  if (more !== undefined) return `"${command}" takes no "${more}".`;
  const foreign = command === 'list' ? (['dry-run', 'other-clients', 'yes'] as const) : (['all'] as const);
  const flag = foreign.find((one) => values[one]);
  if (flag) return `"${command}" takes no --${flag}.`;
  return values.yes && !values['other-clients'] ? '--yes is for --other-clients only.' : undefined;
}

function parse(args: string[]) {
  return parseArgs({
    args,
    allowPositionals: true,
    options: {
      json: { type: 'boolean' },
      'dry-run': { type: 'boolean' },
      all: { type: 'boolean' },
      'other-clients': { type: 'boolean' },
      yes: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
}

async function openSweeper(withOthers: boolean): Promise<Sweeper> {
  const log = {
    info: () => {},
    warn: (message: string) => process.stderr.write(`${message}\n`),
    error: (message: string) => process.stderr.write(`${message}\n`),
  };
  const platform = await choosePlatform();
  const folder = openDataFolder();
  const self = await platform.self();
  const settings = { automatic: 'off' as const, neverReap: neverReapOf(folder) };
  const containers = new RecordedContainers(log);
  const machine = withOthers ? machineConfigs(log) : undefined;
  return new Sweeper({
    platform,
    folder,
    self,
    own: new OwnSession(folder, log, self, 'command line', undefined, settings),
    containers,
    reaper: new Reaper({
      platform,
      folder,
      self,
      log,
      containers,
      by: 'command line',
      neverReap: () => settings.neverReap,
    }),
    log,
    settings: () => settings,
    foreignServers: machine && new ForeignServers({ platform, self, recogniser: () => machine.recogniser() }),
    containerRuns: machine && (() => configuredRuns(machine.servers())),
    rowsOfThisWindow: () => [],
    problems: () => [],
  });
}

/** A file of the folder in which somebody calls us is as trusted as they trust that folder: it is not read. */
function machineConfigs(log: Log): MachineConfigs {
  const workspace = () => ({ folders: [], workspaceFile: undefined });
  return new MachineConfigs({ workspace, guess: () => false, log });
}

/**
 * What the editor's setting says, as the extension wrote it down for the launcher; nothing where it did not.
 * @throws Error with a remedy when it cannot be read: then nobody can tell what to keep.
 */
function neverReapOf(folder: DataFolder): readonly string[] {
  const path = join(folder.path, 'bin', 'settings');
  try {
    // Reading a named pipe would wait for ever.
    if (!statSync(path).isFile()) throw new Error('it is no file');
    return parseSettings(readFileSync(path, 'utf8')).neverReap;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    throw new Error(
      `What is never to be reaped cannot be read from ${path} (${code ?? message}). ` +
        'Start an editor with MCP Processes, which writes it anew, or make it readable.',
    );
  }
}

function listing(servers: readonly ServerView[], all: boolean): string {
  if (servers.length === 0) {
    return all
      ? 'No MCP servers of any known client are running.\n'
      : 'No MCP servers that were launched through MCP Processes are running.\n';
  }
  return servers
    .map((server) => {
      const facts = [
        server.verdict,
        server.client,
        `pid ${server.pid}`,
        formatAge(server.startedAt, Date.now()),
        formatMemory(server.memory),
      ].filter(Boolean);
      return `${server.name}  ${facts.join(' · ')}\n${server.evidence.map((fact) => `    ${evidenceSentence(fact)}\n`).join('')}`;
    })
    .join('');
}

function listingOfContainers(containers: readonly ContainerWithoutClient[]): string {
  if (containers.length === 0) return '';
  const lines = containers.map(({ id, image, state, server, client, notOurs }) => {
    const facts = [shortId(id), image, notOurs === undefined ? state : `not ours: ${othersText(notOurs)}`];
    return `    ${facts.join(' · ')}, runs like the server ${server} configured in ${client}\n`;
  });
  return `Containers without a client on this machine; nothing is done to them:\n${lines.join('')}`;
}

function report({ results, previews }: Done): string {
  if (results.length + previews.length === 0) return 'No orphaned MCP servers.\n';
  return [...results.map(resultLines), ...previews.map(previewLines)].join('');
}

function resultLines(result: ReapResult): string {
  return indented(result.server, [
    ...(result.problem === undefined ? [] : ['could not be reaped']),
    ...result.processes.map((one) => processLine(one, one.outcome, one.reason)),
    ...containerLines(result),
  ]);
}

function previewLines(preview: ReapPreview): string {
  return indented(preview.server, [
    ...preview.processes.map((one) => processLine(one, one.spared ? 'spared' : 'would be ended', one.spared)),
    ...previewedContainerLines(preview),
  ]);
}

function processLine({ pid, name }: ReapCandidate | ReapedProcess, what: string, reason: Refusal | undefined): string {
  return `pid ${pid} (${name}): ${what}${reason ? `, ${refusalSentence(reason)}` : ''}`;
}

function indented(server: string, lines: readonly string[]): string {
  return `${server}\n${lines.map((line) => `    ${line}\n`).join('')}`;
}

/** Whoever closes our output early, as `head` does, has read enough. Any other failure to write is one, told once. */
function watchOutput(): void {
  // With nobody to tell, the exit code is what is left.
  process.stderr.on('error', () => {});
  process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE' || process.exitCode === 1) return;
    process.stderr.write(`The output could not be written: ${message}. Write it somewhere else.\n`);
    process.exitCode = 1;
  });
}

watchOutput();
main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode ||= code;
  },
  (error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  },
);
