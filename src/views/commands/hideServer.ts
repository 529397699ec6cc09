import * as vscode from 'vscode';
import { chooseServer } from './chooseServer';
import type { CommandContext, Target } from './context';

export async function hideServer({ actions }: CommandContext, target: Target): Promise<void> {
  const server = await chooseServer(actions, target, 'canHide', {
    select: vscode.l10n.t('Select a server to hide'),
    none: vscode.l10n.t('No server of another client is listed.'),
  });
  if (server) await actions.hide(server);
}
