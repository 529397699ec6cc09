import { existsSync, lstatSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import writeFileAtomic from 'write-file-atomic';
import { readPlainFile } from '../common/files';
import { FORGET_CRASH_MS, MAX_CRASH_NOTES, MAX_HISTORY_FILE_BYTES } from '../common/limits';
import type { DataFolder } from './dataFolder';
import { isSessionId, type SessionId } from './ids';
import { isWrapperSession, type SessionFile } from './schema';
import { finite, orUndefined, type Read, read } from './shapes';

const SCHEMA = 1;
const NAME = /^crash-([0-9a-f-]{36})\.(json|told)$/;

const crashedServer = v.object({ server: v.string(), client: v.string(), folder: orUndefined(v.string()) });

const crash = v.object({
  schema: v.literal(SCHEMA),
  /** Epoch ms at which the crash was found. */
  at: finite,
  sessionId: v.custom<SessionId>(isSessionId),
  /** Epoch ms at which the session began. */
  startedAt: finite,
  /** The workspace folder of its window. */
  folder: orUndefined(v.string()),
  /** The servers that it had launched; its editor restarts the ones that the editor started. */
  servers: v.array(crashedServer),
});

/** A server that a crashed session had launched. */
export interface CrashedServer extends Read<typeof crashedServer> {}
/** A session that ended without handing over: its editor or extension host crashed or was killed. */
export interface Crash extends Omit<Read<typeof crash>, 'schema'> {}

/**
 * Notes what a dead session ran before its file is removed, so that a window can offer to start it again. Once per
 * session; not for sessions that handed over, which closed regularly. Best effort: a failure is ignored.
 */
export function noteCrash(folder: DataFolder, session: SessionFile): void {
  if (session.handedOver !== undefined || isWrapperSession(session) || session.records.length === 0) return;
  const path = notePath(folder, session.id, 'json');
  if (existsSync(path) || existsSync(notePath(folder, session.id, 'told'))) return;
  const { id: sessionId, startedAt, folder: workspace, records } = session;
  const servers = records
    .filter(({ kind }) => kind === 'launched')
    .map(({ server, client, folder: of }) => ({ server, client, folder: of }));
  const noted: Crash = { at: Date.now(), sessionId, startedAt, folder: workspace, servers };
  try {
    writeFileAtomic.sync(path, `${JSON.stringify({ schema: SCHEMA, ...noted })}\n`, { mode: 0o600 });
    forgetOld(folder);
  } catch {
    // Best effort.
  }
}

/** Crashes that no window has reported yet, oldest first. Omits unreadable notes. */
export function readCrashes(folder: DataFolder): Crash[] {
  return notes(folder)
    .filter(({ kind }) => kind === 'json')
    .flatMap(({ path, id }) => {
      try {
        const { text, modifiedAt } = readPlainFile(path, MAX_HISTORY_FILE_BYTES, { links: 'refuse' });
        if (Date.now() - modifiedAt > FORGET_CRASH_MS) return [];
        const noted = read(crash, JSON.parse(text));
        return noted.ok && noted.value.sessionId === id ? [noted.value] : [];
      } catch {
        return [];
      }
    })
    .sort((a, b) => a.at - b.at);
}

/** Takes a crash. @returns whether this window is to report it: exactly one of several windows is. */
export function takeCrash(folder: DataFolder, { sessionId }: Crash): boolean {
  try {
    renameSync(notePath(folder, sessionId, 'json'), notePath(folder, sessionId, 'told'));
    return true;
  } catch {
    return false;
  }
}

function notePath(folder: DataFolder, id: SessionId, kind: 'json' | 'told'): string {
  return join(folder.history, `crash-${id}.${kind}`);
}

function notes(folder: DataFolder): { path: string; id: SessionId; kind: string }[] {
  if (!existsSync(folder.history)) return [];
  return readdirSync(folder.history).flatMap((name) => {
    const [, id = '', kind = ''] = NAME.exec(name) ?? [];
    return isSessionId(id) ? [{ path: join(folder.history, name), id, kind }] : [];
  });
}

function forgetOld(folder: DataFolder): void {
  const byAge = notes(folder)
    .map(({ path }) => ({ path, time: lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((a, b) => b.time - a.time);
  const old = byAge.filter(({ time }, index) => index >= MAX_CRASH_NOTES || Date.now() - time > FORGET_CRASH_MS);
  for (const { path } of old) rmSync(path, { force: true });
}
