import { findAlive } from '../judgement/members';
import type { ProcessIdentity } from '../os/identity';
import { sameProcess } from '../os/identity';
import type { Platform } from '../os/platform';
import { type Clock, systemClock } from '../reaping/clock';
import type { DataFolder } from '../registry/dataFolder';
import { readSessions } from '../registry/sessionStore';
import { Containers } from './containers';
import type { Log } from './log';
import type { ReapResult } from './model';
import { Reaper } from './reaper';
import { logResult } from './result';
import { type JudgedSession, survey } from './sweep';

export interface DeadSessionParts {
  readonly platform: Platform;
  readonly folder: DataFolder;
  readonly self: ProcessIdentity;
  readonly log: Log;
  readonly by: 'guard' | 'launcher';
  readonly clock?: Clock;
}

/** End-of-file can come before the host is gone: it closes its files first, and a graceful one takes up to 5 s. */
const OWNER_MS = 10_000;
const OWNER_LOOK_MS = 10;
/** A server that was being spawned at that moment shows its cookie only after its `exec`. */
const LATE_SPAWN_MS = 1_000;
const KEEP_UNKNOWN = { automatic: 'off', neverReap: [] } as const;
/** A look that fails is tried again; nothing is signalled meanwhile. */
const MOST_TRIES = 5;

/**
 * What the guard does once its pipe has ended: waits until the owner is really gone, claims the session and carries
 * its ladders on. Returns what became of it; nothing when the owner lives, somebody else is at it, or it may not reap.
 */
export async function reapDeadSession(sessionId: string, parts: DeadSessionParts): Promise<ReapResult[]> {
  const { platform, folder, log } = parts;
  const clock = parts.clock ?? systemClock;
  const found = readSessions(folder).sessions.find(({ session }) => session.id === sessionId);
  // Stood down, or finished by another window's sweep.
  if (!found) return [];
  const { owner, automatic } = found.session;
  if (!(await waitUntilGone(platform, clock, owner))) {
    log.info(`Session ${sessionId}: its owner, pid ${owner.pid}, still runs; nothing is done.`);
    return [];
  }
  if (automatic !== 'on') {
    // What has ended by itself needs no click: a look removes the file that stands for nothing.
    await tryAgain(async () => void (await survey(platform, folder, undefined, KEEP_UNKNOWN)), clock, log);
    log.info(`Session ${sessionId}: mcpProcesses.reap.automatic is "${automatic}"; its servers wait for a click.`);
    return [];
  }
  const reaper = new Reaper({ ...parts, containers: new Containers(log), neverReap: () => [] });
  const results: ReapResult[] = [];
  const pass = async () => {
    const seen = await survey(platform, folder, undefined, { automatic: 'off', neverReap: found.session.neverReap });
    const judged = seen.sessions.find(({ session }) => session.id === sessionId);
    if (!judged || !isDue(judged)) return;
    for (const result of await reaper.reap(judged)) {
      logResult(log, result);
      if (result.processes.length + result.containers.length > 0) results.push(result);
    }

    function isDue({ verdict, claimedBy, found: file }: JudgedSession): boolean {
      if (verdict.kind !== 'dead') return false;
      return !claimedBy || !file?.claimer || findAlive(seen.snapshot, file.claimer) === undefined;
    }
  };
  const wasSpawning = found.session.records.some(({ root }) => root === undefined);
  await tryAgain(pass, clock, log);
  if (wasSpawning) {
    await clock.sleep(LATE_SPAWN_MS);
    await tryAgain(pass, clock, log);
  }
  return results;
}

/** Whether the owner's identity is gone, waited for. An error is no "gone". */
async function waitUntilGone(platform: Platform, clock: Clock, owner: ProcessIdentity): Promise<boolean> {
  if (owner.scope !== platform.scope || platform.scope === '') return false;
  const deadline = clock.now() + OWNER_MS;
  for (;;) {
    const look = await platform.look(owner.pid);
    if (look.kind === 'gone') return true;
    if (look.kind === 'present') {
      const { pid, start, zombie } = look.entry;
      if (zombie || !sameProcess({ pid, start, scope: platform.scope }, owner)) return true;
    }
    if (clock.now() >= deadline) return false;
    await clock.sleep(OWNER_LOOK_MS);
  }
}

async function tryAgain(pass: () => Promise<void>, clock: Clock, log: Log): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await pass();
    } catch (error) {
      log.warn(`A look failed: ${(error as Error).message}. Nothing was signalled.`);
      if (tries === MOST_TRIES) return;
      await clock.sleep(1_000);
    }
  }
}
