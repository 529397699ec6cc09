import * as vscode from 'vscode';
import { locateInSettings, locateServer } from '../clients/locateServer';
import type { MachineConfigs } from '../clients/machineConfigs';
import { apiKeyOf } from '../model/keys';
import { configurationFileOf, type ServerView } from '../model/serverView';
import type { SettingsScope } from '../views/actions';
import type { ConfiguredServers } from './configuredServers';
import { openSettingsFile, select } from './settingsFiles';

/** Opens what configures a server, with its name selected. Shows a message if nothing does. */
export async function showConfiguration(
  server: ServerView,
  configured: ConfiguredServers,
  machine: MachineConfigs,
): Promise<void> {
  const { name, client, folder } = server;
  const entry = configured.servers.find(({ key }) => key === server.key);
  // What another extension of this window started is known by its client's file.
  const ofClient = machine.adoptable().find((one) => one.name === name && one.client === client);
  const file = entry?.file ?? configurationFileOf(server) ?? ofClient?.file;
  if (file !== undefined) {
    const editor = await vscode.window.showTextDocument(vscode.Uri.file(file));
    reveal(editor, name, locateServer(editor.document.getText(), file, name, folder));
    return;
  }
  if (!entry) {
    vscode.window.showInformationMessage(
      server.key === apiKeyOf(name)
        ? vscode.l10n.t('"{0}" was started by another extension and is not in any configuration file.', name)
        : vscode.l10n.t('"{0}" is no longer in any configuration. It keeps running as it was started.', name),
    );
    return;
  }
  const editor = await openSettingsFile(definingScope(name));
  reveal(editor, name, locateInSettings(editor.document.getText(), name));
}

/** The editor merges the servers of all scopes; the innermost one that has the name is where to change it. */
function definingScope(name: string): SettingsScope {
  const { workspaceValue } = vscode.workspace.getConfiguration('mcpProcesses').inspect<object>('servers') ?? {};
  return Object.hasOwn(workspaceValue ?? {}, name) ? 'workspace' : 'user';
}

function reveal(editor: vscode.TextEditor, name: string, span: ReturnType<typeof locateServer>): void {
  if (span) select(editor, span);
  else vscode.window.setStatusBarMessage(vscode.l10n.t('"{0}" was not found in this file', name), 8_000);
}
