import * as vscode from 'vscode';
import type { ContainerView } from '../model/containerView';
import type { Inventory } from '../model/inventory';
import { isListedToKeep } from '../model/refusal';
import {
  configurationFileOf,
  type Failure,
  managerOf,
  type ProcessNode,
  type ServerInfo,
  type ServerView,
} from '../model/serverView';
import type { Users } from '../os/users';
import type { ExitStatus } from '../registry/history';
import { evidenceSentence } from '../wording/evidence';
import { formatMemory, formatMoment, joinParts, shortId } from '../wording/format';
import { refusalSentence } from '../wording/refusals';
import { startProblemSentence } from '../wording/start';
import { usersText } from '../wording/users';

/** One or two words for a row. The verdict comes first where it is the news. */
export function stateWord(server: ServerView): string {
  switch (server.state) {
    case 'starting':
      return vscode.l10n.t('starting');
    case 'stopping':
      return server.group === 'thisWindow' ? vscode.l10n.t('stopping') : vscode.l10n.t('ending …');
    case 'failed':
      return joinParts([vscode.l10n.t('failed'), exitWord(server.failure.exit)]);
    case 'stopped':
      return server.kind === 'remote' ? vscode.l10n.t('remote') : vscode.l10n.t('not running');
  }
  switch (server.verdict) {
    case 'orphaned':
      return vscode.l10n.t('orphaned');
    case 'detached':
      return vscode.l10n.t('detached');
    case 'unknown':
      return vscode.l10n.t('unknown owner');
    case 'gone':
      return vscode.l10n.t('gone');
    case 'active':
      return usersOf(server) === undefined ? vscode.l10n.t('active') : vscode.l10n.t('in use');
  }
}

/** The state for a row. A second scan under way comes first: a narrow side bar cuts off the end. */
export function stateWords(server: ServerView): string {
  if (!isChecking(server) || server.state === 'stopping') return stateWord(server);
  const checking = vscode.l10n.t('checking …');
  return server.verdict === 'unknown' ? checking : joinParts([checking, stateWord(server)]);
}

/** Whether its second scan is under way. */
export function isChecking(server: ServerView): boolean {
  return 'checking' in server && server.checking === true;
}

/** Who is connected to a server that no known client runs. */
function usersOf(server: ServerView): Users | undefined {
  return 'usedBy' in server ? server.usedBy : undefined;
}

/** The orphans that badge and status bar count. */
export function countedOrphans({ servers, reapForeign }: Inventory): ServerView[] {
  return servers.filter(
    (server) =>
      server.verdict === 'orphaned' &&
      (server.kind !== 'foreign' || reapForeign !== 'report') &&
      !isSparedByUser(server),
  );
}

/** "37 orphaned servers of other clients · 487 MB": those that neither badge nor status bar count; undefined without any. */
export function uncountedOrphans(inventory: Inventory): string | undefined {
  const counted = new Set(countedOrphans(inventory));
  const others = inventory.servers.filter(
    (server) => server.verdict === 'orphaned' && !counted.has(server) && !isSparedByUser(server),
  );
  if (others.length === 0) return undefined;
  const count =
    others.length === 1
      ? vscode.l10n.t('1 orphaned server of other clients')
      : vscode.l10n.t('{0} orphaned servers of other clients', others.length);
  return joinParts([count, formatMemory(totalMemory(others))]);
}

/** Bytes, as far as they are known. */
export function totalMemory(servers: readonly ServerView[]): number {
  return servers.reduce((sum, { memory }) => sum + (memory ?? 0), 0);
}

/** Whether the user keeps it; what is spared in doubt still counts as an orphan. */
export function isSparedByUser({ processes }: ServerView): boolean {
  // What runs below a listed process is part of it, whatever else may keep it.
  return processes.length > 0 && processes.every(({ spared }) => isListedToKeep(spared));
}

export function verdictSentence(server: ServerView): string {
  if (server.kind === 'remote') {
    return vscode.l10n.t('Remote: no process runs on this machine.');
  }
  if (server.kind === 'launched' && server.failure) {
    return failureSentence(server.failure);
  }
  if (server.state === 'stopped') {
    return managerOf(server) === 'editor'
      ? vscode.l10n.t('Not running: VS Code starts it when chat needs it.')
      : vscode.l10n.t('Not running: start it with the Start button.');
  }
  if (server.state === 'stopping') {
    return server.group === 'thisWindow'
      ? vscode.l10n.t('Stopping: it has been asked to exit.')
      : vscode.l10n.t('Ending: each process is checked again before it receives a signal.');
  }
  if (isChecking(server)) {
    return server.verdict === 'unknown'
      ? vscode.l10n.t('Checking whether anything uses it …')
      : `${settledSentence(server)} ${vscode.l10n.t('Checking again …')}`;
  }
  return settledSentence(server);
}

function settledSentence(server: ServerView): string {
  switch (server.verdict) {
    case 'active': {
      const users = usersOf(server);
      if (users !== undefined) {
        return vscode.l10n.t('In use: no known client runs it, but {0} is connected to it.', usersText(users));
      }
      return server.group === 'thisWindow'
        ? vscode.l10n.t('Running. Used by this window.')
        : vscode.l10n.t('Running. Used by {0}.', server.client);
    }
    case 'orphaned':
      return vscode.l10n.t('Orphaned: its client is gone, and nothing uses it any more.');
    case 'detached':
      return vscode.l10n.t('Detached: its client is away and may come back.');
    case 'unknown':
      return vscode.l10n.t("Can't tell whether anything still uses it, so it is left alone.");
    case 'gone':
      return vscode.l10n.t('Gone: none of its processes are left.');
  }
}

/** "SIGKILL", "exit code 3"; undefined where it did not end. */
export function exitWord(exit: ExitStatus | undefined): string | undefined {
  if (exit?.signal !== undefined) {
    return exit.signal;
  }
  return exit?.code === undefined ? undefined : vscode.l10n.t('exit code {0}', exit.code);
}

function failureSentence(failure: Failure): string {
  if (failure.kind === 'start') {
    return vscode.l10n.t('Failed to start: {0}', startProblemSentence(failure.problem));
  }
  const exit = exitWord(failure.exit);
  return exit === undefined
    ? vscode.l10n.t('Stopped unexpectedly.')
    : vscode.l10n.t('Stopped unexpectedly ({0}).', exit);
}

/** More facts about a failure, one line each. */
export function failureLines({ at, lastLine }: Failure): string[] {
  const time = vscode.l10n.t('Time: {0}', formatMoment(at));
  return lastLine === undefined ? [time] : [vscode.l10n.t('Last line of its output: {0}', lastLine), time];
}

export function serverInfoSentence({ name, version, tools, resources, prompts }: ServerInfo): string {
  const l10n = vscode.l10n;
  return l10n.t(
    'Server: {0} {1} · {2}, {3}, {4}',
    name,
    version,
    tools === 1 ? l10n.t('1 tool') : l10n.t('{0} tools', tools),
    resources === 1 ? l10n.t('1 resource') : l10n.t('{0} resources', resources),
    prompts === 1 ? l10n.t('1 prompt') : l10n.t('{0} prompts', prompts),
  );
}

/** A server's verdict with its evidence, and its properties, as plain text for a document or the clipboard. */
export function evidenceText(server: ServerView): string {
  const l10n = vscode.l10n;
  const lines = [server.name, verdictSentence(server), ''];
  if (server.kind === 'launched' && server.failure) {
    lines.push(...failureLines(server.failure), '');
  }
  lines.push(l10n.t('Evidence:'));
  lines.push(
    ...(server.evidence.length > 0 ? server.evidence.map(evidenceSentence) : [l10n.t('none yet')]).map(
      (sentence) => `  - ${sentence}`,
    ),
    '',
  );
  const fact = (text: string | undefined) => text !== undefined && lines.push(text);
  fact(l10n.t('Client: {0}', server.client));
  fact(server.folder === undefined ? undefined : l10n.t('Folder: {0}', server.folder));
  fact(server.kind === 'remote' ? l10n.t('Address: {0}', server.url) : undefined);
  const file = configurationFileOf(server);
  fact(file === undefined ? undefined : l10n.t('Configuration: {0}', file));
  fact(server.startedAt === undefined ? undefined : l10n.t('Started: {0}', new Date(server.startedAt).toISOString()));
  if (server.kind === 'launched' && server.serverInfo) {
    fact(serverInfoSentence(server.serverInfo));
  }
  if (server.processes.length > 0) {
    lines.push('', l10n.t('Processes:'), ...processLines(server.processes, '  '));
  }
  const ids = [
    ...('sessionId' in server ? [l10n.t('Session: {0}', server.sessionId)] : []),
    ...('recordId' in server && server.recordId !== undefined ? [l10n.t('Record: {0}', server.recordId)] : []),
  ];
  if (ids.length > 0) lines.push('', l10n.t('For bug reports:'), ...ids.map((id) => `  ${id}`));
  return lines.join('\n') + '\n';
}

function processLines(processes: readonly ProcessNode[], indent: string): string[] {
  return processes.flatMap((process) => [
    indent +
      joinParts([
        String(process.pid),
        process.name,
        formatMemory(process.memory),
        process.spared === undefined
          ? undefined
          : vscode.l10n.t('will not be ended: {0}', refusalSentence(process.spared)),
      ]),
    `${indent}  ${process.commandLine}`,
    ...processLines(process.children, `${indent}  `),
  ]);
}

/** A container, for people: "Container 3f2a91c0d4e5 of mcp/fetch: running". */
export function containerSentence({ id, image, state }: ContainerView): string {
  return vscode.l10n.t('Container {0} of {1}: {2}', shortId(id), image, state);
}
