import * as vscode from 'vscode';
import type { Actions } from '../actions';
import { addServer } from '../addServer/addServer';
import { messageOf } from '../failures';
import { TextDocuments } from '../textDocuments';
import { showContainerLogs, stopContainer } from './containers';
import type { CommandContext, CommandLog, Handler, Target } from './context';
import { endProcess } from './endProcess';
import { copyEvidence, copyPid, showEvidence } from './evidence';
import { hideServer } from './hideServer';
import { forgetInputs } from './inputs';
import { neverReapServer } from './neverReap';
import { previewReap, reapOrphans, reapServer, reviewOrphans } from './reap';
import { restart, scanNow, showConfiguration, showOutput, start, stop, stopAll } from './servers';
import { ToolCalls } from './toolCalls';
import { callTool, runTool } from './tools';

/** Every command of the manifest. */
export const COMMANDS: Readonly<Record<string, Handler>> = {
  'mcpProcesses.reapOrphans': reapOrphans,
  'mcpProcesses.previewReap': previewReap,
  'mcpProcesses.reapServer': reapServer,
  'mcpProcesses.reapServers': reapServer,
  'mcpProcesses.addServer': ({ actions }) => addServer(actions),
  'mcpProcesses.start': start,
  'mcpProcesses.stop': stop,
  'mcpProcesses.restart': restart,
  'mcpProcesses.stopAll': stopAll,
  'mcpProcesses.scanNow': scanNow,
  'mcpProcesses.showOutput': showOutput,
  'mcpProcesses.showConfiguration': showConfiguration,
  'mcpProcesses.showEvidence': showEvidence,
  'mcpProcesses.copyEvidence': copyEvidence,
  'mcpProcesses.copyPid': copyPid,
  'mcpProcesses.callTool': callTool,
  'mcpProcesses.runTool': runTool,
  'mcpProcesses.endProcess': endProcess,
  'mcpProcesses.endServer': endProcess,
  'mcpProcesses.hideServer': hideServer,
  'mcpProcesses.neverReapServer': neverReapServer,
  'mcpProcesses.showContainerLogs': showContainerLogs,
  'mcpProcesses.stopContainer': stopContainer,
  'mcpProcesses.forgetInputs': forgetInputs,
};

/** @returns the commands that notifications also run. */
export function registerCommands(
  { subscriptions }: { subscriptions: vscode.Disposable[] },
  actions: Actions,
  log: CommandLog,
): { reviewOrphans(): Promise<void> } {
  const documents = new TextDocuments();
  const toolCalls = new ToolCalls(actions, documents, log);
  const context: CommandContext = { actions, log, documents, toolCalls };
  subscriptions.push(toolCalls, documents);
  for (const [id, handler] of Object.entries(COMMANDS)) {
    const run = async (target: Target | null) => {
      try {
        await handler(context, target ?? undefined);
      } catch (error) {
        showError(id, error, log);
      }
    };
    subscriptions.push(vscode.commands.registerCommand(id, run));
  }
  return { reviewOrphans: () => reviewOrphans(context) };
}

/** The message already carries the remedy. */
function showError(command: string, error: unknown, log: CommandLog): void {
  if (error instanceof vscode.CancellationError) return;
  const message = messageOf(error);
  log.error(`${command}: ${message}`);
  // Not awaited: a command that another extension called must not wait until someone closes a notification.
  vscode.window.showErrorMessage(message);
}
