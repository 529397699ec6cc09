import type { Ruling } from '../judgement/killBar';
import type { Member } from '../judgement/members';
import { identityKey } from '../os/identity';
import type { Platform } from '../os/platform';
import type { LadderStand } from '../registry/schema';
import type { Clock } from './clock';
import { sendSignal } from './signals';

/** One process as the ladder met it and what became of it. */
export interface LadderProcess {
  readonly member: Member;
  readonly outcome: 'exited' | 'terminated' | 'killed' | 'survived' | 'kept';
  readonly reason: string | undefined;
}

export interface LadderOptions {
  readonly platform: Platform;
  readonly clock: Clock;
  /** Waits in ms; `term` and `stdin` are never shortened. */
  readonly grace: { readonly stdin: number; readonly term: number };
  /** Where an earlier session left the ladder; steps before it are not repeated. */
  readonly from: LadderStand | undefined;
  /** Ends the server's input. Absent when nobody holds it any more. */
  readonly closeStdin: (() => void) | undefined;
  /** A fresh scan: who belongs to the tree now, each with the kill bar's ruling. Rejects when it cannot be known. */
  readonly scan: () => Promise<readonly Ruled[]>;
  /** Told of each step, so that a hand-over knows where the ladder stands. */
  readonly onStep?: (step: LadderStand['step'], wait: number) => void;
}

export interface Ruled {
  readonly member: Member;
  readonly ruling: Ruling;
}

/** How often a waiting ladder looks, in ms: at first closely, since most servers end at once. */
const LOOK_MS = 25;
/** SIGKILL and look again, at most so often: what is still there then cannot be ended (state D, or a fork storm). */
const MOST_KILL_ROUNDS = 60;

/**
 * Ends one server tree: close stdin → wait → SIGTERM to every member → wait → SIGKILL → look again until two scans in
 * a row find nobody. Members found on the way are taken in (L16). Each signal has its own fresh ruling and permit.
 * Never rejects for a scan that fails: nothing is signalled then, and what was seen is reported as survived.
 */
export async function climbLadder(options: LadderOptions): Promise<LadderProcess[]> {
  const seen = new Map<
    string,
    { member: Member; sent: 'SIGTERM' | 'SIGKILL' | undefined; reason: string | undefined }
  >();
  const { clock } = options;

  const scan = async (): Promise<readonly Ruled[]> => {
    const ruled = await options.scan();
    for (const { member, ruling } of ruled) {
      const key = identityKey(member.identity);
      const known = seen.get(key) ?? { member, sent: undefined, reason: undefined };
      known.reason = 'kept' in ruling ? ruling.kept : undefined;
      seen.set(key, known);
    }
    return ruled;
  };
  const signalAll = async (ruled: readonly Ruled[], signal: 'SIGTERM' | 'SIGKILL', again: boolean): Promise<void> => {
    for (const { member, ruling } of ruled) {
      const known = seen.get(identityKey(member.identity));
      if (!known || 'kept' in ruling || (known.sent === signal && !again)) continue;
      const outcome = await sendSignal(options.platform, ruling.permit, signal);
      if (outcome === 'sent') known.sent = signal;
      else if (outcome !== 'gone') known.reason = `it could not be signalled: ${outcome.failed}`;
    }
  };
  const endable = (ruled: readonly Ruled[]) => ruled.filter(({ ruling }) => 'permit' in ruling);
  /** Waits until nobody who may be ended is left; true when so. New members are handed to `onNew` as they appear. */
  const waitUntilGone = async (wait: number, onNew?: (ruled: readonly Ruled[]) => Promise<void>): Promise<boolean> => {
    const deadline = clock.now() + wait;
    for (let pause = LOOK_MS; ; pause = Math.min(pause * 1.5, 250)) {
      const ruled = await scan();
      if (endable(ruled).length === 0) return true;
      await onNew?.(ruled);
      const left = deadline - clock.now();
      if (left <= 0) return false;
      await clock.sleep(Math.min(pause, left));
    }
  };

  try {
    const from = options.from;
    let gone = endable(await scan()).length === 0;
    options.closeStdin?.();
    if (!gone && (!from || from.step === 'stdin')) {
      const wait = from?.remaining ?? options.grace.stdin;
      options.onStep?.('stdin', wait);
      gone = await waitUntilGone(wait);
    }
    if (!gone && from?.step !== 'kill') {
      const wait = from?.step === 'term' ? from.remaining : options.grace.term;
      options.onStep?.('term', wait);
      gone = await waitUntilGone(wait, (ruled) => signalAll(ruled, 'SIGTERM', false));
    }
    options.onStep?.('kill', 0);
    // Even when all seem gone: a fork in this moment is found by the second look.
    for (let round = 0, empty = 0; empty < 2 && round < MOST_KILL_ROUNDS; round++) {
      const ruled = await scan();
      if (endable(ruled).length === 0) empty++;
      else {
        empty = 0;
        await signalAll(ruled, 'SIGKILL', true);
      }
      if (empty < 2) await clock.sleep(Math.min(LOOK_MS * (1 + round / 4), 250));
    }
  } catch (error) {
    for (const known of seen.values())
      known.reason ??= `the process table could not be read: ${(error as Error).message}`;
  }
  return settle(options.platform, [...seen.values()]);
}

async function settle(
  platform: Platform,
  seen: readonly { member: Member; sent: 'SIGTERM' | 'SIGKILL' | undefined; reason: string | undefined }[],
): Promise<LadderProcess[]> {
  const processes: LadderProcess[] = [];
  for (const { member, sent, reason } of seen) {
    const look = await platform.look(member.identity.pid);
    const still =
      look.kind === 'error' ||
      (look.kind === 'present' && !look.entry.zombie && look.entry.start === member.identity.start);
    if (!still) {
      const outcome = sent === 'SIGKILL' ? 'killed' : sent === 'SIGTERM' ? 'terminated' : 'exited';
      processes.push({ member, outcome, reason: undefined });
    } else if (sent === undefined) processes.push({ member, outcome: 'kept', reason: reason ?? 'it was not reached' });
    else processes.push({ member, outcome: 'survived', reason: reason ?? 'it did not end, even after SIGKILL' });
  }
  return processes;
}
