import type { Member } from '../judgement/members';
import { descendantsOf } from '../judgement/processTree';
import { hasLeftRootSession } from '../judgement/signalRules';
import type { OutsideUse, Platform, Snapshot } from '../os/platform';

/** A server whose use by strangers is asked for. */
export interface AskedServer {
  readonly snapshot: Snapshot;
  readonly members: readonly Member[];
  readonly rootSession: number | undefined;
  /** Pids that are no strangers. */
  readonly insiders: ReadonlySet<number>;
  /** Whether strangers may use the server itself, and not only what has left its root's session. */
  readonly isAskedWhole: boolean;
}

/** Who uses a server, and what has left it, from outside. */
export interface OutsideUses {
  /** Of the server as a whole: what has stayed in its root's session, and what has left it and runs below that. */
  readonly server: OutsideUse;
  /** Of one of its members: a server in use is kept whole; what has left it may be in use beyond that. */
  readonly of: (member: Member) => OutsideUse;
}

const NONE: OutsideUse = { kind: 'none' };

/**
 * Asks who is connected to a server (K33), and to members that left the root's POSIX session (K23). Mostly one question
 * answers for all; otherwise each that has left is asked for by itself, so that what cannot be told about one, such as
 * a browser in its sandbox, keeps that one alone.
 */
export async function askOutsideUses(platform: Platform, asked: AskedServer): Promise<OutsideUses> {
  const { snapshot, members, rootSession, insiders, isAskedWhole } = asked;
  const left = members.filter(({ entry }) => hasLeftRootSession(entry, rootSession));
  const stayed = members.filter((member) => !left.includes(member)).map(({ entry }) => entry.pid);
  const whole = isAskedWhole ? stayed : [];
  const below = ({ entry }: Member) => [entry.pid, ...descendantsOf(snapshot, entry.pid).map(({ pid }) => pid)];
  const all = [...new Set([...whole, ...left.flatMap(below)])];
  if (all.length === 0) return { server: NONE, of: () => NONE };
  const isOne = left.length + (whole.length > 0 ? 1 : 0) === 1;
  const ofAll = await platform.outsideUse(all, insiders);
  if (ofAll.kind === 'none' || isOne) return { server: whole.length > 0 ? ofAll : NONE, of: () => ofAll };
  const ask = (pids: readonly number[]) => platform.outsideUse(pids, insiders);
  const ofLeft = new Map(await Promise.all(left.map(async (one) => [one, await ask(below(one))] as const)));
  const server = whole.length > 0 ? useOfWhole(snapshot, whole, await ask(whole), ofLeft) : NONE;
  // What is kept is kept whole: a server without its browser serves nobody.
  return { server, of: (member) => (server.kind === 'none' ? (ofLeft.get(member) ?? NONE) : server) };
}

/** A server is also in use while something uses a member that has left its session and runs below it. */
function useOfWhole(
  snapshot: Snapshot,
  whole: readonly number[],
  ofWhole: OutsideUse,
  ofLeft: ReadonlyMap<Member, OutsideUse>,
): OutsideUse {
  if (ofWhole.kind !== 'none') return ofWhole;
  const belowIt = new Set(whole.flatMap((pid) => descendantsOf(snapshot, pid).map((entry) => entry.pid)));
  return [...ofLeft].findLast(([{ entry }, use]) => use.kind === 'used' && belowIt.has(entry.pid))?.[1] ?? NONE;
}
