import { basename } from 'node:path';
import { ancestorsOf } from '../judgement/processTree';
import { isWrapperProcess } from '../known/programs';
import { type ProcessIdentity, sameStart } from '../os/identity';
import type { Platform, ProcessEntry, Snapshot } from '../os/platform';

/** The nearest ancestor that is no mere wrapper; undefined when that is init. */
export function findOwner(snapshot: Snapshot, pid: number): ProcessEntry | undefined {
  const own = snapshot.processes.get(pid);
  if (!own) return undefined;
  return ancestorsOf(snapshot, own).find((entry) => entry.pid > 1 && !entry.zombie && !isWrapperProcess(entry));
}

/** A name for the client, for people. */
export function clientName({ name, args }: ProcessEntry): string {
  return /mainthread$/i.test(name) ? basename(args?.[0] ?? 'node') : name.replace(/\.exe$/i, '');
}

/** Whether the owner has certainly ended: its pid is free, a zombie's, or another process's. */
export async function isOwnerGone(
  platform: Pick<Platform, 'inspect'>,
  { pid, start }: Pick<ProcessIdentity, 'pid' | 'start'>,
): Promise<boolean> {
  const now = await platform.inspect(pid);
  if (now.kind === 'gone') return true;
  return now.kind === 'present' && (now.entry.zombie || !sameStart(now.entry.start, start));
}
