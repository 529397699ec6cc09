import { type ProcessName, processName } from '../users';
import { readStat } from './readStat';

/** The current program name and pid of a process, so that people can find what holds or uses something. */
export function nameOf(pid: number): ProcessName {
  const read = readStat(pid);
  return processName(pid, read.kind === 'stat' ? read.stat.name : undefined);
}
