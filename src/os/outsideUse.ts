import { readdirSync, readlinkSync } from 'node:fs';
import type { OutsideUse } from './platform';
import { livingFolder, readStat } from './procfs/readStat';
import { findServing } from './procfs/servedConnections';
import { runSs } from './procfs/ss';
import { isZombie } from './procfs/stat';

/** One connected socket as `ss` prints it: both ends, the pids that hold this end, and whether this end was accepted. */
export interface Connection {
  readonly local: string;
  readonly peer: string;
  readonly pids: readonly number[];
  /** True for the end that a listening socket accepted: its holder *serves* the other end. */
  readonly serves: boolean;
}

/**
 * Whether one of `pids` serves a connection whose other end is held by a process outside `members`: a terminal
 * multiplexer its clients (K21), a database or dev server somebody else (K23). Connections that a process opened
 * itself do not count: every browser has some. Without `ss` it can still be told that nobody is connected, but not who
 * is: then the answer is "unknown".
 */
export async function findOutsideUse(pids: readonly number[], members: ReadonlySet<number>): Promise<OutsideUse> {
  const hidden = pids.map(whyHidden).find((reason) => reason !== undefined);
  if (hidden !== undefined) return { kind: 'unknown', reason: hidden };
  try {
    const [unix, internet] = await Promise.all([
      runSs(['-H', '-x', '-a', '-p', '-n', '-e']),
      runSs(['-H', '-t', '-a', '-p', '-n']),
    ]);
    return judgeConnections([...parseUnixConnections(unix), ...parseTcpConnections(internet)], pids, members);
  } catch (error) {
    return withoutPeers(pids, error as NodeJS.ErrnoException);
  }
}

/** What can be told where `ss` has nothing to say. */
function withoutPeers(pids: readonly number[], error: NodeJS.ErrnoException): OutsideUse {
  const failed = error.code === 'ENOENT' ? '`ss` is not installed' : '`ss` failed';
  const reason = error instanceof NoPeersError ? error.message : failed;
  try {
    const serving = findServing(pids);
    if (serving === undefined) return { kind: 'none' };
    return { kind: 'unknown', reason: `somebody is connected to pid ${serving}, and ${reason}` };
  } catch {
    return { kind: 'unknown', reason };
  }
}

/** Thrown for an `ss` that reads `/proc/net/unix` for want of better: that file knows no peers. */
class NoPeersError extends Error {
  override readonly message = '`ss` cannot tell which sockets are connected here';
}

/** Why `ss` would not show this process's sockets as its own, and so nobody who is connected; undefined if it does. */
function whyHidden(pid: number): string | undefined {
  const read = readStat(pid);
  if (read.kind === 'gone' || (read.kind === 'stat' && isZombie(read.stat))) return undefined;
  if (read.kind === 'error') return `pid ${pid} cannot be examined (${read.reason})`;
  if (livingFolder(read.stat) !== `/proc/${pid}`) return `the main thread of pid ${pid} is gone`;
  try {
    readdirSync(`/proc/${pid}/fd`);
    if (readlinkSync(`/proc/${pid}/ns/net`) === readlinkSync('/proc/self/ns/net')) return undefined;
    return `pid ${pid} runs in another network namespace`;
  } catch {
    return `the connections of pid ${pid} may not be looked at`;
  }
}

/** Pure part of {@link findOutsideUse}: a peer that nobody visible holds counts as somebody else's. */
export function judgeConnections(
  connections: readonly Connection[],
  pids: readonly number[],
  members: ReadonlySet<number>,
): OutsideUse {
  const holders = new Map<string, readonly number[]>();
  for (const connection of connections) holders.set(connection.local, connection.pids);
  for (const connection of connections) {
    const holder = connection.pids.find((pid) => pids.includes(pid));
    if (holder === undefined || !connection.serves) continue;
    const others = holders.get(connection.peer) ?? [];
    if (others.length === 0) return { kind: 'used', by: `a client of pid ${holder} that cannot be seen from here` };
    const stranger = others.find((pid) => !members.has(pid));
    if (stranger !== undefined) return { kind: 'used', by: `pid ${stranger}` };
  }
  return { kind: 'none' };
}

/**
 * Connected sockets of `ss -H -x -a -p -n -e`. An accepted socket carries its listener's path, a client's and those of
 * a socket pair carry `*`.
 * @throws when `ss` had no peers to tell: each line then says 0, and nobody would seem connected to anybody.
 */
export function parseUnixConnections(output: string): Connection[] {
  const connections: Connection[] = [];
  // Followed by the file, for a socket that has one.
  const directions = / +[<-]-[->](?: +\w+:\S+)* *$/;
  for (const line of output.split('\n').filter((text) => /^u_\S+ +ESTAB /.test(text))) {
    if (!directions.test(line)) throw new NoPeersError();
    const [{ columns, pids } = { columns: [], pids: [] }] = linesOf(line.replace(directions, ''));
    // Netid State Recv-Q Send-Q LocalPath LocalInode PeerPath PeerInode
    if (columns.length < 8) continue;
    const peer = columns.at(-1) as string;
    if (peer === '0') continue;
    connections.push({ local: `unix:${columns.at(-3)}`, peer: `unix:${peer}`, pids, serves: columns[4] !== '*' });
  }
  return connections;
}

/** Connected sockets of `ss -H -t -a -p -n`. One serves when its local port is also listened on. */
function parseTcpConnections(output: string): Connection[] {
  const lines = linesOf(output);
  const port = (address: string | undefined) => address?.slice(address.lastIndexOf(':') + 1) ?? '';
  const listening = new Set(
    lines.filter(({ columns }) => columns[0] === 'LISTEN').map(({ columns }) => port(columns[3])),
  );
  // State Recv-Q Send-Q Local Peer. `[::ffff:127.0.0.1]` and `127.0.0.1` are one address.
  const plain = (address: string) => address.replace(/^\[::ffff:([\d.]+)\]/, '$1');
  return lines
    .filter(({ columns }) => columns[0] === 'ESTAB' && columns.length >= 5)
    .map(({ columns, pids }) => ({
      local: `tcp:${plain(columns[3] as string)}`,
      peer: `tcp:${plain(columns[4] as string)}`,
      pids,
      serves: listening.has(port(columns[3])),
    }));
}

function linesOf(output: string): { columns: string[]; pids: number[] }[] {
  return output.split('\n').map((line) => {
    const users = line.indexOf('users:(');
    const columns = (users < 0 ? line : line.slice(0, users)).trim().split(/\s+/);
    const pids = users < 0 ? [] : [...line.slice(users).matchAll(/pid=(\d+)/g)].map((match) => Number(match[1]));
    return { columns, pids };
  });
}
