import { InspectError } from '../reason';
import { parseCpuTime, parseStartDate } from './psTime';

export type PosixSystem = 'linux' | 'darwin';

/** One line of our own `ps` table. */
export interface PsRow {
  readonly pid: number;
  readonly ppid: number;
  readonly pgid: number | undefined;
  /** Undefined on macOS, whose `sess` is the address of a kernel structure. */
  readonly sid: number | undefined;
  /** Undefined when real, effective and saved user differ: rights over the process are then uncertain. */
  readonly uid: number | undefined;
  readonly hasTerminal: boolean;
  readonly zombie: boolean;
  /** Epoch seconds. */
  readonly startSeconds: number;
  /** Bytes. */
  readonly memory: number;
  /** Milliseconds. */
  readonly cpuTime: number;
  /** Kernel name: cut off after 15 characters on Linux, 16 bytes on macOS. */
  readonly name: string;
  /** Arguments in one line, exactly as printed. */
  readonly args: string;
}

// Fixed columns first, then the name, the pid again, and the arguments, which end the line whatever they contain: `ps`
// pads a name by bytes or by characters, so that only the pid marks where it ends.
// On Linux `ps` compensates for a column that overflows by narrowing the next padded one. Each column is therefore
// wider than any value (seen with a resident size of six digits).
const COLUMNS: Record<PosixSystem, readonly string[]> = {
  linux: [
    ...['pid', 'ppid', 'pgid', 'sess', 'ruid', 'uid', 'svuid'].map((name) => `${name}:11`),
    ...['tty:24', 'stat:12', 'nlwp:11', 'lstart:30', 'rss:20', 'time:20', 'ucomm:15', 'pid:11', 'args'],
  ],
  darwin: 'pid ppid pgid ruid uid svuid tty stat lstart rss time ucomm pid args'.split(' '),
};

/** `ps` arguments that print the table for {@link parsePsTable}; of `pids`, or of all processes. */
export function psTableArguments(system: PosixSystem, pids?: readonly number[]): string[] {
  // One -o each: POSIX takes everything after `=` for a heading, commas included.
  return [
    '-ww',
    ...(pids ? ['-p', pids.join(',')] : ['-ax']),
    ...COLUMNS[system].flatMap((name) => ['-o', `${name}=`]),
  ];
}

const UID = String.raw`(-?\d+)`;
const LSTART = String.raw`([A-Z][a-z]{2} +[A-Z][a-z]{2} +\d{1,2} \d\d:\d\d:\d\d \d{4})`;
const LINE: Record<PosixSystem, RegExp> = {
  linux: new RegExp(
    String.raw`^ *(\d+) +(\d+) +(-?\d+) +(-?\d+) +${UID} +${UID} +${UID} +(\S+) +(\S+) +(\d+) +${LSTART} +(\d+) +([\d:.-]+) (.*?) +\1(?: (.*))?$`,
    's',
  ),
  // The kernel may withhold the state, which is then blank or missing.
  darwin: new RegExp(
    String.raw`^ *(\d+) +(\d+) +(\d+)() +${UID} +${UID} +${UID} +(\S+) +(\S*)() *${LSTART} +(\d+) +([\d:.-]+) (.*?) +\1(?: (.*))?$`,
    's',
  ),
};

/**
 * Parses the table of {@link psTableArguments}.
 * @throws InspectError when it is empty or any line is not as expected: a partial table would make the rest look dead (K09).
 */
export function parsePsTable(text: string, system: PosixSystem): PsRow[] {
  const lines = text.split('\n').filter((line) => line !== '');
  if (lines.length === 0) throw new InspectError({ kind: 'unreadable-output', program: 'ps' });
  return lines.map((line) => {
    const row = parseLine(line, system);
    if (!row) throw new InspectError({ kind: 'unreadable-output', program: 'ps' });
    return row;
  });
}

/** Linux prints -1 for a process that is just being removed; macOS has no session here. */
function groupOf(text: string | undefined): number | undefined {
  return /^\d+$/.test(text ?? '') ? Number(text) : undefined;
}

function parseLine(line: string, system: PosixSystem): PsRow | undefined {
  const match = LINE[system].exec(line);
  if (!match) return undefined;
  const [, pid, ppid, pgid, sid, ruid, uid, svuid, terminal, state, threads, start, kibibytes, time, name, args] =
    match as unknown as string[];
  const startSeconds = parseStartDate(start as string);
  const cpuTime = parseCpuTime(time as string);
  if (startSeconds === undefined || cpuTime === undefined) return undefined;
  return {
    pid: Number(pid),
    ppid: Number(ppid),
    pgid: groupOf(pgid),
    sid: groupOf(sid),
    uid: ruid === uid && uid === svuid ? Number(uid) >>> 0 : undefined,
    hasTerminal: !/^[?-]+$/.test(terminal as string),
    zombie: isZombie(state as string, threads === '' ? undefined : Number(threads)),
    startSeconds,
    memory: Number(kibibytes) * 1024,
    cpuTime,
    name: name as string,
    args: args ?? '',
  };
}

/**
 * A process whose main thread has exited shows `Z` while its other threads still run and hold its files (L25): it is
 * dead only when one thread is left. macOS has no such state (there the last thread ends the process).
 */
function isZombie(state: string, threads: number | undefined): boolean {
  return /^[Xx]/.test(state) || (state.startsWith('Z') && (threads ?? 1) <= 1);
}
