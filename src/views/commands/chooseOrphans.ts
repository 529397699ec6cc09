import * as vscode from 'vscode';
import { proofOf } from '../../model/evidence';
import type { ReapResult } from '../../model/reapResult';
import type { ServerView } from '../../model/serverView';
import { evidenceSentence } from '../../wording/evidence';
import { folderName, formatAge, formatMemory, joinParts } from '../../wording/format';
import type { Actions } from '../actions';

/** A list with check boxes. Proven orphans are checked; others can be, and are spared unless they are proven by then. */
export async function chooseOrphans(servers: readonly ServerView[]): Promise<string[]> {
  const offered = servers.filter(
    ({ verdict, group, state }) => state !== 'stopping' && (verdict === 'orphaned' || group === 'ownerUnknown'),
  );
  const picked = await vscode.window.showQuickPick(
    offered.map((server) => ({
      label: server.name,
      description: joinParts([
        server.client,
        server.folder === undefined ? undefined : folderName(server.folder),
        formatAge(server.startedAt, Date.now()),
        formatMemory(server.memory),
        server.pid === undefined ? undefined : vscode.l10n.t('pid {0}', server.pid),
      ]),
      ...detailOf(server),
      picked: server.verdict === 'orphaned',
      key: server.key,
    })),
    {
      canPickMany: true,
      matchOnDescription: true,
      title: vscode.l10n.t('Reap Orphaned MCP Servers'),
      placeHolder: vscode.l10n.t('Each is checked again before it is ended.'),
    },
  );
  return (picked ?? []).map(({ key }) => key);
}

/** The evidence that says most about whether anything uses the server. */
function detailOf({ evidence }: ServerView): { detail?: string } {
  const proof = proofOf(evidence) ?? evidence[0];
  return proof ? { detail: evidenceSentence(proof) } : {};
}

/**
 * Reaps what was chosen, which takes seconds: each server is proven again and has its grace. Cancelling stops before the
 * next server; a ladder that has begun runs to its end.
 */
export function reapWithProgress(
  actions: Actions,
  only: readonly string[],
): Thenable<{ readonly results: readonly ReapResult[]; readonly isCalledOff: boolean }> {
  return vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('Ending orphaned MCP servers'),
      cancellable: true,
    },
    async (progress, token) => {
      const cancelled = new AbortController();
      const subscription = token.onCancellationRequested(() => cancelled.abort());
      try {
        const results = await actions.reapOrphans({
          only,
          signal: cancelled.signal,
          onProgress: (done, total) =>
            progress.report({ message: vscode.l10n.t('{0} of {1}', done, total), increment: 100 / total }),
        });
        return { results, isCalledOff: cancelled.signal.aborted };
      } finally {
        subscription.dispose();
      }
    },
  );
}
