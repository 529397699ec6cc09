import type { ChildProcess } from 'node:child_process';
import * as l10n from '@vscode/l10n';
import treeKill from 'tree-kill';
import { withTimeout } from '../common/async';
import { CHILD_KILL_TIMEOUT_MS } from '../common/limits';
import { startedNoLaterThan } from '../os/identity';
import type { Platform, Snapshot } from '../os/platform';
import { errorText } from '../wording/reasons';

export type ChildTreeEnding =
  /** The child has exited, on its own or because of us. */
  | { readonly kind: 'ended'; readonly by: 'itself' | 'us' }
  /** Nothing was ended. */
  | { readonly kind: 'spared'; readonly reason: string };

/**
 * Closes a child's stdin, waits `grace` ms, and ends it by force with everything below it. For Windows, which has no
 * signals and whose table lacks facts for the kill policy: there, nothing else can end a server of our own.
 *
 * Takes the handle, never a pid: while the handle shows a living child, the pid belongs to it (K01). A tree with a process
 * that only *seems* to be below it (recycled parent pid, L21), or with this process, is spared.
 */
export async function endLivingChildTree(
  child: ChildProcess,
  platform: Platform,
  grace: number,
): Promise<ChildTreeEnding> {
  if (hasExited(child)) return { kind: 'ended', by: 'itself' };
  child.stdin?.end();
  if (await exitsWithin(child, grace)) return { kind: 'ended', by: 'itself' };
  try {
    const snapshot = await platform.snapshot();
    const reason = whyNotATree(snapshot, child.pid as number);
    if (reason !== undefined) return { kind: 'spared', reason };
    // Nothing is awaited between this check of the handle and the call.
    if (hasExited(child)) return { kind: 'ended', by: 'itself' };
    await new Promise<void>((resolve, reject) =>
      treeKill(child.pid as number, 'SIGKILL', (error) => (error ? reject(error) : resolve())),
    );
  } catch (error) {
    return { kind: 'spared', reason: errorText(error) };
  }
  if (await exitsWithin(child, CHILD_KILL_TIMEOUT_MS)) return { kind: 'ended', by: 'us' };
  return { kind: 'spared', reason: 'it did not end' };
}

function hasExited(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

async function exitsWithin(child: ChildProcess, time: number): Promise<boolean> {
  if (hasExited(child)) return true;
  let onExit = () => {};
  const exited = new Promise<boolean>((resolve) => {
    onExit = () => resolve(true);
    child.once('exit', onExit);
  });
  try {
    return await withTimeout(exited, time, () => false);
  } finally {
    child.off('exit', onExit);
  }
}

/** Why `taskkill /T`, which only follows parent pids, would reach more than this process's tree. */
function whyNotATree(snapshot: Snapshot, root: number): string | undefined {
  const seen = new Set([root]);
  for (const pid of seen) {
    const parent = snapshot.processes.get(pid);
    if (!parent) return l10n.t('pid {0} is missing from the process table', pid);
    for (const entry of snapshot.processes.values()) {
      if (entry.ppid !== pid || entry.pid === pid) continue;
      if (!startedNoLaterThan(parent.start, entry.start)) {
        return l10n.t('pid {0} only seems to be below pid {1}: it started earlier', entry.pid, pid);
      }
      seen.add(entry.pid);
    }
  }
  return seen.has(process.pid) ? l10n.t('this process runs below it') : undefined;
}
