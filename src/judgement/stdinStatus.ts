import type { StdinPeer } from '../os/platform';
import { pidsOf } from '../os/users';

const NO_PIDS: ReadonlySet<number> = new Set();

/** The visible pids that hold the other end. */
export function holdersOf(peer: StdinPeer | undefined): readonly number[] {
  return peer?.kind === 'alive' ? pidsOf(peer.by) : [];
}

/** Whether all holders of the other end are visible and in one of these groups. */
export function isHeldWithin(peer: StdinPeer, ...groups: readonly ReadonlySet<number>[]): boolean {
  const holders = holdersOf(peer);
  return holders.length > 0 && holders.every((pid) => groups.some((group) => group.has(pid)));
}

const HELD_BY_COMPANIONS: StdinPeer = { kind: 'gone', proof: 'held by orphans' };

/**
 * Joins the stdin peers of one server's processes. Processes of the tree that feed each other are no clients: a server
 * holds the stdin of a browser that it started. One stdin with a client means that the server has a client. One unknown
 * stdin makes the server unknown; a failed inspection is the better reason than a stdin without an end to find.
 * @param companions processes of other orphans that are ended together with this server (L29)
 */
export function joinStdinPeers(
  peers: readonly StdinPeer[],
  members: ReadonlySet<number>,
  companions: ReadonlySet<number> = NO_PIDS,
): StdinPeer {
  const outside = peers
    .filter((peer) => !isHeldWithin(peer, members))
    .map((peer) => (isHeldWithin(peer, members, companions) ? HELD_BY_COMPANIONS : peer));
  const alive = outside.find(({ kind }) => kind === 'alive');
  if (alive) return alive;
  const unknowns = outside.filter((peer) => peer.kind === 'unknown');
  const unknown =
    unknowns.find(({ failure }) => failure === 'failed') ?? unknowns.find(({ failure }) => failure) ?? unknowns[0];
  if (unknown) return unknown;
  return outside[0] ?? { kind: 'unknown', reason: { kind: 'no-own-stdin' } };
}
