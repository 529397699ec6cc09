import * as vscode from 'vscode';

export const VIEW_ID = 'mcpProcesses.view';

/** Does the work while the view shows that something is under way. */
export function inView<T>(work: () => Promise<T>): Thenable<T> {
  return vscode.window.withProgress({ location: { viewId: VIEW_ID } }, work);
}
