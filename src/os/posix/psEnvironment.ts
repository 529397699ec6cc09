import { InspectError } from '../reason';
import type { PosixSystem } from './psTable';

/** What a process's environment says, as far as one line of `ps` can tell. */
export interface EnvironmentFacts {
  /** False when the environment was not printed in full, or cannot be told from the arguments. */
  readonly environmentReadable: boolean;
  readonly cookie: string | undefined;
}

const UNREADABLE: EnvironmentFacts = { environmentReadable: false, cookie: undefined };
const COOKIE = / MCP_PROCESSES_COOKIE=([\x21-\x7e]+)(?= |$)/g;
/** `ps` of Linux cuts a line off at 128 KiB, without a mark. */
const CUT_OFF = 131_000;

/** `ps` arguments that print pid, arguments and environment in one line each; of `pids`, or of everything. */
export function psEnvironmentArguments(system: PosixSystem, pids?: readonly number[]): string[] {
  const columns = ['-o', 'pid=', '-o', 'args='];
  if (system === 'darwin') return ['-E', '-ww', ...(pids ? ['-p', pids.join(',')] : ['-ax']), ...columns];
  // On Linux only the old spelling without a dash knows `e`.
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
 * arguments counts. A line is all that `ps` gives, so that a *value* of another variable that contains a whole cookie
 * after a space cannot be told from a cookie; two that differ are no cookie.
 */
export function environmentOf(args: string, line: string | undefined): EnvironmentFacts {
  if (line === undefined || line.length >= CUT_OFF || args === '') return UNREADABLE;
  // Equal lines: the system did not let us see the environment, or there is none.
  if (!line.startsWith(`${args} `) || line.trimEnd() === args.trimEnd()) return UNREADABLE;
  const values = new Set([...line.slice(args.length).matchAll(COOKIE)].map((match) => match[1]));
  return { environmentReadable: true, cookie: values.size === 1 ? [...values][0] : undefined };
}
