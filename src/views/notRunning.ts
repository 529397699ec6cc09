import * as vscode from 'vscode';
import { showFailure } from './failures';
import { VIEW_ID } from './inView';

/** Says why the extension does not run, also in the panel, which would stay empty otherwise. */
export function showNotRunning(reason: string): vscode.Disposable {
  const view = vscode.window.createTreeView(VIEW_ID, {
    treeDataProvider: { getChildren: () => [], getTreeItem: (item: vscode.TreeItem) => item },
  });
  const message = vscode.l10n.t('MCP Processes could not start: {0} Fix this and reload the window.', reason);
  // A view with a message shows no welcome content, so it cannot show a button.
  view.message = message;
  showFailure(offerReload(message));
  return view;
}

async function offerReload(message: string): Promise<void> {
  const reload = vscode.l10n.t('Reload Window');
  const answer = await vscode.window.showErrorMessage(message, reload);
  if (answer === reload) await vscode.commands.executeCommand('workbench.action.reloadWindow');
}
