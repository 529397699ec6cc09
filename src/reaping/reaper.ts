import { nextTick } from '../common/eventLoop';
import { logOnce, type OnceLog } from '../common/log';
import type { ServerRequester } from '../judgement/facts';
import { recordKey } from '../model/keys';
import type { ReapPreview, ReapProblem, ReapResult } from '../model/reapResult';
import { reasonOf } from '../os/reason';
import { noteCrash } from '../registry/crashes';
import type { ServerRecord, SessionFile } from '../registry/schema';
import type { SessionMemory } from '../registry/sessionMemory';
import {
  claimLost,
  claimSession,
  type FoundSession,
  releaseClaim,
  removeSession,
  writeClaimed,
} from '../registry/sessionStore';
import type { Scan, ScannedSession } from '../scan/scan';
import { errorText } from '../wording/reasons';
import { problemSentence } from '../wording/results';
import type { DecidedMember } from './ladder';
import { ReapQueue } from './reapQueue';
import { type LadderRun, ownersIn, RecordLadders, type RecordLaddersParts, reapedOf, withSeen } from './recordLadders';
import { scanTree } from './treeScan';

export interface ReaperParts extends RecordLaddersParts {
  /** Forgets a session of which nothing is left. */
  readonly memory?: Pick<SessionMemory, 'forget'>;
}

/** Ends what dead sessions left, after claiming their files. */
export class Reaper {
  /** Shared with whatever else ends servers in this process. */
  readonly ladders: RecordLadders;
  /** Logs each session that cannot be claimed once. */
  private readonly unclaimable: OnceLog;

  constructor(private readonly parts: ReaperParts) {
    this.ladders = new RecordLadders(parts);
    this.unclaimable = logOnce(parts.log, (message) => parts.log.error(message));
  }

  /** Decides what a reap would signal in a dead session, and what it would spare and why. Signals nothing. */
  async plan(seen: Scan, judged: ScannedSession): Promise<Map<string, DecidedMember[]>> {
    const plans = new Map<string, DecidedMember[]>();
    this.ladders.forgetGone(seen);
    const context = this.ladders.contextOf({ by: 'reaper' }, judged.session, ownersIn(seen));
    // In parallel, so that simultaneous questions to the system share one run.
    const decided = await Promise.all(
      judged.records.map(({ record }) => {
        const scan = scanTree(context, seen.snapshot, judged.session, record);
        return scan.decide(scan.members);
      }),
    );
    for (const [index, { record }] of judged.records.entries()) plans.set(record.id, [...(decided[index] ?? [])]);
    return plans;
  }

  /** The plan, for people. */
  async preview(seen: Scan, judged: ScannedSession): Promise<ReapPreview[]> {
    const plans = await this.plan(seen, judged);
    return judged.records
      .map(({ record }) => ({ record, decided: plans.get(record.id) ?? [] }))
      .filter(({ record, decided }) => decided.length > 0 || record.container)
      .map(({ record, decided }) => this.ladders.previewOf(record, judged.session, decided));
  }

  /**
   * Reaps a session that was judged dead: claims its file, runs each record's ladder, and removes the finished records.
   * Spared and surviving processes stay recorded, so that they stay visible. Never rejects: a sweep has other sessions.
   * @param requester the session itself, where it ends while its owner lives
   * @param isAsked whether a person asked for it
   * @returns none when another process holds the claim; where the claim or the reap fails, the results say why
   */
  async reap(
    judged: ScannedSession,
    only?: ReadonlySet<string>,
    requester: ServerRequester = { by: 'reaper' },
    queue = new ReapQueue(),
    isAsked = false,
  ): Promise<ReapResult[]> {
    const { log, folder } = this.parts;
    const claimed = this.tryClaim(judged);
    if (claimed && 'reason' in claimed) return unreaped(judged, only, claimed);
    if (!claimed) return [];
    let left = claimed;
    try {
      const written = new Set(claimed.session.records.map(({ id }) => id));
      const lost = judged.session.records.filter(({ id }) => !written.has(id));
      const session = { ...claimed.session, records: [...claimed.session.records, ...lost] };
      const chosen = session.records.filter((record) => !only || only.has(recordKey(session.id, record.id)));
      const ladders = await Promise.all(
        chosen.map((record) => queue.run(() => this.reapRecord(session, record, requester))),
      );
      const reaped = ladders.filter((one) => one !== undefined);
      const begun = new Set(reaped.map(({ record }) => record.id));
      const results = reaped.map(({ result }) => result);
      const cause = isAsked ? 'user' : session.handedOver === undefined ? 'orphaned' : 'close';
      const unfinished = new Map(reaped.filter(({ isDone }) => !isDone).map(({ record }) => [record.id, record]));
      const records = session.records.flatMap((record) =>
        begun.has(record.id) ? (unfinished.get(record.id) ?? []) : record,
      );
      try {
        left = writeClaimed(folder, claimed, { ...session, records });
      } catch (error) {
        // The ladders have run, and their results must be reported.
        log.error(`Session ${session.id} could not be written: ${errorText(error)}`);
      }
      for (const { result, record } of reaped) {
        await nextTick();
        this.ladders.remember(result, { cause, commandLine: record.commandLine });
      }
      // Last: a window that finds the crash then finds the history, too.
      if (judged.found && cause === 'orphaned') noteCrash(folder, session);
      return results;
    } catch (error) {
      const problem = { kind: 'failed', session: claimed.session.id, reason: reasonOf(error) } as const;
      log.error(problemSentence(problem));
      return unreaped(judged, only, problem);
    } finally {
      this.letGo(left);
    }
  }

  private reapRecord(session: SessionFile, record: ServerRecord, requester: ServerRequester): Promise<LadderRun> {
    const { ladders } = this;
    return ladders.run(record, session, {
      scan: async (seen) => {
        const now = await ladders.scan();
        const context = ladders.contextOf(requester, session, ownersIn(now));
        return scanTree(context, now.snapshot, session, withSeen(record, seen));
      },
    });
  }

  /** Removes a session of which nothing is left, and releases any other. Never throws: other sessions' ladders still run. */
  private letGo(left: FoundSession): void {
    const { folder, log, memory } = this.parts;
    try {
      if (left.session.records.length === 0) {
        removeSession(left.path);
        memory?.forget(left.session.id);
      } else releaseClaim(folder, left);
    } catch (error) {
      log.error(`The file of session ${left.session.id} stays claimed: ${errorText(error)}`);
    }
  }

  /** @returns undefined when another process holds the claim; the problem when the session cannot be claimed */
  private tryClaim({ session, found }: ScannedSession): FoundSession | undefined | ReapProblem {
    const { folder, self } = this.parts;
    try {
      return found ? claimSession(folder, found, self) : claimLost(folder, session, self);
    } catch (error) {
      const problem: ReapProblem = {
        ...{ kind: 'unclaimable' as const, session: session.id },
        // Not the message: it names another file at each try, and would be logged each time.
        ...{ folder: folder.sessions, reason: reasonOf(error) },
      };
      // Once, not in every sweep.
      this.unclaimable.warn(problemSentence(problem), session.id);
      return problem;
    }
  }
}

/** Results with a problem, for servers that could not be reaped. */
function unreaped(
  { session, records }: ScannedSession,
  only: ReadonlySet<string> | undefined,
  problem: ReapProblem,
): ReapResult[] {
  return records
    .filter(({ record }) => !only || only.has(recordKey(session.id, record.id)))
    .map(({ record }) => ({
      ...{ server: record.server, of: reapedOf(record, session), processes: [], containers: [] },
      ...{ containerProblem: undefined, problem, memoryFreed: 0, milliseconds: 0 },
    }));
}
