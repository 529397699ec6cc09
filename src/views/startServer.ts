import * as vscode from 'vscode';
import { managerOf, type ServerView } from '../model/serverView';
import type { Actions } from './actions';
import { messageOf, showFailure } from './failures';
import { inView } from './inView';

/** Starts a server; what keeps it from starting is shown with what can be done about it. */
export function startServer(server: ServerView, actions: Actions): Promise<void> {
  return attempt(server, actions, () => actions.start(server.key));
}

/** Restarts a server. See {@link startServer}. */
export function restartServer(server: ServerView, actions: Actions): Promise<void> {
  return attempt(server, actions, () => actions.restart(server.key));
}

async function attempt(server: ServerView, actions: Actions, start: () => Promise<void>): Promise<void> {
  try {
    await inView(start);
  } catch (error) {
    // The editor explains what it cannot start; what was cancelled is no failure.
    if (managerOf(server) !== 'mcpProcesses' || error instanceof vscode.CancellationError) throw error;
    // Not awaited: a command that another extension called must not wait until someone closes a notification.
    showFailure(explain(server, messageOf(error), actions));
  }
}

async function explain(server: ServerView, message: string, actions: Actions): Promise<void> {
  const now = actions.inventory().servers.find(({ key }) => key === server.key);
  const failure = now?.kind === 'launched' ? now.failure : undefined;
  const output = vscode.l10n.t('Show Output');
  const configuration = vscode.l10n.t('Open Configuration');
  const retry = vscode.l10n.t('Retry');
  const buttons = [...(failure?.lastLine === undefined ? [] : [output]), configuration, retry];
  const answer = await vscode.window.showErrorMessage(message, ...buttons);
  if (answer === output) await actions.showOutput(server.key);
  if (answer === configuration) await vscode.commands.executeCommand('mcpProcesses.showConfiguration', server.key);
  if (answer === retry) await startServer(server, actions);
}
