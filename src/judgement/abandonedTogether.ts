import type { StdinPeer } from '../os/platform';
import { holdersOf, joinStdinPeers } from './stdinStatus';

/** A server that is an orphan, unless somebody holds its stdin. */
export interface HeldServer {
  /** All its processes. */
  readonly pids: ReadonlySet<number>;
  /** Those of them that nothing else keeps. Who is spared goes on holding what it holds. */
  readonly endable: ReadonlySet<number>;
  /** What the stdins of those at its top say. */
  readonly peers: readonly StdinPeer[];
}

/**
 * Which of some servers nobody can talk to but one another (L29): the largest set in which every stdin is without a
 * holder, or held by endable processes of the set and nobody else. One that is held by anybody outside is served, and
 * then so is what it holds.
 */
export function abandonedTogether<T extends HeldServer>(servers: readonly T[]): ReadonlySet<T> {
  const left = new Set(servers);
  const endable = new Set(servers.flatMap((one) => [...one.endable]));
  const heldBy = new Map<number, T[]>();
  for (const one of servers) {
    for (const pid of one.peers.flatMap(holdersOf)) {
      heldBy.set(pid, [...(heldBy.get(pid) ?? []), one]);
    }
  }
  const asked = [...servers];
  for (let one = asked.pop(); one; one = asked.pop()) {
    if (!left.has(one) || joinStdinPeers(one.peers, one.pids, endable).kind === 'gone') continue;
    left.delete(one);
    for (const pid of one.endable) {
      endable.delete(pid);
      asked.push(...(heldBy.get(pid) ?? []));
    }
  }
  return left;
}
