import type { ScopeTag } from './scope';

/**
 * Identifies one process. A pid alone does not: the kernel reuses it (r-lib/ps and remy/nodemon#999 killed the new
 * holder of a recycled pid).
 */
export interface ProcessIdentity {
  readonly pid: number;
  /**
   * When the process started, as an opaque token of its platform:
   * - procfs: `t<ticks>`: clock ticks since boot, field 22 of `/proc/PID/stat`. Immune to clock and time zone.
   * - POSIX `ps`: `e<seconds>`: epoch seconds (whole), compared within 2 s.
   * - Windows: `w<milliseconds>`: epoch milliseconds of the creation date.
   */
  readonly start: string;
  /** The scope in which pid and start are valid. */
  readonly scope: ScopeTag;
}

/** Two `ps -o lstart` readings of one process differ by at most this: `ps` rounds and derives it from the uptime. */
const POSIX_START_TOLERANCE_SECONDS = 2;

/** One spelling per moment: with leading zeros, a live owner would look like another process. */
const START = /^(?:t(?:0|[1-9]\d{0,19})|e(?:0|[1-9]\d{0,11})|w(?:0|[1-9]\d{0,15}))$/;

export function isStartToken(value: unknown): value is string {
  return typeof value === 'string' && START.test(value);
}

/** A pid that can name one ordinary process. 0 and negative numbers address groups or everyone in `kill(2)`. */
export function isProcessId(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 1 && value <= 4_194_304 * 16;
}

/** Whether two start tokens name the same moment. Tokens of different platforms are never equal. */
export function sameStart(a: string, b: string): boolean {
  if (!isStartToken(a) || !isStartToken(b)) return false;
  if (a === b) return true;
  if (a[0] === 'e' && b[0] === 'e') {
    return Math.abs(Number(a.slice(1)) - Number(b.slice(1))) <= POSIX_START_TOLERANCE_SECONDS;
  }
  return false;
}

/** Whether both name the same process. A malformed identity matches nothing: nothing may act on it. */
export function sameProcess(a: ProcessIdentity, b: ProcessIdentity): boolean {
  return a.pid === b.pid && a.scope === b.scope && a.scope !== '' && sameStart(a.start, b.start);
}

/**
 * Whether `parent` could have started `child`: a parent starts before its child. On Windows the recorded parent pid
 * often belongs to a stranger; on POSIX a recycled pid can look like a parent when processes end during a snapshot.
 */
export function startedNoLaterThan(parentStart: string, childStart: string): boolean {
  if (!isStartToken(parentStart) || !isStartToken(childStart) || parentStart[0] !== childStart[0]) return false;
  const parent = BigInt(parentStart.slice(1));
  const child = BigInt(childStart.slice(1));
  return parentStart[0] === 'e' ? parent <= child + BigInt(POSIX_START_TOLERANCE_SECONDS) : parent <= child;
}

/** A key for maps and sets; equal keys mean the same process except for the POSIX tolerance. */
export function identityKey(identity: ProcessIdentity): string {
  return `${identity.pid}-${identity.start}@${identity.scope}`;
}
