import { memoizeWeak } from '../common/memo';
import { startedNoLaterThan } from '../os/identity';
import type { ProcessEntry, Snapshot } from '../os/platform';

/** The parent of a process in this snapshot; undefined without one, and when its start does not fit (recycled pid, L21). */
export function parentOf(snapshot: Snapshot, entry: ProcessEntry): ProcessEntry | undefined {
  const parent = snapshot.processes.get(entry.ppid);
  if (!parent || parent.pid === entry.pid) return undefined;
  return startedNoLaterThan(parent.start, entry.start) ? parent : undefined;
}

/** Ancestors, nearest first. Stops at a cycle, which only an inconsistent snapshot has. */
export function ancestorsOf(snapshot: Snapshot, entry: ProcessEntry): ProcessEntry[] {
  const ancestors: ProcessEntry[] = [];
  const seen = new Set([entry.pid]);
  for (let next = parentOf(snapshot, entry); next && !seen.has(next.pid); next = parentOf(snapshot, next)) {
    seen.add(next.pid);
    ancestors.push(next);
  }
  return ancestors;
}

const childrenIn = memoizeWeak((snapshot: Snapshot): ReadonlyMap<number, readonly ProcessEntry[]> => {
  const children = new Map<number, ProcessEntry[]>();
  for (const entry of snapshot.processes.values()) {
    const parent = parentOf(snapshot, entry);
    if (!parent) continue;
    const siblings = children.get(parent.pid);
    if (siblings) siblings.push(entry);
    else children.set(parent.pid, [entry]);
  }
  return children;
});

/** The children of a process in this snapshot. */
export function childrenOf(snapshot: Snapshot, pid: number): readonly ProcessEntry[] {
  return childrenIn(snapshot).get(pid) ?? [];
}

/**
 * All descendants, parents before children.
 * @param isEntered whether a process counts; otherwise it is left out with its descendants
 */
export function descendantsOf(
  snapshot: Snapshot,
  pid: number,
  isEntered: (entry: ProcessEntry) => boolean = () => true,
): ProcessEntry[] {
  const found: ProcessEntry[] = [];
  const seen = new Set([pid]);
  const queue = [pid];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    for (const child of childrenOf(snapshot, next)) {
      if (seen.has(child.pid) || !isEntered(child)) continue;
      seen.add(child.pid);
      found.push(child);
      queue.push(child.pid);
    }
  }
  return found;
}
