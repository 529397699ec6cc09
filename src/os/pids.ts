import { codeOf } from '../common/errors';
import type { ProcessIdentity } from './identity';
import type { Inspection } from './platform';
import { InspectError, reasonOf } from './reason';

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

/**
 * Inspects processes with a program of the system, at most `perRun` of them in one run. Never rejects: a failed run makes
 * its processes unknown.
 * @param run inspects some processes; rejects when the program gives no answer
 */
export async function inspectInRuns(
  pids: readonly number[],
  perRun: number,
  run: (pids: readonly number[]) => Promise<Iterable<readonly [number, Inspection]>>,
): Promise<ReadonlyMap<number, Inspection>> {
  const inspections = new Map<number, Inspection>();
  for (const pid of pids) {
    if (isQuestionablePid(pid)) inspections.set(pid, { kind: 'error', reason: { kind: 'no-pid' } });
  }
  const asked = [...new Set(pids)].filter((pid) => !inspections.has(pid));
  for (let from = 0; from < asked.length; from += perRun) {
    const some = asked.slice(from, from + perRun);
    try {
      for (const [pid, inspection] of await run(some)) inspections.set(pid, inspection);
    } catch (error) {
      for (const pid of some) inspections.set(pid, { kind: 'error', reason: reasonOf(error) });
    }
  }
  return inspections;
}
