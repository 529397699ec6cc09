import { FreshRun } from '../../common/async';
import type { StdinPeer } from '../platform';
import { InspectError } from '../reason';
import { seen, UNSEEN } from '../users';
import { runSsForUnix } from './ss';

/** One line of `ss -H -a -x -p -n -e`. */
export interface UnixSocket {
  readonly inode: string;
  /** '0' when there is none. */
  readonly peer: string;
  readonly pids: readonly number[];
  /**
   * Which directions are open: `<->`, or `---` once the other end was closed. Undefined when `ss` does not print them:
   * without the kernel's socket diagnosis it reads `/proc/net/unix`, which has no peers, and prints 0 for all of them.
   */
  readonly directions: string | undefined;
}

/** Parses the output of `ss -H -a -x -p -n -e`; lines of another form are left out. */
export function parseUnixSockets(output: string): UnixSocket[] {
  // Netid State Recv-Q Send-Q LocalPath LocalInode PeerPath PeerInode [users:(…)] [directions]
  const shape = /^u_\S+ .* (\d+) +\S+ +(\d+)(?: +users:\((.*)\))?(?: +([<-]-[->]))?(?: +(?:ino|dev):\S+)*\s*$/;
  return output.split('\n').flatMap((line) => {
    const match = shape.exec(line);
    if (!match) return [];
    const pids = [...(match[3] ?? '').matchAll(/,pid=(\d+),fd=/g)].map((pid) => Number(pid[1]));
    return [{ inode: match[1] as string, peer: match[2] as string, pids: [...new Set(pids)], directions: match[4] }];
  });
}

/**
 * Judges the peer of one of the sockets. Only its *own line* shows that the peer is gone, with peer 0 and both
 * directions closed; a connection that waits to be accepted also has peer 0, but is open.
 */
export function judgeUnixSocket(sockets: readonly UnixSocket[], inode: string): StdinPeer {
  const own = sockets.filter((socket) => socket.inode === inode);
  const [socket] = own;
  // Sockets that come and go while the kernel lists them can make it leave one out, or name it twice.
  if (!socket) return { kind: 'unknown', reason: { kind: 'stdin-not-shown', program: 'ss' }, failure: 'failed' };
  if (own.length > 1) {
    return { kind: 'unknown', reason: { kind: 'stdin-shown-twice', program: 'ss' }, failure: 'failed' };
  }
  if (socket.peer === '0') {
    if (socket.directions !== '---') {
      const reason = { kind: 'stdin-peer-unknown', program: 'ss' } as const;
      // Open and with no other end: it waits to be accepted.
      return { kind: 'unknown', reason, failure: socket.directions === undefined ? 'no means' : 'failed' };
    }
    return { kind: 'gone', proof: 'no peer' };
  }
  const holders = sockets.find(({ inode: other }) => other === socket.peer)?.pids ?? [];
  return { kind: 'alive', by: holders.length > 0 ? seen(...holders.map((pid) => ({ pid }))) : UNSEEN };
}

const runs = new FreshRun(async () => parseUnixSockets(await runSsForUnix()));

/**
 * All Unix sockets of this network namespace, from a new run of `ss`, which simultaneous callers share.
 * @throws InspectError
 */
export async function readUnixSockets(): Promise<readonly UnixSocket[]> {
  try {
    return await runs.ask();
  } catch (error) {
    throw error instanceof InspectError ? error : new InspectError({ kind: 'program-failed', program: 'ss' });
  }
}
