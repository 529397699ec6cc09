import type { ProcessIdentity } from '../os/identity';
import type { Platform, ProcessEntry, Snapshot } from '../os/platform';
import type { ServerRecord } from '../registry/schema';

/** Beyond this, the whole table is as cheap. */
const MAX_PROCESSES = 500;

/**
 * The part of the process table for one window's own rows: processes below its host, processes in its records, and
 * their descendants. For display only: a process that is missing in it may live.
 * @returns undefined where the system has no cheap or no certain answer
 */
export async function scanOwnProcesses(
  platform: Platform,
  self: ProcessIdentity,
  records: readonly ServerRecord[],
): Promise<Snapshot | undefined> {
  if (platform.childrenOf?.(self.pid) === undefined) return undefined;
  const known = records.flatMap(({ root, census }) => (root ? [root, ...census] : census));
  const pids = new Set([self.pid, ...known.map(({ pid }) => pid)]);
  // A set is walked through to its end, what is added on the way included.
  for (const pid of pids) for (const child of platform.childrenOf(pid) ?? []) pids.add(child);
  if (pids.size > MAX_PROCESSES) return undefined;
  const processes = new Map<number, ProcessEntry>();
  for (const [pid, inspection] of await platform.inspectAll([...pids])) {
    if (inspection.kind === 'error') return undefined;
    if (inspection.kind === 'present') processes.set(pid, inspection.entry);
  }
  return { scope: platform.scope, takenAt: Date.now(), processes };
}
