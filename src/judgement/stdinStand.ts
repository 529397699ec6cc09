import type { StdinPeer } from '../os/platform';

/**
 * What the stdins of one server's processes say together. Processes of the tree that feed one another do not count as
 * clients: `npx` holds nothing of its server's, but a server holds the stdin of a browser that it started.
 * One that is served makes the whole server served; one that cannot be told makes it unknown, and a look that came to
 * nothing says more about that than a stdin that tells nobody anything.
 */
export function joinStdinPeers(peers: readonly StdinPeer[], members: ReadonlySet<number>): StdinPeer {
  const outside = peers.filter(
    (peer) => !(peer.kind === 'alive' && peer.holders?.length && peer.holders.every((pid) => members.has(pid))),
  );
  const alive = outside.find(({ kind }) => kind === 'alive');
  if (alive) return alive;
  const unknowns = outside.filter((peer) => peer.kind === 'unknown');
  const unknown = unknowns.find(({ look }) => look === 'failed') ?? unknowns.find(({ look }) => look) ?? unknowns[0];
  if (unknown) return unknown;
  return outside[0] ?? { kind: 'unknown', reason: 'none of its processes has a stdin of its own to examine' };
}
