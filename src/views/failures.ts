import * as vscode from 'vscode';
import { redactText } from '../clients/redaction';
import { errorText } from '../wording/reasons';

/** The text of an error to show or log, redacted: a server may have chosen it. */
export function messageOf(error: unknown): string {
  return redactText(errorText(error));
}

/** For work that is not awaited, such as what a button of a notification starts: an error is shown. */
export function showFailure(work: Thenable<unknown>): void {
  work.then(undefined, (error: unknown) => {
    if (!(error instanceof vscode.CancellationError)) vscode.window.showErrorMessage(messageOf(error));
  });
}
