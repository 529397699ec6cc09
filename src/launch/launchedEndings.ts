import type { Log } from '../common/log';
import type { ReapResult } from '../model/reapResult';
import type { Platform } from '../os/platform';
import type { RecordLadders } from '../reaping/recordLadders';
import type { Ending } from '../reaping/results';
import { stopOwn } from '../reaping/stopOwn';
import { endLivingChildTree } from '../reaping/windowsTree';
import type { EndCause } from '../registry/history';
import type { OwnSession } from '../registry/ownSession';
import type { LadderProgress } from '../registry/schema';
import type { LaunchedServer, LaunchState } from './launchedServer';

export interface LaunchedEndingsParts {
  readonly platform: Platform;
  readonly own: OwnSession;
  readonly ladders: RecordLadders;
  readonly log: Log;
}

/** The state of a server after its ladder. */
export type Outcome = Extract<LaunchState, { kind: 'stopped' | 'failed' }>;

/** Runs the ladders of launched servers. */
export class LaunchedEndings {
  /** By record id: where each ladder is; `until` by `performance.now()`. */
  private readonly progress = new Map<string, { step: LadderProgress['step']; until: number }>();

  constructor(private readonly parts: LaunchedEndingsParts) {}

  /**
   * One ladder per server at a time; a call during one joins it, and its own `outcome` is dropped.
   * @param outcome the server's state after the ladder
   * @param cause with `user`, the list of processes that are never reaped does not apply
   */
  end(server: LaunchedServer, outcome: Outcome, cause: EndCause): Promise<ReapResult> {
    if (server.state.kind === 'stopping') return server.state.done;
    const done = this.endOnce(server, server.state, outcome, cause);
    server.become({ kind: 'stopping', done, failure: outcome.kind === 'failed' ? outcome.failure : undefined });
    return done;
  }

  private async endOnce(
    server: LaunchedServer,
    before: LaunchState,
    outcome: Outcome,
    cause: EndCause,
  ): Promise<ReapResult> {
    const { own, platform, ladders, log } = this.parts;
    if (before.kind === 'running') await before.connection.close().catch(() => {});
    try {
      if (process.platform === 'win32' && server.child) {
        // The ladder cannot end anything there: Windows has no signals, and too few facts for the kill policy.
        const ending = await endLivingChildTree(server.child, platform, server.description.grace.stdin);
        if (ending.kind === 'spared') log.warn(`"${server.description.name}" was not ended: ${ending.reason}.`);
      }
      const { result, isDone } = await stopOwn(ladders, {
        session: () => own.session,
        recordId: server.recordId,
        cause,
        exitOf: () => exitOf(server, cause),
        closeStdin: () => server.child?.stdin?.end(),
        onStep: (step, wait) => this.progress.set(server.recordId, { step, until: performance.now() + wait }),
      });
      if (isDone) own.remove(server.recordId);
      server.become(outcome);
      return result;
    } catch (error) {
      // A server that stays "stopping" could be neither stopped nor started again.
      const hasEnded = before.kind === 'starting' || server.exit !== undefined;
      server.become(hasEnded ? { kind: 'failed', failure: server.unexpectedExit() } : { kind: 'disconnected' });
      throw error;
    } finally {
      this.progress.delete(server.recordId);
    }
  }

  /** Records in the session file where each ladder is: the guard or another window continues it. */
  recordProgress(): void {
    for (const [recordId, { step, until }] of this.progress) {
      const remaining = Math.max(0, Math.round(until - performance.now()));
      this.parts.own.update(recordId, { ladder: { step, remaining } });
    }
  }
}

/** For the history, after the ladder, when all of its output can be read. */
async function exitOf(server: LaunchedServer, cause: EndCause): Promise<Pick<Ending, 'exit' | 'lastLine'>> {
  if (cause !== 'exit' && cause !== 'start') return {};
  await server.heard();
  const { lastLine } = server;
  const exit = server.failure?.exit;
  return { ...(exit && { exit }), ...(lastLine !== undefined && { lastLine }) };
}
