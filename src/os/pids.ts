import { codeOf } from '../common/errors';
import type { ProcessIdentity } from './identity';
import type { Inspection } from './platform';
import { InspectError } from './reason';

/** Whether a number cannot name a process, so that no table says anything about it. Process 1 can. */
export function isQuestionablePid(pid: number): boolean {
  return !Number.isInteger(pid) || pid < 1 || pid > 0xffff_ffff;
}

/**
 * Whether the kernel knows this number, as a process, a zombie or a thread, ours or not. Signal 0 only checks.
 * Use it to doubt a table that does not list the pid, never as a proof of life.
 */
export function isKnownToKernel(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}

/** @throws InspectError when this process could not find itself with `program`. */
export function selfOf(inspection: Inspection, scope: string, program: string): ProcessIdentity {
  if (inspection.kind === 'present') return { pid: process.pid, start: inspection.entry.start, scope };
  throw new InspectError(inspection.kind === 'error' ? inspection.reason : { kind: 'self-missing', program });
}
