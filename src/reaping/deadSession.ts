import { type Clock, systemClock } from '../common/clock';
import { messageOf } from '../common/errors';
import {
  CLAIM_CHECK_INTERVAL_MS,
  CLAIM_TIMEOUT_MS,
  LATE_SPAWN_MS,
  OWNER_CHECK_INTERVAL_MS,
  OWNER_EXIT_TIMEOUT_MS,
} from '../common/limits';
import type { Log } from '../common/log';
import { RecordedContainers } from '../containers/recordedContainers';
import type { ReapResult } from '../model/reapResult';
import type { ProcessIdentity } from '../os/identity';
import { sameProcess } from '../os/identity';
import type { Platform } from '../os/platform';
import type { DataFolder } from '../registry/dataFolder';
import type { SessionId } from '../registry/ids';
import { type FoundSession, isClaimed, isStillOurs, readSessions } from '../registry/sessionStore';
import { scanMachine } from '../scan/scan';
import { Reaper } from './reaper';

export interface DeadSessionParts {
  readonly platform: Platform;
  readonly folder: DataFolder;
  readonly self: ProcessIdentity;
  readonly log: Log;
  readonly by: 'guard' | 'wrapper';
  readonly clock?: Clock;
}

const UNKNOWN_SESSIONS = { automatic: 'off', neverReap: [] } as const;
/** Scans that fail are repeated this often; nothing is signalled meanwhile. */
const MAX_TRIES = 5;

/**
 * The guard's work once its pipe has ended: waits until the owner is gone, claims the session and continues its ladders.
 * While another process holds the claim, waits for that one, at most a minute.
 * @returns the results; none when the owner lives, when another process has reaped it, or when it must not be reaped
 */
export async function reapDeadSession(sessionId: SessionId, parts: DeadSessionParts): Promise<ReapResult[]> {
  const { platform, folder, log } = parts;
  const clock = parts.clock ?? systemClock;
  const found = await findSession(sessionId, parts, clock);
  if (!found) return [];
  const { owner, automatic } = found.session;
  if (!(await waitUntilGone(platform, clock, owner))) {
    log.info(`Session ${sessionId}: its owner, pid ${owner.pid}, still runs. Nothing was ended.`);
    return [];
  }
  if (automatic !== 'on') {
    // Servers that have exited need no click: a scan removes the file of a finished session.
    await withRetries(async () => void (await scanMachine(platform, folder, undefined, UNKNOWN_SESSIONS)), clock, log);
    log.info(`Session ${sessionId}: mcpProcesses.reap.automatic is "${automatic}"; its servers wait for a click.`);
    return [];
  }
  const reaper = new Reaper({ ...parts, containers: new RecordedContainers(log), neverReap: () => [] });
  const results: ReapResult[] = [];
  /** @returns whether another process was reaping it */
  const pass = async (): Promise<boolean> => {
    const seen = await scanMachine(platform, folder, undefined, {
      automatic: 'off',
      neverReap: found.session.neverReap,
    });
    const judged = seen.sessions.find(({ session }) => session.id === sessionId);
    if (judged?.verdict.kind !== 'dead') {
      return !judged?.found && (isStillOurs(folder, sessionId) || isClaimed(folder, sessionId));
    }
    if (judged.claimedBy) return !isSelf(judged.claimedBy);
    const reaped = await reaper.reap(judged);
    for (const result of reaped) {
      if (result.processes.length + result.containers.length > 0) results.push(result);
    }
    return reaped.length === 0 && isClaimed(folder, sessionId);
  };
  const isSelf = (one: ProcessIdentity) => sameProcess(one, parts.self);
  const isHeld = async () => {
    const now = await findSession(sessionId, parts, clock);
    return now?.claimer !== undefined && !isSelf(now.claimer) && !(await isGone(platform, now.claimer));
  };
  const deadline = clock.now() + CLAIM_TIMEOUT_MS;
  const carryOn = async () => {
    while (await withRetries(pass, clock, log)) {
      do {
        if (clock.now() >= deadline) {
          log.info(`Session ${sessionId}: another process still holds its claim. Nothing more was ended here.`);
          return;
        }
        await clock.sleep(CLAIM_CHECK_INTERVAL_MS);
      } while (await withRetries(isHeld, clock, log));
    }
  };
  const wasSpawning = found.session.records.some(({ root }) => root === undefined);
  await carryOn();
  if (wasSpawning) {
    await clock.sleep(LATE_SPAWN_MS);
    await carryOn();
  }
  return results;
}

/** The session's file, with any claimer. Undefined when its guard was dismissed, or another window's sweep has finished it. */
async function findSession(
  sessionId: SessionId,
  { folder, log }: DeadSessionParts,
  clock: Clock,
): Promise<FoundSession | undefined> {
  for (let tries = 1; ; tries++) {
    const { sessions, unreadable, inFlux } = readSessions(folder);
    const found = sessions.find(({ session }) => session.id === sessionId);
    if (unreadable.has(sessionId))
      log.warn(`Session ${sessionId}: its file cannot be read; its servers wait for a click.`);
    // Claimed or given back meanwhile.
    if (found || !inFlux.has(sessionId) || tries === MAX_TRIES) return found;
    await clock.sleep(OWNER_CHECK_INTERVAL_MS);
  }
}

/** Waits for the owner's end. @returns whether it has ended in time */
async function waitUntilGone(platform: Platform, clock: Clock, owner: ProcessIdentity): Promise<boolean> {
  if (owner.scope !== platform.scope || platform.scope === '') return false;
  const deadline = clock.now() + OWNER_EXIT_TIMEOUT_MS;
  for (;;) {
    if (await isGone(platform, owner)) return true;
    if (clock.now() >= deadline) return false;
    await clock.sleep(OWNER_CHECK_INTERVAL_MS);
  }
}

/** After an error the process counts as alive. */
async function isGone(platform: Platform, identity: ProcessIdentity): Promise<boolean> {
  const inspection = await platform.inspect(identity.pid);
  if (inspection.kind !== 'present') return inspection.kind === 'gone';
  const { pid, start, zombie } = inspection.entry;
  return zombie || !sameProcess({ pid, start, scope: platform.scope }, identity);
}

async function withRetries<T>(pass: () => Promise<T>, clock: Clock, log: Log): Promise<T | undefined> {
  for (let tries = 1; ; tries++) {
    try {
      return await pass();
    } catch (error) {
      log.warn(`A scan failed: ${messageOf(error)}. Nothing was signalled.`);
      if (tries === MAX_TRIES) return undefined;
      await clock.sleep(1_000);
    }
  }
}
