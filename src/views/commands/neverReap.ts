import * as vscode from 'vscode';
import type { ServerView } from '../../model/serverView';
import type { Actions } from '../actions';
import { showFailure } from '../failures';
import { chooseServer } from './chooseServer';
import type { CommandContext, Target } from './context';

export async function neverReapServer({ actions }: CommandContext, target: Target): Promise<void> {
  const server = await chooseServer(actions, target, 'canNeverReap', {
    select: vscode.l10n.t('Select a server to protect from being reaped'),
    none: vscode.l10n.t('No orphaned servers found.'),
  });
  if (server) await listServer(server, actions);
}

/** Adds a server to the list of what is never reaped, and offers to undo it. */
async function listServer(server: ServerView, actions: Actions): Promise<void> {
  const [root] = server.processes;
  if (!root) throw new Error(vscode.l10n.t('It is no longer running.'));
  // A redacted part may be anything.
  const pattern = root.commandLine.replaceAll('•••', '*');
  await actions.neverReap(pattern);
  const undo = vscode.l10n.t('Undo');
  const show = vscode.l10n.t('Show Setting');
  const answered = vscode.window
    .showInformationMessage(vscode.l10n.t('{0} will never be reaped.', server.name), undo, show)
    .then(async (answer) => {
      if (answer === undo) await actions.allowReap(pattern);
      if (answer === show) await actions.showSetting('mcpProcesses.reap.neverReap');
    });
  showFailure(answered);
}
