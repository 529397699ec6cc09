import { parseArgs } from 'node:util';
import { MachineConfigs } from './clients/machineConfigs';
import { codeOf, messageOf, UserError } from './common/errors';
import { whyUnreadable } from './common/files';
import type { Log } from './common/log';
import { configuredRuns } from './containers/configuredContainer';
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
import { isFinished } from './reaping/results';
import { type DataFolder, openDataFolder } from './registry/dataFolder';
import { OwnSession } from './registry/ownSession';
import { ForeignServers } from './scan/foreignServers';
import { buildCore, type Core } from './tracker/core';
import { foreignContainerText } from './wording/containers';
import { evidenceSentence } from './wording/evidence';
import { formatAge, formatMemory, shortId } from './wording/format';
import { errorText } from './wording/reasons';
import { refusalSentence } from './wording/refusals';
import { containerLines, previewedContainerLines } from './wording/results';
import { readSettings, settingsPath } from './wrapper/settings';

const USAGE = `Finds MCP servers on this machine and ends the orphaned ones.

  mcp-processes list [--all] [--json]         list servers, their status and the evidence for it
      --all                                   include servers of other clients (Claude Code, Codex, Cursor, ...)
  mcp-processes reap [--dry-run] [--json]     end orphaned servers
      --dry-run                               show what would be ended
      --other-clients                         also show orphaned servers of other clients
      --other-clients --yes                   end those too
  mcp-processes run [--name N] -- command...  start a server under protection; only the mcp-processes program
                                              in the data folder's bin folder has this command

Exit codes: 0 success, 1 failure, 2 wrong usage, 3 a process was spared or survived (reap)
Environment: MCP_PROCESSES_HOME sets the data folder.`;

async function main(argv: string[]): Promise<number> {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(argv);
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n\n${USAGE}\n`);
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
  const core = await openCore(all || foreign);
  if (command === 'list') {
    await core.cycle.scanConfirmed();
    const { servers, containersWithoutClient } = core.store.inventory;
    const text = () => listing(servers, all) + listingOfContainers(containersWithoutClient);
    const json = () => `${JSON.stringify({ servers, containersWithoutClient }, undefined, 2)}\n`;
    process.stdout.write(values.json ? json() : text());
    return 0;
  }
  const dryRun = values['dry-run'] ?? false;
  const done = await reap(core, { dryRun, foreign, yes: values.yes ?? false });
  process.stdout.write(values.json ? `${JSON.stringify(done, undefined, 2)}\n` : report(done));
  if (foreign && !values.yes && !values.json && done.previews.some(({ of }) => of.kind === 'foreign')) {
    process.stdout.write('Servers of other clients were only shown. Add --yes to end them.\n');
  }
  return exitCodeOf(done, dryRun);
}

/** The results of a reap, or the previews of a dry run. */
interface Done {
  readonly results: readonly ReapResult[];
  readonly previews: readonly ReapPreview[];
}

/** 1: a failure. 3: something is left, or would be. */
function exitCodeOf({ results, previews }: Done, dryRun: boolean): number {
  if (results.some(({ problem }) => problem !== undefined)) return 1;
  const isLeft = results.some((result) => !isFinished(result));
  const wouldBeLeft = dryRun && previews.some(({ processes }) => processes.some(({ spared }) => spared !== undefined));
  return isLeft || wouldBeLeft ? 3 : 0;
}

/** Reaps our orphans, and foreign ones only when they are proven to be orphaned and the option asks for them. */
async function reap(
  { requestedReap, cycle, store }: Core,
  { dryRun, foreign, yes }: { dryRun: boolean; foreign: boolean; yes: boolean },
): Promise<Done> {
  const results = dryRun ? [] : await requestedReap.reap();
  const previews = dryRun ? await requestedReap.preview() : [];
  if (!foreign) return { results, previews };
  await cycle.scanConfirmed();
  const only = store.inventory.servers
    .filter(({ kind, verdict }) => kind === 'foreign' && verdict === 'orphaned')
    .map(({ key }) => key);
  if (only.length === 0) return { results, previews };
  if (dryRun || !yes) return { results, previews: [...previews, ...(await requestedReap.preview(only))] };
  return { results: [...results, ...(await requestedReap.reap({ only }))], previews };
}

/** What is wrong with the arguments; undefined where nothing is. */
function wrongUsage(positionals: readonly string[], values: ReturnType<typeof parse>['values']): string | undefined {
  const [command, more] = positionals;
  if (command === undefined) return 'No command given. Use list or reap.';
  if (command === 'run') return '"run" is only available in bin/mcp-processes in the data folder.';
  if (command !== 'list' && command !== 'reap') return `Unknown command "${command}".`;
  if (more !== undefined) return `Unexpected argument "${more}" for "${command}".`;
  const foreign = command === 'list' ? (['dry-run', 'other-clients', 'yes'] as const) : (['all'] as const);
  const flag = foreign.find((one) => values[one]);
  if (flag) return `Unknown option for "${command}": --${flag}`;
  return values.yes && !values['other-clients'] ? '--yes needs --other-clients.' : undefined;
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

async function openCore(withForeign: boolean): Promise<Core> {
  const log = {
    info: () => {},
    warn: (message: string) => process.stderr.write(`${message}\n`),
    error: (message: string) => process.stderr.write(`${message}\n`),
  };
  const platform = await choosePlatform();
  const folder = openDataFolder();
  const self = await platform.self();
  const settings = { automatic: 'off' as const, neverReap: neverReapOf(folder) };
  const machine = withForeign ? machineConfigs(log) : undefined;
  return buildCore({
    ...{ platform, folder, self, log, by: 'command line' },
    own: new OwnSession(folder, log, self, 'command line', undefined, settings),
    settings: () => settings,
    configuration: () => ({ configured: [], problems: [] }),
    foreignServers: machine && new ForeignServers({ platform, self, recogniser: () => machine.recogniser() }),
    containerRuns: machine && (() => configuredRuns(machine.servers())),
  });
}

/** Files in the current folder are not read: the user may not trust that folder. */
function machineConfigs(log: Log): MachineConfigs {
  const workspace = () => ({ folders: [], workspaceFile: undefined });
  return new MachineConfigs({ workspace, guess: () => false, log });
}

/**
 * The editor's setting, which the extension writes for the wrapper; empty without an extension.
 * @throws UserError when it cannot be read: it is then unknown what to spare
 */
function neverReapOf(folder: DataFolder): readonly string[] {
  try {
    return readSettings(folder).neverReap;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw new UserError(
      `The list of servers that must never be reaped cannot be read from ${settingsPath(folder)} (${whyUnreadable(error)}). ` +
        'Make the file readable, or start an editor with MCP Processes, which rewrites it.',
    );
  }
}

function listing(servers: readonly ServerView[], all: boolean): string {
  if (servers.length === 0) {
    return all
      ? 'No MCP servers found.\n'
      : 'No MCP servers started through MCP Processes found. Add --all to include other clients.\n';
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
    const facts = [shortId(id), image, notOurs === undefined ? state : `not ours: ${foreignContainerText(notOurs)}`];
    return `    ${facts.join(' · ')}, matches server ${server} from ${client}\n`;
  });
  return `Containers without a client on this machine (never stopped automatically):\n${lines.join('')}`;
}

function report({ results, previews }: Done): string {
  if (results.length + previews.length === 0) return 'No orphaned MCP servers.\n';
  return [...results.map(resultLines), ...previews.map(previewLines)].join('');
}

function resultLines(result: ReapResult): string {
  return indented(result.server, [
    ...(result.problem === undefined ? [] : ['could not be ended']),
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

/** A reader that closes our output early, as `head` does, has read enough. Any other failed write is reported once. */
function watchOutput(): void {
  // Without a reader of stderr, only the exit code is left.
  process.stderr.on('error', () => {});
  process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE' || process.exitCode === 1) return;
    process.stderr.write(`The output could not be written: ${message}. Write it to another place.\n`);
    process.exitCode = 1;
  });
}

/** Runs the command line. Never rejects: what went wrong is on stderr, and in the exit code. */
export async function runCommandLine(argv: string[]): Promise<void> {
  watchOutput();
  try {
    process.exitCode ||= await main(argv);
  } catch (error) {
    process.stderr.write(`${errorText(error)}\n`);
    process.exitCode = 1;
  }
}
