import type { Clock } from '../common/clock';
import { messageOf } from '../common/errors';
import { yieldIfBusy } from '../common/eventLoop';
import type { Decision } from '../judgement/killPolicy';
import type { Member } from '../judgement/members';
import type { Refusal } from '../model/refusal';
import { identityKey, sameStart } from '../os/identity';
import type { OutsideUse, Platform } from '../os/platform';
import type { LadderProgress } from '../registry/schema';
import { sendSignal } from './signals';

/** One process as the ladder met it and what became of it. */
export interface LadderProcess {
  readonly member: Member;
  readonly outcome: 'exited' | 'terminated' | 'killed' | 'survived' | 'spared';
  /** Why it was spared or survived. */
  readonly reason: Refusal | undefined;
}

export interface LadderOptions {
  readonly platform: Platform;
  readonly clock: Clock;
  /** Waits in ms; `term` and `stdin` are never shortened. */
  readonly grace: { readonly stdin: number; readonly term: number };
  /** Where an earlier session left the ladder; steps before it are not repeated. */
  readonly from: LadderProgress | undefined;
  /** Ends the server's input. Absent when nobody holds it any more. */
  readonly closeStdin: (() => void) | undefined;
  /** A fresh scan of the tree. Rejects when it cannot be known. */
  readonly scan: () => Promise<TreeScan>;
  /** Told of each step, so that a hand-over knows where the ladder stands. */
  readonly onStep?: (step: LadderProgress['step'], wait: number) => void;
}

/** Who belongs to a tree at one moment, and the kill policy's rulings on any of them, each freshly made. */
export interface TreeScan {
  readonly members: readonly Member[];
  readonly decide: (some: readonly Member[]) => Promise<readonly DecidedMember[]>;
}

export interface DecidedMember {
  readonly member: Member;
  readonly decision: Decision;
  /** Who is connected to it or to its server, as far as that was asked. */
  readonly use: OutsideUse | undefined;
  /** Whether it was made a moment ago: where each asks `ps`, those on a large tree take seconds together. */
  readonly isFresh: () => boolean;
}

/** How often a waiting ladder looks, in ms: at first closely, since most servers end at once. */
const SCAN_PAUSE_MS = 25;
/** Between two looks after SIGKILL, in ms, at first: it takes effect within a moment. */
const SCAN_INTERVAL_MS = 8;
/** SIGKILL and look again, at most so often: what is still there then cannot be ended (state D, or a fork storm). */
const MAX_KILL_ROUNDS = 60;

/**
 * Ends one server tree: close stdin → wait → SIGTERM to every member → wait → SIGKILL → look again until two scans in
 * a row find nobody. Members found on the way are taken in (L16). Each signal has its own fresh ruling and permit.
 * Never rejects for a scan that fails: nothing is signalled from then on, and what was seen is reported as survived, or
 * as kept where it was never signalled.
 */
export async function runLadder(options: LadderOptions): Promise<LadderProcess[]> {
  const seen = new Map<
    string,
    { member: Member; sent: 'SIGTERM' | 'SIGKILL' | undefined; reason: Refusal | undefined }
  >();
  const { clock } = options;

  const decide = async (scan: TreeScan, some: readonly Member[]): Promise<readonly DecidedMember[]> => {
    const decided = await scan.decide(some);
    for (const { member, decision } of decided) {
      const key = identityKey(member.identity);
      const known = seen.get(key) ?? { member, sent: undefined, reason: undefined };
      known.reason = 'spared' in decision ? decision.spared : undefined;
      seen.set(key, known);
    }
    return decided;
  };
  /**
   * Looks: who is there, whom the bar has not kept. Only who is new is ruled on; before a signal everybody is again.
   * Who has been killed is waited for, whatever the bar says of a process that is half gone.
   */
  const scanAgain = async (): Promise<{ scan: TreeScan; endable: readonly Member[] }> => {
    const scan = await options.scan();
    await decide(
      scan,
      scan.members.filter(({ identity }) => !seen.has(identityKey(identity))),
    );
    const endable = scan.members.filter(({ identity }) => {
      const known = seen.get(identityKey(identity));
      return known?.reason === undefined || known.sent === 'SIGKILL';
    });
    return { scan, endable };
  };
  const signalAll = async (
    scan: TreeScan,
    members: readonly Member[],
    signal: 'SIGTERM' | 'SIGKILL',
  ): Promise<void> => {
    for (const decided of await decide(scan, members)) {
      for (const { member, decision } of decided.isFresh() ? [decided] : await decide(scan, [decided.member])) {
        const known = seen.get(identityKey(member.identity));
        if (!known || 'spared' in decision) continue;
        const outcome = await sendSignal(options.platform, decision.permit, signal);
        if (outcome === 'sent') known.sent = signal;
        else if (outcome !== 'gone') known.reason = { rule: 'signalFailed', reason: outcome.failed };
      }
    }
  };
  /** SIGTERM once to each, also to those that appear later. */
  const terminateNew = ({ scan, endable }: { scan: TreeScan; endable: readonly Member[] }) =>
    signalAll(
      scan,
      endable.filter(({ identity }) => seen.get(identityKey(identity))?.sent === undefined),
      'SIGTERM',
    );
  /** Waits until nobody who may be ended is left; true when so. */
  const waitUntilGone = async (
    wait: number,
    onLook?: (seen: Awaited<ReturnType<typeof scanAgain>>) => Promise<void>,
  ) => {
    let deadline: number | undefined;
    for (let pause = SCAN_PAUSE_MS; ; pause = Math.min(pause * 1.5, 250)) {
      const now = await scanAgain();
      if (now.endable.length === 0) return true;
      await onLook?.(now);
      // Among hundreds of ladders the first look takes its time, and the signal comes only then.
      deadline ??= clock.now() + wait;
      const left = deadline - clock.now();
      if (left <= 0) return false;
      await clock.sleep(Math.min(pause, left));
    }
  };

  try {
    const from = options.from;
    let gone = false;
    try {
      gone = (await scanAgain()).endable.length === 0;
    } finally {
      // Also where nothing can be seen: a polite server then ends by itself.
      options.closeStdin?.();
    }
    if (!gone && (!from || from.step === 'stdin')) {
      const wait = from?.remaining ?? options.grace.stdin;
      options.onStep?.('stdin', wait);
      gone = await waitUntilGone(wait);
    }
    if (!gone && from?.step !== 'kill') {
      const wait = from?.step === 'term' ? from.remaining : options.grace.term;
      let isTold = false;
      gone = await waitUntilGone(wait, async (now) => {
        await terminateNew(now);
        // Not before: who takes the ladder over from here has to give them all of it.
        if (!isTold) options.onStep?.('term', wait);
        isTold = true;
      });
    }
    options.onStep?.('kill', 0);
    // Even when all seem gone: a fork in this moment is found by the second look.
    let empty = 0;
    for (let round = 0; empty < 2 && round < MAX_KILL_ROUNDS; round++) {
      const { scan, endable } = await scanAgain();
      if (endable.length === 0) empty++;
      else {
        empty = 0;
        await signalAll(scan, endable, 'SIGKILL');
      }
      if (empty < 2) await clock.sleep(Math.min(SCAN_INTERVAL_MS * (1 + round / 2), 250));
    }
    // Who is still coming is not to be reported as ended.
    if (empty < 2) await scanAgain();
  } catch (error) {
    const reason: Refusal = { rule: 'tableUnreadable', reason: messageOf(error) };
    for (const known of seen.values()) known.reason ??= reason;
  }
  return settle(options.platform, [...seen.values()]);
}

async function settle(
  platform: Platform,
  seen: readonly { member: Member; sent: 'SIGTERM' | 'SIGKILL' | undefined; reason: Refusal | undefined }[],
): Promise<LadderProcess[]> {
  const processes: LadderProcess[] = [];
  for (const { member, sent, reason } of seen) {
    await yieldIfBusy();
    const scanAgain = await platform.inspect(member.identity.pid);
    const still =
      scanAgain.kind === 'error' ||
      (scanAgain.kind === 'present' &&
        !scanAgain.entry.zombie &&
        sameStart(scanAgain.entry.start, member.identity.start));
    if (!still) {
      const outcome = sent === 'SIGKILL' ? 'killed' : sent === 'SIGTERM' ? 'terminated' : 'exited';
      processes.push({ member, outcome, reason: undefined });
    } else if (sent === undefined)
      processes.push({ member, outcome: 'spared', reason: reason ?? { rule: 'notReached' } });
    else processes.push({ member, outcome: 'survived', reason: reason ?? { rule: 'outlivedKill' } });
  }
  return processes;
}
