import * as vscode from 'vscode';
import type { CommandContext } from './context';

export async function forgetInputs({ actions }: CommandContext): Promise<void> {
  const count = await actions.forgetInputs();
  vscode.window.showInformationMessage(
    count === 0
      ? vscode.l10n.t('There are no stored inputs.')
      : vscode.l10n.t('Stored inputs forgotten: {0}. Servers ask for them again when they need them.', count),
  );
}
