import type { Member } from '../judgement/members';
import { descendantsOf } from '../judgement/processTree';
import { hasLeftRootSession } from '../judgement/signalRules';
import type { OutsideUse, Platform, Snapshot } from '../os/platform';

/** A server whose outside use is examined. */
export interface AskedServer {
  readonly snapshot: Snapshot;
  readonly members: readonly Member[];
  readonly rootSession: number | undefined;
  /** Pids that do not count as outside. */
  readonly insiders: ReadonlySet<number>;
  /** Whether strangers may use the server itself, and not only what has left its root's session. */
  readonly isAskedWhole: boolean;
}

/** The outside use of a server, and of members that have left its session. */
export interface OutsideUses {
  /** Of the whole server: members in its root's session, and members that have left it but run below those. */
  readonly server: OutsideUse;
  /** Of one member: a server in use is spared as a whole; a member that has left it may be in use on its own. */
  readonly of: (member: Member) => OutsideUse;
}

const NONE: OutsideUse = { kind: 'none' };

/**
 * Examines what is connected to a server (K33), and to members that left the root's POSIX session (K23). Usually one
 * question answers for all. Otherwise each member that has left gets its own question, so that an unknown answer about
 * one, such as a browser in its sandbox, spares only that one.
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
  // A spared server is spared as a whole: without its browser it is useless.
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
