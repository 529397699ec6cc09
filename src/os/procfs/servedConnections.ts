import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const UNIX_CONNECTED = '03';
const TCP_ESTABLISHED = '01';
const TCP_LISTENING = '0A';

/**
 * Which of `pids` serves a connection at this moment, from `/proc/net` alone. That tells who is connected, but not to
 * whom: enough to know that nobody is, where `ss` is missing.
 * @returns the first that does; undefined when none does.
 * @throws when it cannot be read.
 */
export function findServing(pids: readonly number[]): number | undefined {
  const served = new Set([...servedUnixSockets(readFileSync('/proc/net/unix', 'latin1')), ...servedTcpSockets()]);
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

/** Inodes of established TCP sockets whose own port is listened on. */
export function servedTcpSockets(table = readTcpTables()): string[] {
  const rows = table.split('\n').map((line) => line.trim().split(/\s+/));
  const port = (address: string | undefined) => address?.slice(address.lastIndexOf(':') + 1);
  // sl local remote st …; the inode is the tenth.
  const listening = new Set(rows.filter((row) => row[3] === TCP_LISTENING).map((row) => port(row[1])));
  return rows.filter((row) => row[3] === TCP_ESTABLISHED && listening.has(port(row[1]))).map((row) => row[9] as string);
}

function readTcpTables(): string {
  const tcp = readFileSync('/proc/net/tcp', 'latin1');
  try {
    return tcp + readFileSync('/proc/net/tcp6', 'latin1');
  } catch (error) {
    // Switched off.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return tcp;
    throw error;
  }
}

function socketsOf(pid: number): string[] {
  let descriptors: string[];
  try {
    descriptors = readdirSync(`/proc/${pid}/fd`);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ESRCH') return [];
    throw error;
  }
  return descriptors.flatMap((fd) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
    } catch {
      // Closed in this moment.
      return [];
    }
  });
}
