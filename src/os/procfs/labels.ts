import { processLabel } from '../processLabel';
import { readStat } from './readStat';

/** A process by program and pid, as it is now: who holds or uses something is to be found by people, too. */
export function labelOf(pid: number): string {
  const read = readStat(pid);
  return processLabel(pid, read.kind === 'stat' ? read.stat.name : undefined);
}
