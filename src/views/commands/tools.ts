import * as vscode from 'vscode';
import { chooseServer } from './chooseServer';
import type { CommandContext, Target } from './context';

export async function callTool({ actions, toolCalls }: CommandContext, target: Target): Promise<void> {
  const server = await chooseServer(actions, target, 'canCallTool', {
    select: vscode.l10n.t('Select a server to call a tool of'),
    none: vscode.l10n.t('No server is running.'),
  });
  if (server) await toolCalls.chooseTool(server);
}

/** Calls the tool whose arguments the active editor holds. */
export async function runTool({ toolCalls }: CommandContext): Promise<void> {
  await toolCalls.runTool();
}
