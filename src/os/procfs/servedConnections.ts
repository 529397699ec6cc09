import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { FreshRun } from '../../common/async';
import { codeOf } from '../../common/errors';
import { yieldIfBusy } from '../../common/eventLoop';
import type { Connection } from '../connection';

const UNIX_CONNECTED = '03';
const TCP_ESTABLISHED = '01';
const TCP_LISTENING = '0A';
/** FIN-WAIT-1, FIN-WAIT-2, CLOSE-WAIT. */
const TCP_HALF_CLOSED = new Set(['04', '05', '08']);

/**
 * Which of `pids` serves a Unix connection, from `/proc/net` alone. It shows that a client is connected, but not which:
 * where `ss` is missing, that is enough to know that none is.
 * @returns the first that does; undefined when none does.
 * @throws the system's error when the table cannot be read.
 */
export function findServingUnix(pids: readonly number[]): number | undefined {
  const served = new Set(servedUnixSockets(readFileSync('/proc/net/unix', 'latin1')));
  return pids.find((pid) => socketsOf(pid).some((inode) => served.has(inode)));
}

/** Inodes of connected Unix sockets that carry a path: accepted ones have their listener's, socket pairs none. */
export function servedUnixSockets(table: string): string[] {
  return table.split('\n').flatMap((line) => {
    // Num: RefCount Protocol Flags Type St Inode [Path]
    const match = /^[0-9a-f]+: \S+ \S+ \S+ \S+ (\S+) +(\d+) \S/i.exec(line);
    return match?.[1] === UNIX_CONNECTED ? [match[2] as string] : [];
  });
}

/**
 * TCP connections from `/proc/net` alone, where `ss` is missing: the table has both ends of each, and the open files of
 * processes show the holders. The files of all processes are read only where one of `pids` serves a connection.
 * @throws when the table, or the open files of one of `pids`, cannot be read.
 */
export async function readTcpConnections(pids: readonly number[]): Promise<readonly Connection[]> {
  const serving = new Set(tcpConnections(readTcpTables(), new Map()).flatMap((one) => (one.serves ? one.inode : [])));
  if (serving.size === 0 || !pids.some((pid) => socketsOf(pid).some((inode) => serving.has(inode)))) return [];
  return everybodys.ask();
}

const everybodys = new FreshRun(async () => {
  // Before the files: a client that exits in between leaves an end without a holder, which counts as a client.
  const table = readTcpTables();
  const holders = new Map<string, number[]>();
  for (const name of readdirSync('/proc').filter((text) => /^\d+$/.test(text))) {
    await yieldIfBusy();
    for (const inode of new Set(visibleSocketsOf(Number(name)))) {
      holders.set(inode, [...(holders.get(inode) ?? []), Number(name)]);
    }
  }
  return tcpConnections(table, holders);
});

/** Connected TCP sockets of a table; one serves when its own port is listened on. */
export function tcpConnections(
  table: string,
  holders: ReadonlyMap<string, readonly number[]>,
): (Connection & { readonly inode: string })[] {
  const rows = table.split('\n').map((line) => line.trim().split(/\s+/));
  const port = (address: string | undefined) => address?.slice(address.lastIndexOf(':') + 1);
  // sl local remote st …; the inode is the tenth.
  const listening = new Set(rows.filter((row) => row[3] === TCP_LISTENING).map((row) => port(row[1])));
  return rows.flatMap((row) => {
    const [, local = '', peer = '', state = ''] = row;
    if (state !== TCP_ESTABLISHED && !TCP_HALF_CLOSED.has(state)) return [];
    const inode = row[9] ?? '0';
    return {
      local: plain(local),
      peer: plain(peer),
      pids: holders.get(inode) ?? [],
      serves: listening.has(port(local)),
      isHalfClosed: state !== TCP_ESTABLISHED,
      inode,
    };
  });
}

/** The kernel prints little-endian words. An IPv4 address mapped into IPv6 is the IPv4 address. */
function plain(address: string): string {
  return address.replace(/^0{16}FFFF0000/i, '');
}

function readTcpTables(): string {
  const tcp = readFileSync('/proc/net/tcp', 'latin1');
  try {
    return tcp + readFileSync('/proc/net/tcp6', 'latin1');
  } catch (error) {
    // IPv6 is switched off.
    if (codeOf(error) === 'ENOENT') return tcp;
    throw error;
  }
}

/** None for a process that we may not inspect. */
function visibleSocketsOf(pid: number): string[] {
  try {
    return socketsOf(pid);
  } catch {
    return [];
  }
}

function socketsOf(pid: number): string[] {
  let descriptors: string[];
  try {
    descriptors = readdirSync(`/proc/${pid}/fd`);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ESRCH') return [];
    throw error;
  }
  return descriptors.flatMap((fd) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
    } catch {
      // Closed meanwhile.
      return [];
    }
  });
}
