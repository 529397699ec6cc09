import * as vscode from 'vscode';
import type { SettingsScope } from '../views/actions';

/** ms. The editor reports an opened editor a moment after it opened. */
const OPENED_MS = 10_000;

/** Shows one of our settings in the editor's own page, in the tab that has it: a remote machine's are not the user's. */
export async function showSetting(id: string): Promise<void> {
  const command = isRemote() ? 'workbench.action.openRemoteSettings' : 'workbench.action.openSettings';
  await vscode.commands.executeCommand(command, { query: id });
}

/** Opens the settings.json of a scope, or the `.code-workspace` of this window, as text. @throws with a remedy. */
export async function openSettingsFile(scope: SettingsScope): Promise<vscode.TextEditor> {
  if (scope === 'workspace') {
    const file = workspaceSettingsFile();
    if (!file) throw new Error(vscode.l10n.t('Workspace settings need an open folder. Open a folder, then try again.'));
    return vscode.window.showTextDocument(file);
  }
  const command = isRemote() ? 'workbench.action.openRemoteSettingsFile' : 'workbench.action.openSettingsJson';
  await vscode.commands.executeCommand(command);
  return activeEditor(isRemote() ? isOfMachine : isOfUser);
}

/** The file with the settings of the workspace: its own, or that of its only folder. Whether it exists is not known. */
export function workspaceSettingsFile(): vscode.Uri | undefined {
  const { workspaceFile, workspaceFolders } = vscode.workspace;
  // A workspace that was never saved has no file.
  if (workspaceFile) return workspaceFile.scheme === 'untitled' ? undefined : workspaceFile;
  const folder = workspaceFolders?.[0]?.uri;
  return folder && vscode.Uri.joinPath(folder, '.vscode', 'settings.json');
}

/** Selects a part of a text and scrolls to it. */
export function select(editor: vscode.TextEditor, span: { readonly offset: number; readonly length: number }): void {
  const { document } = editor;
  const range = new vscode.Range(document.positionAt(span.offset), document.positionAt(span.offset + span.length));
  editor.selection = new vscode.Selection(range.start, range.end);
  editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}

export function isRemote(): boolean {
  return vscode.env.remoteName !== undefined;
}

function isOfMachine({ path }: vscode.Uri): boolean {
  return path.endsWith('/Machine/settings.json');
}

/** One of a workspace may have been open before. */
function isOfUser(uri: vscode.Uri): boolean {
  return uri.path.endsWith('/settings.json') && !vscode.workspace.getWorkspaceFolder(uri);
}

function activeEditor(isMeant: (uri: vscode.Uri) => boolean): Promise<vscode.TextEditor> {
  return new Promise((resolve, reject) => {
    const check = (editor: vscode.TextEditor | undefined) => {
      if (!editor || !isMeant(editor.document.uri)) return;
      subscription.dispose();
      clearTimeout(timer);
      resolve(editor);
    };
    const subscription = vscode.window.onDidChangeActiveTextEditor(check);
    const timer = setTimeout(() => {
      subscription.dispose();
      reject(
        new Error(
          vscode.l10n.t('settings.json could not be opened. Run "Preferences: Open User Settings (JSON)" instead.'),
        ),
      );
    }, OPENED_MS);
    check(vscode.window.activeTextEditor);
  });
}
