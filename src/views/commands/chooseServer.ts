import * as vscode from 'vscode';
import type { ServerView } from '../../model/serverView';
import { folderName, joinParts } from '../../wording/format';
import type { Actions } from '../actions';
import { type Capability, can } from '../capabilities';
import { showFailure } from '../failures';
import { stateWord } from '../serverWords';
import { type Row, serverRowOf } from '../tree/rows';
import type { Target } from './context';

/** The texts of a command that was run without a row. */
interface ChoiceWords {
  /** Above the list of servers that fit. */
  readonly select: string;
  /** If none fits. */
  readonly none: string;
  /** Whether a new server would fit. */
  readonly canAdd?: boolean;
}

/** The server of the row; without a row, one that a person picks among those with this capability. */
export async function chooseServer(
  actions: Actions,
  target: Target,
  capability: Capability | 'any',
  words: ChoiceWords,
): Promise<ServerView | undefined> {
  const key = typeof target === 'string' ? target : target && serverOfRow(target)?.key;
  // The row may be older than the inventory.
  if (key !== undefined) return findServer(actions, key);
  const { servers, scanned } = actions.inventory();
  const fitting = capability === 'any' ? servers : servers.filter(can(capability));
  if (fitting.length > 0) return pick(fitting, words);
  sayNone(words, scanned);
  return undefined;
}

export function findServer(actions: Actions, key: string): ServerView {
  const server = actions.inventory().servers.find((candidate) => candidate.key === key);
  if (!server) throw new Error(vscode.l10n.t('This server is gone. Run "MCP Processes: Scan Now" to refresh.'));
  return server;
}

/** The server that a row stands for or belongs to; undefined for the row of a group. */
export function serverOfRow(target: Row): ServerView | undefined {
  return serverRowOf(target)?.server;
}

async function pick(servers: readonly ServerView[], { select }: ChoiceWords): Promise<ServerView | undefined> {
  const items = servers.map((server) => ({
    label: server.name,
    description: joinParts([
      server.client,
      server.folder === undefined ? undefined : folderName(server.folder),
      stateWord(server),
      server.pid === undefined ? undefined : vscode.l10n.t('pid {0}', server.pid),
    ]),
    server,
  }));
  const picked = await vscode.window.showQuickPick(items, { placeHolder: select, matchOnDescription: true });
  return picked?.server;
}

function sayNone({ none, canAdd = false }: ChoiceWords, isScanned: boolean): void {
  const add = vscode.l10n.t('Add Server');
  const answered = vscode.window
    .showInformationMessage(
      isScanned ? none : vscode.l10n.t('The first scan has not finished yet. Try again in a moment.'),
      ...(isScanned && canAdd ? [add] : []),
    )
    .then(async (answer) => {
      if (answer === add) await vscode.commands.executeCommand('mcpProcesses.addServer');
    });
  showFailure(answered);
}
