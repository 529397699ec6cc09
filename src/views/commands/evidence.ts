import * as vscode from 'vscode';
import type { ServerView } from '../../model/serverView';
import { evidenceText } from '../serverWords';
import { chooseServer } from './chooseServer';
import type { CommandContext, Target } from './context';

/** How long the status bar confirms what was copied, ms. */
const CONFIRM_MS = 4_000;

export async function showEvidence(context: CommandContext, target: Target): Promise<void> {
  const server = await chooseAny(context, target);
  if (!server) return;
  await context.documents.show(vscode.l10n.t('Status of {0}.txt', server.name), evidenceText(server), server.key);
}

export async function copyEvidence(context: CommandContext, target: Target): Promise<void> {
  const server = await chooseAny(context, target);
  if (!server) return;
  await vscode.env.clipboard.writeText(evidenceText(server));
  vscode.window.setStatusBarMessage(vscode.l10n.t('Diagnostics of {0} copied', server.name), CONFIRM_MS);
}

/** Copies the process ID of a process, or of a server's root process. */
export async function copyPid({ actions }: CommandContext, target: Target): Promise<void> {
  const words = {
    select: vscode.l10n.t('Select a server to copy its process ID'),
    none: vscode.l10n.t('No server is running.'),
  };
  const pid =
    typeof target === 'object' && target.kind === 'process'
      ? target.process.pid
      : (await chooseServer(actions, target, 'hasPid', words))?.pid;
  if (pid === undefined) return;
  await vscode.env.clipboard.writeText(String(pid));
  vscode.window.setStatusBarMessage(vscode.l10n.t('Process ID {0} copied', pid), CONFIRM_MS);
}

function chooseAny({ actions }: CommandContext, target: Target): Promise<ServerView | undefined> {
  return chooseServer(actions, target, 'any', {
    select: vscode.l10n.t('Select a server'),
    none: vscode.l10n.t('No MCP servers found.'),
  });
}
