import { InspectError } from '../reason';
import type { PosixSystem } from './psTable';

/** What one line of `ps` shows of a process's environment. */
export interface EnvironmentFacts {
  /** False when the environment was not printed in full, or cannot be separated from the arguments. */
  readonly environmentReadable: boolean;
  readonly cookie: string | undefined;
}

const UNREADABLE: EnvironmentFacts = { environmentReadable: false, cookie: undefined };
const COOKIE = / MCP_PROCESSES_COOKIE=([\x21-\x7e]+)(?= |$)/g;
/** `ps` on Linux silently cuts a line off at 128 KiB. */
const CUT_OFF = 131_000;

/** `ps` arguments that print one line per process: pid, arguments, environment; for `pids`, or for all processes. */
export function psEnvironmentArguments(system: PosixSystem, pids?: readonly number[]): string[] {
  const columns = ['-o', 'pid=', '-o', 'args='];
  if (system === 'darwin') return ['-E', '-ww', ...(pids ? ['-p', pids.join(',')] : ['-ax']), ...columns];
  // On Linux only the BSD syntax, without a dash, has `e`.
  return [pids ? 'eww' : 'axeww', ...columns, ...(pids ? ['-p', pids.join(',')] : [])];
}

/**
 * Lines by pid, without the pid.
 * @throws InspectError when nothing or anything unexpected was printed.
 */
export function parseEnvironmentLines(text: string): Map<number, string> {
  const lines = new Map<number, string>();
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const match = /^ *(\d+)(?: (.*))?$/s.exec(line);
    if (!match) throw new InspectError({ kind: 'unreadable-output', program: 'ps' });
    lines.set(Number(match[1]), match[2] ?? '');
  }
  if (lines.size === 0) throw new InspectError({ kind: 'unreadable-output', program: 'ps' });
  return lines;
}

/**
 * Reads the cookie out of `line`, the arguments and then the environment, given `args`, the same without environment.
 * Arguments may contain `MCP_PROCESSES_COOKIE=…` too (an `env` command, a search for it): only what follows the exact
 * arguments counts. In the one line that `ps` prints, a *value* of another variable that contains a whole cookie after
 * a space looks like a cookie; two that differ count as none.
 */
export function environmentOf(args: string, line: string | undefined): EnvironmentFacts {
  if (line === undefined || line.length >= CUT_OFF || args === '') return UNREADABLE;
  // Equal lines: the system hides the environment, or there is none.
  if (!line.startsWith(`${args} `) || line.trimEnd() === args.trimEnd()) return UNREADABLE;
  const values = new Set([...line.slice(args.length).matchAll(COOKIE)].map((match) => match[1]));
  return { environmentReadable: true, cookie: values.size === 1 ? [...values][0] : undefined };
}
