import * as vscode from 'vscode';

export const VIEW_ID = 'mcpProcesses.view';

/** Shows progress in the view while the work runs. */
export function inView<T>(work: () => Promise<T>): Thenable<T> {
  return vscode.window.withProgress({ location: { viewId: VIEW_ID } }, work);
}
