import { readdirSync } from 'node:fs';
import { codeOf } from '../../common/errors';
import { type PlainReason, systemReason } from '../reason';
import { readProcFile } from './readProcFile';
import { type ProcStat, parseStat } from './stat';

export type StatRead =
  | { readonly kind: 'stat'; readonly stat: ProcStat }
  | { readonly kind: 'gone' }
  | { readonly kind: 'error'; readonly reason: PlainReason };

/** Reads `/proc/PID/stat`. Only ENOENT and ESRCH mean "gone"; any other failure is an error, which spares (K09). */
export function readStat(pid: number): StatRead {
  try {
    const stat = parseStat(readProcFile(`/proc/${pid}/stat`));
    return stat ? { kind: 'stat', stat } : { kind: 'error', reason: { kind: 'unexpected-format' } };
  } catch (error) {
    const code = codeOf(error);
    return code === 'ENOENT' || code === 'ESRCH' ? { kind: 'gone' } : { kind: 'error', reason: systemReason(error) };
  }
}

/**
 * The folder under which a process shows its open files and environment: `/proc/PID`, or that of one of its living
 * threads when the main thread is gone (L25): `/proc/PID` itself then shows nothing.
 * @returns undefined when none is left or it cannot be read.
 */
export function livingFolder(stat: ProcStat): string | undefined {
  const folder = `/proc/${stat.pid}`;
  if (stat.state !== 'Z') return folder;
  try {
    for (const thread of readdirSync(`${folder}/task`)) {
      if (Number(thread) === stat.pid) continue;
      const own = parseStat(readProcFile(`${folder}/task/${thread}/stat`));
      if (own && own.state !== 'Z' && own.state !== 'X') return `${folder}/task/${thread}`;
    }
  } catch {
    // It is exiting, or hidden.
  }
  return undefined;
}
