/** USER_HZ: 100 on every Linux architecture that Node supports. */
export const TICKS_PER_SECOND = 100;

/** The fields of `/proc/PID/stat` that we use; see proc_pid_stat(5). */
export interface ProcStat {
  readonly pid: number;
  readonly name: string;
  readonly state: string;
  readonly ppid: number;
  readonly pgid: number;
  readonly sid: number;
  /** Device number of the controlling terminal, 0 for none. */
  readonly terminal: number;
  /** Clock ticks. */
  readonly cpuTicks: number;
  readonly threads: number;
  /** Clock ticks since boot, as text: it must survive unrounded. */
  readonly startTicks: string;
  /** Resident pages. */
  readonly residentPages: number;
  /** Changes when the process executes another program; '0' when we may not see it. */
  readonly stackStart: string;
}

/**
 * Parses one line of `/proc/PID/stat`; undefined when it is not one.
 * The name may contain spaces, brackets and newlines, so the fields start after the *last* bracket.
 */
export function parseStat(text: string): ProcStat | undefined {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open < 1 || close < open) return undefined;
  const fields = text.slice(close + 2).split(' ', 26);
  if (fields.length < 26) return undefined;
  const pid = Number(text.slice(0, open));
  const field = (number: number) => fields[number - 3] as string;
  const startTicks = field(22);
  if (!Number.isInteger(pid) || !/^\d+$/.test(startTicks)) return undefined;
  return {
    pid,
    name: text.slice(open + 1, close),
    state: field(3),
    ppid: Number(field(4)),
    pgid: Number(field(5)),
    sid: Number(field(6)),
    terminal: Number(field(7)),
    cpuTicks: Number(field(14)) + Number(field(15)),
    threads: Number(field(20)),
    startTicks,
    residentPages: Number(field(24)),
    stackStart: field(28) ?? '0',
  };
}

/**
 * A process whose main thread has exited shows `Z` while its other threads still run and hold its files (L25):
 * it is dead only when one thread is left.
 */
export function isZombie(stat: ProcStat): boolean {
  return stat.state === 'X' || stat.state === 'x' || (stat.state === 'Z' && stat.threads <= 1);
}

/** The name of a terminal by its device number in `stat`, as `ps` prints it: `pts/3`; undefined for none. */
export function terminalName(device: number): string | undefined {
  const major = (device >> 8) & 0xfff;
  const minor = ((device >>> 12) & 0xfff00) | (device & 0xff);
  if (major >= 136 && major <= 143) return `pts/${(major - 136) * 256 + minor}`;
  if (major === 4) return minor < 64 ? `tty${minor}` : `ttyS${minor - 64}`;
  return undefined;
}
