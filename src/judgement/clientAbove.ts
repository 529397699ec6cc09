import { isWrapperProcess, programNamed } from '../known/programs';
import type { ProcessEntry, Snapshot } from '../os/platform';
import { isEditorProcess } from './editors';
import type { ClientAbove } from './facts';
import { ancestorsOf } from './processTree';

/** Whether a process adopts orphans, so that it did not start its children. */
export function adoptsOrphans({ pid, name }: ProcessEntry): boolean {
  return pid === 1 || programNamed(name).adoptsOrphans === true;
}

/** The nearest live MCP client among a process's ancestors. It may use the process whatever its stdin shows. */
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
 * Whether another user's process is among the ancestors and may be a client: its open files are hidden from us, so that
 * the visible holders of the stdin may not be all.
 */
export function runsUnderOtherUser(snapshot: Snapshot, entry: ProcessEntry): boolean {
  return ancestorsOf(snapshot, entry).some((one) => !one.zombie && !adoptsOrphans(one) && one.uid !== entry.uid);
}

/** The nearest living ancestor that is no mere wrapper: it runs the process if no known client does. */
export function launcherOf(snapshot: Snapshot, entry: ProcessEntry): ProcessEntry | undefined {
  return ancestorsOf(snapshot, entry).find((one) => !one.zombie && !isWrapperProcess(one) && !adoptsOrphans(one));
}
