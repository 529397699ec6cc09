import { readdirSync, readlinkSync } from 'node:fs';
import { FreshRun } from '../common/async';
import { memoizeWeak } from '../common/memo';
import type { Connection } from './connection';
import type { OutsideUse } from './platform';
import { nameOf } from './procfs/labels';
import { livingFolder, readStat } from './procfs/readStat';
import { findServingUnix, readTcpConnections } from './procfs/servedConnections';
import { runSs, runSsForUnix, SsError } from './procfs/ss';
import { isZombie } from './procfs/stat';
import { InspectError, type PlainReason, type Reason } from './reason';
import { type ProcessName, seen } from './users';

/** Shared: a scan asks about hundreds of servers at the same time. */
const connections = new FreshRun(async () => {
  const [unix, internet] = await Promise.all([runSsForUnix(), runSs(['-H', '-t', '-a', '-p', '-n'])]);
  return [...parseUnixConnections(unix), ...parseTcpConnections(internet)];
});

/**
 * Whether one of `pids` serves a connection whose other end a process outside `members` holds: a terminal multiplexer
 * serves its clients (K21), a database or dev server another program (K23), a server its living clients (K33).
 * Connections that a process opened itself do not count: every browser has some. Without `ss`, TCP clients are still
 * found; of Unix sockets it is only known whether one is connected, and then the answer is "unknown". Never rejects.
 */
export async function findOutsideUse(pids: readonly number[], members: ReadonlySet<number>): Promise<OutsideUse> {
  const hidden = pids.map(whyHidden).find((reason) => reason !== undefined);
  const seen = await findSeenUse(pids, members);
  // A client that is seen counts, whatever cannot be seen.
  return hidden === undefined || seen.kind === 'used' ? seen : { kind: 'unknown', reason: hidden };
}

async function findSeenUse(pids: readonly number[], members: ReadonlySet<number>): Promise<OutsideUse> {
  try {
    return judgeConnections(await connections.ask(), pids, members, nameOf);
  } catch (error) {
    return withoutSs(pids, members, error);
  }
}

/** The answer where `ss` gives none. */
async function withoutSs(pids: readonly number[], members: ReadonlySet<number>, error: unknown): Promise<OutsideUse> {
  const reason: PlainReason =
    error instanceof SsError || error instanceof NoPeersError
      ? error.reason
      : { kind: 'program-failed', program: 'ss' };
  try {
    const internet = judgeConnections(await readTcpConnections(pids), pids, members, nameOf);
    if (internet.kind !== 'none') return internet;
    const serving = findServingUnix(pids);
    if (serving === undefined) return { kind: 'none' };
    return { kind: 'unknown', reason: { kind: 'client-unknown', pid: serving, why: reason } };
  } catch {
    return { kind: 'unknown', reason };
  }
}

/** Thrown for an `ss` that falls back to `/proc/net/unix`: that file lists no peers. */
class NoPeersError extends InspectError<PlainReason> {
  constructor() {
    super({ kind: 'peers-unknown', program: 'ss' });
  }
}

/** Why `ss` cannot show the clients of this process: it would not show its sockets as its own. Undefined if it can. */
function whyHidden(pid: number): Reason | undefined {
  const read = readStat(pid);
  if (read.kind === 'gone' || (read.kind === 'stat' && isZombie(read.stat))) return undefined;
  if (read.kind === 'error') return { kind: 'unexamined', pid, why: read.reason };
  if (livingFolder(read.stat) !== `/proc/${pid}`) return { kind: 'main-thread-gone', pid };
  try {
    readdirSync(`/proc/${pid}/fd`);
    if (readlinkSync(`/proc/${pid}/ns/net`) === readlinkSync('/proc/self/ns/net')) return undefined;
    return { kind: 'in-other-network', pid };
  } catch {
    return { kind: 'connections-hidden', pid };
  }
}

interface Ends {
  /** The pids that hold an end, by both its addresses: a single address may belong to several connections. */
  readonly holders: ReadonlyMap<string, readonly number[]>;
  readonly servedBy: ReadonlyMap<number, readonly Connection[]>;
}

/** Computed once for all callers that share a run. */
const endsOf = memoizeWeak((all: readonly Connection[]): Ends => {
  const holders = new Map<string, readonly number[]>();
  const servedBy = new Map<number, Connection[]>();
  for (const connection of all) {
    holders.set(`${connection.local} ${connection.peer}`, connection.pids);
    if (!connection.serves) continue;
    for (const pid of new Set(connection.pids)) servedBy.set(pid, [...(servedBy.get(pid) ?? []), connection]);
  }
  return { holders, servedBy };
});

/** Pure part of {@link findOutsideUse}: a peer without a visible holder counts as held from outside. */
export function judgeConnections(
  all: readonly Connection[],
  pids: readonly number[],
  members: ReadonlySet<number>,
  nameOf: (pid: number) => ProcessName = (pid) => ({ pid }),
): OutsideUse {
  const { holders, servedBy } = endsOf(all);
  for (const pid of pids) {
    for (const { local, peer, isHalfClosed } of servedBy.get(pid) ?? []) {
      const peers = holders.get(`${peer} ${local}`) ?? [];
      if (peers.length === 0 && !isHalfClosed) {
        return { kind: 'used', by: { kind: 'unseen', clientOf: nameOf(pid) } };
      }
      const stranger = peers.find((one) => !members.has(one));
      if (stranger !== undefined) return { kind: 'used', by: seen(nameOf(stranger)) };
    }
  }
  return { kind: 'none' };
}

/**
 * Connected sockets of `ss -H -x -a -p -n -e`. An accepted socket carries its listener's path, a client's and those of
 * a socket pair carry `*`.
 * @throws NoPeersError when `ss` lists no peers: each line then says 0, and every socket would look unconnected.
 */
export function parseUnixConnections(output: string): Connection[] {
  const found: Connection[] = [];
  // The file follows, for a socket that has one.
  const directions = / +[<-]-[->](?: +\w+:\S+)* *$/;
  for (const line of output.split('\n').filter((text) => /^u_\S+ +ESTAB /.test(text))) {
    if (!directions.test(line)) throw new NoPeersError();
    const [{ columns, pids } = { columns: [], pids: [] }] = linesOf(line.replace(directions, ''));
    // Netid State Recv-Q Send-Q LocalPath LocalInode PeerPath PeerInode
    if (columns.length < 8) continue;
    const peer = columns.at(-1) as string;
    if (peer === '0') continue;
    found.push({ local: `unix:${columns.at(-3)}`, peer: `unix:${peer}`, pids, serves: columns[4] !== '*' });
  }
  return found;
}

/** A client that waits for an answer may have closed its half, as `nc -N` does. */
const HALF_CLOSED = new Set(['CLOSE-WAIT', 'FIN-WAIT-1', 'FIN-WAIT-2']);

/** Connected sockets of `ss -H -t -a -p -n`. One serves when its local port is also listened on. */
export function parseTcpConnections(output: string): Connection[] {
  const lines = linesOf(output).filter(({ columns }) => columns.length >= 5);
  const port = (address: string | undefined) => address?.slice(address.lastIndexOf(':') + 1) ?? '';
  const listening = new Map<string, number[]>();
  for (const { columns, pids } of lines) {
    if (columns[0] !== 'LISTEN') continue;
    listening.set(port(columns[3]), [...(listening.get(port(columns[3])) ?? []), ...pids]);
  }
  // State Recv-Q Send-Q Local Peer. `[::ffff:127.0.0.1]` and `127.0.0.1` are one address.
  const plain = (address: string) => address.replace(/^\[::ffff:([\d.]+)\]/, '$1');
  return lines.flatMap(({ columns, pids }) => {
    const state = columns[0] as string;
    if (state !== 'ESTAB' && !HALF_CLOSED.has(state)) return [];
    const listeners = listening.get(port(columns[3]));
    return {
      local: `tcp:${plain(columns[3] as string)}`,
      peer: `tcp:${plain(columns[4] as string)}`,
      // A connection that waits to be accepted has no holder yet: it belongs to its listener.
      pids: pids.length === 0 && listeners ? listeners : pids,
      serves: listeners !== undefined,
      isHalfClosed: state !== 'ESTAB',
    };
  });
}

function linesOf(output: string): { columns: string[]; pids: number[] }[] {
  return output.split('\n').map((line) => {
    const users = line.indexOf('users:(');
    const columns = (users < 0 ? line : line.slice(0, users)).trim().split(/\s+/);
    const pids = users < 0 ? [] : [...line.slice(users).matchAll(/pid=(\d+)/g)].map((match) => Number(match[1]));
    return { columns, pids };
  });
}
