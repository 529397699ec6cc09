import type { Clock } from '../common/clock';
import { yieldIfBusy } from '../common/eventLoop';
import type { Decision } from '../judgement/killPolicy';
import type { Member } from '../judgement/members';
import type { Refusal } from '../model/refusal';
import { identityKey, sameStart } from '../os/identity';
import type { OutsideUse, Platform } from '../os/platform';
import { reasonOf } from '../os/reason';
import type { LadderProgress } from '../registry/schema';
import { sendSignal } from './signals';

/** One process that the ladder met, and its outcome. */
export interface LadderProcess {
  readonly member: Member;
  readonly outcome: 'exited' | 'terminated' | 'killed' | 'survived' | 'spared';
  /** Why it was spared or survived. */
  readonly reason: Refusal | undefined;
}

export interface LadderOptions {
  readonly platform: Platform;
  readonly clock: Clock;
  /** Waits in ms, which nothing shortens. */
  readonly grace: { readonly stdin: number; readonly term: number };
  /** Where an earlier session left the ladder; the steps before it are not repeated. */
  readonly from: LadderProgress | undefined;
  /** Closes the server's stdin. Absent where this process does not hold it. */
  readonly closeStdin: (() => void) | undefined;
  /** Scans the tree. Rejects when the process table cannot be read. */
  readonly scan: () => Promise<TreeScan>;
  /** Announces each step with its wait in ms, so that a hand-over knows how far the ladder has got. */
  readonly onStep?: (step: LadderProgress['step'], wait: number) => void;
}

/** The members of a tree at one moment. `decide` asks the kill policy about some of them, each time with new facts. */
export interface TreeScan {
  readonly members: readonly Member[];
  readonly decide: (some: readonly Member[]) => Promise<readonly DecidedMember[]>;
}

export interface DecidedMember {
  readonly member: Member;
  readonly decision: Decision;
  /** What is connected to it or to its server, where that was asked. */
  readonly use: OutsideUse | undefined;
  /** Whether the decision is recent enough to act on: where each one runs `ps`, those on a large tree take seconds. */
  readonly isFresh: () => boolean;
}

/** Between two scans of a waiting ladder, ms, at first: most servers end within a moment. */
const SCAN_PAUSE_MS = 25;
/** Between two scans after SIGKILL, ms, at first: it takes effect within a moment. */
const KILL_PAUSE_MS = 8;
/** The longest pause between two scans, ms. */
const MAX_PAUSE_MS = 250;
/** Rounds of SIGKILL and scan. What is left after them cannot be ended: state D, or a fork storm. */
const MAX_KILL_ROUNDS = 60;

type Signal = 'SIGTERM' | 'SIGKILL';

/** What the ladder knows of one process. */
interface Met {
  readonly member: Member;
  sent: Signal | undefined;
  /** Why it is spared, or why its last signal failed. */
  reason: Refusal | undefined;
}

interface LadderScan {
  readonly scan: TreeScan;
  /** Members that the kill policy does not spare. */
  readonly endable: readonly Member[];
}

const ENDED_BY = { SIGTERM: 'terminated', SIGKILL: 'killed' } as const;

/**
 * Ends one server tree: closes stdin, waits, sends SIGTERM to every member, waits, then sends SIGKILL until two scans in
 * a row find no member left. Members that appear on the way are taken in (L16). Each signal has a decision and a permit
 * of its own. A failing scan does not reject: nothing is signalled from then on, and each process counts as survived,
 * or as spared where it was never signalled.
 */
export function runLadder(options: LadderOptions): Promise<LadderProcess[]> {
  return new Ladder(options).run();
}

class Ladder {
  private readonly seen = new Map<string, Met>();

  constructor(private readonly options: LadderOptions) {}

  async run(): Promise<LadderProcess[]> {
    try {
      if (!(await this.closeStdin()) && !(await this.awaitExit())) await this.terminate();
      await this.kill();
    } catch (error) {
      const reason: Refusal = { rule: 'tableUnreadable', reason: reasonOf(error) };
      for (const known of this.seen.values()) known.reason ??= reason;
    }
    return this.outcomes();
  }

  /** Takes in the first scan, then closes stdin. @returns whether nothing is left to end */
  private async closeStdin(): Promise<boolean> {
    try {
      return (await this.scan()).endable.length === 0;
    } finally {
      // A polite server then exits, even where the scan failed.
      this.options.closeStdin?.();
    }
  }

  /** Step 1: waits for the servers that exit at end-of-file. @returns whether nothing is left to end */
  private async awaitExit(): Promise<boolean> {
    const { from, grace, onStep } = this.options;
    if (from && from.step !== 'stdin') return false;
    const wait = from?.remaining ?? grace.stdin;
    onStep?.('stdin', wait);
    return this.waitUntilGone(wait);
  }

  /** Step 2: SIGTERM once to each member, including those that appear during the wait. */
  private async terminate(): Promise<void> {
    const { from, grace, onStep } = this.options;
    if (from?.step === 'kill') return;
    const wait = from?.step === 'term' ? from.remaining : grace.term;
    let isAnnounced = false;
    await this.waitUntilGone(wait, async (now) => {
      await this.terminateNew(now);
      // Not earlier: a successor that takes over from here gives each of them the whole wait.
      if (!isAnnounced) onStep?.('term', wait);
      isAnnounced = true;
    });
  }

  /** Step 3: SIGKILL, even when all seem gone: the second empty scan catches a fork between the two. */
  private async kill(): Promise<void> {
    const { clock, onStep } = this.options;
    onStep?.('kill', 0);
    let empty = 0;
    for (let round = 0; empty < 2 && round < MAX_KILL_ROUNDS; round++) {
      const { scan, endable } = await this.scan();
      if (endable.length === 0) empty++;
      else {
        empty = 0;
        await this.signalAll(scan, endable, 'SIGKILL');
      }
      if (empty < 2) await clock.sleep(Math.min(KILL_PAUSE_MS * (1 + round / 2), MAX_PAUSE_MS));
    }
    // A tree that keeps forking must not count as ended.
    if (empty < 2) await this.scan();
  }

  /**
   * Scans the tree. The kill policy decides on new members only; before a signal it decides on all of them again.
   * A killed member is waited for, whatever the policy says of a process that is half gone.
   */
  private async scan(): Promise<LadderScan> {
    const scan = await this.options.scan();
    await this.decide(
      scan,
      scan.members.filter(({ identity }) => !this.seen.has(identityKey(identity))),
    );
    const endable = scan.members.filter(({ identity }) => {
      const known = this.seen.get(identityKey(identity));
      return known?.reason === undefined || known.sent === 'SIGKILL';
    });
    return { scan, endable };
  }

  private async decide(scan: TreeScan, some: readonly Member[]): Promise<readonly DecidedMember[]> {
    const decided = await scan.decide(some);
    for (const { member, decision } of decided) {
      const key = identityKey(member.identity);
      const known = this.seen.get(key) ?? { member, sent: undefined, reason: undefined };
      known.reason = 'spared' in decision ? decision.spared : undefined;
      this.seen.set(key, known);
    }
    return decided;
  }

  private async signalAll(scan: TreeScan, members: readonly Member[], signal: Signal): Promise<void> {
    for (const decided of await this.decide(scan, members)) {
      for (const one of decided.isFresh() ? [decided] : await this.decide(scan, [decided.member])) {
        await this.signal(one, signal);
      }
    }
  }

  private async signal({ member, decision }: DecidedMember, signal: Signal): Promise<void> {
    const known = this.seen.get(identityKey(member.identity));
    if (!known || 'spared' in decision) return;
    const outcome = await sendSignal(this.options.platform, decision.permit, signal);
    if (outcome === 'sent') known.sent = signal;
    else if (outcome !== 'gone') known.reason = { rule: 'signalFailed', reason: outcome.failed };
  }

  private terminateNew({ scan, endable }: LadderScan): Promise<void> {
    return this.signalAll(
      scan,
      endable.filter(({ identity }) => this.seen.get(identityKey(identity))?.sent === undefined),
      'SIGTERM',
    );
  }

  /** @param wait ms @returns whether nothing is left to end, at the latest when the wait is over */
  private async waitUntilGone(wait: number, onScan?: (now: LadderScan) => Promise<void>): Promise<boolean> {
    const { clock } = this.options;
    let deadline: number | undefined;
    for (let pause = SCAN_PAUSE_MS; ; pause = Math.min(pause * 1.5, MAX_PAUSE_MS)) {
      const now = await this.scan();
      if (now.endable.length === 0) return true;
      await onScan?.(now);
      // The wait begins here: among hundreds of ladders the first scan is slow, and the signal follows it.
      deadline ??= clock.now() + wait;
      const left = deadline - clock.now();
      if (left <= 0) return false;
      await clock.sleep(Math.min(pause, left));
    }
  }

  private async outcomes(): Promise<LadderProcess[]> {
    const processes: LadderProcess[] = [];
    for (const { member, sent, reason } of this.seen.values()) {
      await yieldIfBusy();
      if (!(await this.mayBeThere(member))) {
        processes.push({ member, outcome: sent ? ENDED_BY[sent] : 'exited', reason: undefined });
      } else if (sent === undefined) {
        processes.push({ member, outcome: 'spared', reason: reason ?? { rule: 'notReached' } });
      } else processes.push({ member, outcome: 'survived', reason: reason ?? { rule: 'outlivedKill' } });
    }
    return processes;
  }

  /** A process that cannot be inspected may still be there. */
  private async mayBeThere({ identity }: Member): Promise<boolean> {
    const now = await this.options.platform.inspect(identity.pid);
    if (now.kind !== 'present') return now.kind === 'error';
    return !now.entry.zombie && sameStart(now.entry.start, identity.start);
  }
}
