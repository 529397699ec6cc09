import * as vscode from 'vscode';
import type { ServerView } from '../model/inventory';

/** The editor's own MCP client, steered through its internal commands. `autoTrustChanges` is never passed: trust is the person's to give. */
export type EditorCommand = 'startServer' | 'stopServer' | 'restartServer' | 'showOutput';

export async function editorHasMcpClient(): Promise<boolean> {
  return (await vscode.commands.getCommands(true)).includes('workbench.mcp.startServer');
}

export async function runInEditor(command: EditorCommand, server: ServerView): Promise<void> {
  await vscode.commands.executeCommand(`workbench.mcp.${command}`, editorIdOf(server));
}

/** The editor's id of a server of `.vscode/mcp.json`; our key is `ws<index>:<name>`. */
function editorIdOf({ key, name }: ServerView): string {
  return `mcp.config.${key.slice(0, key.indexOf(':'))}.${name}`;
}
