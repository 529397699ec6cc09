import { type ProcessName, processName } from '../users';
import { readStat } from './readStat';

/** A process by program and pid, as it is now: people are to find what holds or uses something, too. */
export function nameOf(pid: number): ProcessName {
  const read = readStat(pid);
  return processName(pid, read.kind === 'stat' ? read.stat.name : undefined);
}
