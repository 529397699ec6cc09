import type { ProcessEntry, Snapshot } from '../os/platform';
import { isEditorProcess } from './editors';
import type { ClientAbove } from './facts';
import { ancestorsOf } from './processTree';

/** Whoever adopts orphans: a parent of this name has not started what runs under it. */
const ADOPTS_ORPHANS = /^(?:systemd|init|launchd|tini|dumb-init|docker-init|catatonit|s6-svscan|runsvdir|supervisord)$/;

export function adoptsOrphans(entry: ProcessEntry): boolean {
  return entry.pid === 1 || ADOPTS_ORPHANS.test(entry.name);
}

/** The nearest live MCP client among a process's ancestors, which may still use it whatever its stdin looks like. */
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
 * Whether somebody whose open files are closed to us stands above a process and may hold its stdin: a client that runs as
 * another user. Then those who are seen to hold it are not all.
 */
export function runsUnderOtherUser(snapshot: Snapshot, entry: ProcessEntry): boolean {
  return ancestorsOf(snapshot, entry).some((one) => !one.zombie && !adoptsOrphans(one) && one.uid !== entry.uid);
}

/** The nearest ancestor that is no shell and no package runner, and lives: who runs it, if no known client does. */
export function launcherOf(snapshot: Snapshot, entry: ProcessEntry): ProcessEntry | undefined {
  return ancestorsOf(snapshot, entry).find((one) => !one.zombie && !isRunner(one) && !adoptsOrphans(one));
}

const RUNNER =
  /^(?:sh|bash|zsh|dash|fish|ksh|csh|tcsh|busybox|npm|npx|npm exec.*|uv|uvx|bun|bunx|pnpm|yarn|env|timeout|sudo|cmd|powershell|pwsh)$/;

function isRunner({ name }: ProcessEntry): boolean {
  return RUNNER.test(name);
}
