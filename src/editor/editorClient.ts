import * as vscode from 'vscode';

/** The editor's own MCP client, steered through its internal commands. `autoTrustChanges` is never passed: trust is the person's to give. */
export type EditorCommand = 'startServer' | 'stopServer' | 'restartServer' | 'showOutput';

export async function editorHasMcpClient(): Promise<boolean> {
  return (await vscode.commands.getCommands(true)).includes('workbench.mcp.startServer');
}

/** @param editorId the editor's own id of the server */
export async function runInEditor(command: EditorCommand, editorId: string): Promise<void> {
  await vscode.commands.executeCommand(`workbench.mcp.${command}`, editorId);
}

/** The editor's id of a server that a folder's `.vscode/mcp.json` names. */
export function editorIdOf(folder: number, name: string): string {
  return `mcp.config.ws${folder}.${name}`;
}
