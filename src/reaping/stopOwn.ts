import * as l10n from '@vscode/l10n';
import { UserError } from '../common/errors';
import type { ServerRequester } from '../judgement/facts';
import type { EndCause } from '../registry/history';
import type { RecordId } from '../registry/ids';
import type { LadderProgress, SessionFile } from '../registry/schema';
import { type LadderRun, ownersIn, type RecordLadders, withSeen } from './recordLadders';
import type { Ending } from './results';
import { scanTree } from './treeScan';

export interface StopOwnOptions {
  /** Our own session, as it is now. */
  readonly session: () => SessionFile;
  readonly recordId: RecordId;
  /** With any but `user`, the list of processes that are never reaped applies. */
  readonly cause: EndCause;
  /** Called when the ladder is done. */
  readonly exitOf: () => Promise<Pick<Ending, 'exit' | 'lastLine'>>;
  readonly closeStdin: () => void;
  /** Called with each step of the ladder and its wait in ms. */
  readonly onStep?: (step: LadderProgress['step'], wait: number) => void;
}

/**
 * Ends one server of our own session.
 * @returns `isDone`: whether certainly nothing of it is left
 * @throws UserError when the server has no record
 */
export async function stopOwn(
  ladders: RecordLadders,
  { session, recordId, cause, exitOf, closeStdin, onStep }: StopOwnOptions,
): Promise<Pick<LadderRun, 'result' | 'isDone'>> {
  const requester: ServerRequester = { by: 'own session', owner: session().owner, unasked: cause !== 'user' };
  const record = session().records.find(({ id }) => id === recordId);
  if (!record) throw new UserError(l10n.t('This server has no record. Scan again.'));
  // Processes of another live session below a server of ours are not ours. The scan runs while stdin is being closed.
  // An unreadable data folder must not prevent a window from ending its own servers.
  const owners = ladders.scan().then(ownersIn, () => []);
  const run = await ladders.run(record, session(), {
    closeStdin,
    ...(onStep && { onStep }),
    scan: async (seen) => {
      const current = session();
      const snapshot = await ladders.snapshot();
      const now = current.records.find(({ id }) => id === recordId) ?? record;
      return scanTree(ladders.contextOf(requester, current, await owners), snapshot, current, withSeen(now, seen));
    },
  });
  ladders.remember(run.result, { cause, ...(await exitOf()), commandLine: record.commandLine });
  return run;
}
