import type { StdinPeer } from '../os/platform';
import { pidsOf } from '../os/users';

const NOBODY: ReadonlySet<number> = new Set();

/** The pids that hold the other end, as far as they can be seen. */
export function holdersOf(peer: StdinPeer | undefined): readonly number[] {
  return peer?.kind === 'alive' ? pidsOf(peer.by) : [];
}

/** Whether all who hold the other end are seen, and are among these. */
export function isHeldWithin(peer: StdinPeer, ...groups: readonly ReadonlySet<number>[]): boolean {
  const holders = holdersOf(peer);
  return holders.length > 0 && holders.every((pid) => groups.some((group) => group.has(pid)));
}

const HELD_BY_COMPANIONS: StdinPeer = { kind: 'gone', proof: 'held by orphans' };

/**
 * What the stdins of one server's processes say together. Processes of the tree that feed one another do not count as
 * clients: `npx` holds nothing of its server's, but a server holds the stdin of a browser that it started.
 * One that is served makes the whole server served; one that cannot be told makes it unknown, and a look that came to
 * nothing says more about that than a stdin that tells nobody anything.
 * @param companions processes of other orphans that are orphaned, and ended, together with this one (L29)
 */
export function joinStdinPeers(
  peers: readonly StdinPeer[],
  members: ReadonlySet<number>,
  companions: ReadonlySet<number> = NOBODY,
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
