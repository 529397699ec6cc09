import type { StdinPeer } from '../os/platform';
import { holdersOf, joinStdinPeers } from './stdinStatus';

/** A server that is an orphan unless a process holds its stdin. */
export interface HeldServer {
  /** All its processes. */
  readonly pids: ReadonlySet<number>;
  /** Those that no other rule spares. A spared process continues to hold what it holds. */
  readonly endable: ReadonlySet<number>;
  /** The stdin peers of its topmost processes. */
  readonly peers: readonly StdinPeer[];
}

/**
 * The servers that no client can reach, because only the servers themselves hold each other's stdin (L29): the largest
 * set in which each stdin has no holder, or only endable processes of the set as holders. A server whose stdin a process
 * outside the set holds has a client, and so has every server whose stdin it holds.
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
