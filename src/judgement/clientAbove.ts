import { isWrapperProcess, programNamed } from '../known/programs';
import type { ProcessEntry, Snapshot } from '../os/platform';
import { isEditorProcess } from './editors';
import type { ClientAbove } from './facts';
import { ancestorsOf } from './processTree';

/** A parent like this has not started what runs under it. */
export function adoptsOrphans({ pid, name }: ProcessEntry): boolean {
  return pid === 1 || programNamed(name).adoptsOrphans === true;
}

/** The nearest live MCP client among a process's ancestors, which may still use it, whatever its stdin looks like. */
export function clientAbove(
  snapshot: Snapshot,
  entry: ProcessEntry,
  titleOf: (entry: ProcessEntry) => string | undefined,
): ClientAbove {
  for (const ancestor of ancestorsOf(snapshot, entry)) {
    if (adoptsOrphans(ancestor)) continue;
    const title = titleOf(ancestor) ?? (isEditorProcess(ancestor) ? ancestor.name : undefined);
    if (title !== undefined && !ancestor.zombie) return { kind: 'client', title, pid: ancestor.pid };
  }
  return { kind: 'none' };
}

/**
 * Whether a client that runs as another user may stand above a process: we cannot see its open files, so the holders of
 * the stdin that we see may not be all.
 */
export function runsUnderOtherUser(snapshot: Snapshot, entry: ProcessEntry): boolean {
  return ancestorsOf(snapshot, entry).some((one) => !one.zombie && !adoptsOrphans(one) && one.uid !== entry.uid);
}

/** The nearest living ancestor that does more than start others: who runs it, if no known client does. */
export function launcherOf(snapshot: Snapshot, entry: ProcessEntry): ProcessEntry | undefined {
  return ancestorsOf(snapshot, entry).find((one) => !one.zombie && !isWrapperProcess(one) && !adoptsOrphans(one));
}
