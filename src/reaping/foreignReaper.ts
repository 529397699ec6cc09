import { nextTick } from '../common/eventLoop';
import { CONFIRM_FOREIGN_MS } from '../common/limits';
import type { ReapedProcess, ReapPreview, ReapResult } from '../model/reapResult';
import { awaitsSecondScan, holdersIn } from '../model/refusal';
import { pidsOf } from '../os/users';
import type { EndCause } from '../registry/history';
import type { ServerRecord } from '../registry/schema';
import type { ForeignServers } from '../scan/foreignServers';
import type { TreeScan } from './ladder';
import { OrphanedSet } from './orphanedSet';
import { ReapQueue } from './reapQueue';
import { type LadderRun, ownersIn, type RecordLadders, withSeen } from './recordLadders';
import { isStillThere, joinResults } from './results';
import { type DecisionContext, heldServerIn, scanOf, type Tree, treeOf } from './treeScan';

/**
 * Layers of nested wrappers, each of which holds its server's stdin, and links of a chain of orphans that hold each
 * other's, are ended one after the other; more do not occur.
 */
const MAX_ROUNDS = 5;
/** Rounds in which an unseen holder may be one of the set. */
const MAX_UNSEEN_ROUNDS = 2;

/** By the ids of their records. */
type ForeignSet = OrphanedSet<string>;

/** Ends servers that other clients started, which the user or a setting chose. They have no session, so nothing is claimed. */
export class ForeignReaper {
  constructor(
    private readonly ladders: RecordLadders,
    private readonly foreignServers: ForeignServers,
  ) {}

  /**
   * Reaps them as a set: those that only hold each other's stdin are ended together. Scans each twice, 2 s apart, before
   * its ladder begins: a client may be handing its servers over.
   * @param isAsked whether a person asked for it
   * @returns nothing of those that were cancelled before that
   */
  async reap(records: readonly ServerRecord[], queue = new ReapQueue(), isAsked = false): Promise<ReapResult[]> {
    const set = this.setOf(records);
    const cause = isAsked ? 'user' : 'orphaned';
    const results = await Promise.all(
      records.map(async (record) => {
        await this.awaitSecondScan(record, set);
        const result = await queue.run(() => this.end(record, set, cause));
        // Of one that was cancelled everything stays: others that it holds need not wait for its end.
        if (!result) set.stays(record.id);
        return result;
      }),
    );
    return results.filter((result) => result !== undefined);
  }

  /** What {@link reap} would do with each; scans twice too, and signals nothing. */
  preview(records: readonly ServerRecord[]): Promise<ReapPreview[]> {
    const set = this.setOf(records);
    return Promise.all(
      records.map(async (record) => {
        await this.awaitSecondScan(record, set);
        const { members, decide } = await this.scan(record, set);
        return this.ladders.previewOf(record, this.foreignServers.sessionOf(record), await decide(members));
      }),
    );
  }

  /** Makes the first scan of two, and waits until it is time for the second. */
  private async awaitSecondScan(record: ServerRecord, set: ForeignSet): Promise<void> {
    const { members, decide } = await this.scan(record, set);
    await decide(members);
    await this.ladders.clock.sleep(CONFIRM_FOREIGN_MS);
  }

  private setOf(records: readonly ServerRecord[]): ForeignSet {
    const byId = new Map<string, ServerRecord>(records.map((record) => [record.id, record]));
    return new OrphanedSet([...byId.keys()], async (id) =>
      heldServerIn(await this.treeOf(byId.get(id) as ServerRecord)),
    );
  }

  private async end(record: ServerRecord, set: ForeignSet, cause: EndCause): Promise<ReapResult> {
    const { clock } = this.ladders;
    const startedAt = clock.now();
    let { result, record: left } = await this.runLadder(this.foreignServers.current(record), set);
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const passing = result.processes.filter((one) => isStillThere(one) && isPassing(one, round, set));
      if (passing.length === 0) break;
      await clock.sleep(CONFIRM_FOREIGN_MS);
      const isTermed = passing.every(({ outcome }) => outcome === 'survived');
      const later = await this.runLadder(
        { ...left, ladder: isTermed ? { step: 'kill', remaining: 0 } : { step: 'term', remaining: record.grace.term } },
        set,
      );
      left = later.record;
      result = joinResults(result, later.result, new Set(left.census.map(({ pid }) => pid)));
    }
    if (result.processes.some(isStillThere)) set.stays(record.id);
    result = { ...result, milliseconds: Math.round(clock.now() - startedAt) };
    await nextTick();
    this.ladders.remember(result, { cause, commandLine: record.commandLine });
    return result;
  }

  private runLadder(record: ServerRecord, set: ForeignSet): Promise<LadderRun> {
    return this.ladders.run(record, this.foreignServers.sessionOf(record), {
      scan: (seen) => this.scan(withSeen(record, seen), set),
    });
  }

  private async scan(record: ServerRecord, set: ForeignSet): Promise<TreeScan> {
    return scanOf(await this.treeOf(record, () => set.companionsOf(record.id)));
  }

  private async treeOf(record: ServerRecord, companions?: DecisionContext['companions']): Promise<Tree> {
    const seen = await this.ladders.scan();
    const session = this.foreignServers.sessionOf(record);
    const context: DecisionContext = {
      ...this.ladders.contextOf({ by: 'reaper' }, session, ownersIn(seen)),
      named: true,
      clientAbove: (snapshot, entry) => this.foreignServers.clientAbove(snapshot, entry),
      ...(companions && { companions }),
    };
    return treeOf(context, seen.snapshot, session, record);
  }
}

/** Whether what kept a process will soon be over, so that another ladder is worth its while. */
function isPassing({ outcome, reason }: ReapedProcess, round: number, set: ForeignSet): boolean {
  // A server below a wrapper is topmost now, and one scan of its stdin is not enough to kill it.
  if (awaitsSecondScan(reason)) return true;
  // A wrapper that was just exiting could not be examined.
  if (round === 0 && outcome === 'survived') return true;
  const holders = holdersIn(reason);
  if (holders?.kind === 'seen') return set.areEnding(pidsOf(holders));
  // Another of the set that is just exiting is no longer seen, and still holds what it holds.
  return holders !== undefined && set.size > 1 && round < MAX_UNSEEN_ROUNDS;
}
