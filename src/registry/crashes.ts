import { existsSync, lstatSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { readPlainFile } from '../common/files';
import type { DataFolder } from './dataFolder';
import { isSessionId, type SessionId } from './ids';
import { isWrapperSession, type SessionFile } from './schema';

const SCHEMA = 1;
const MAX_FILE_BYTES = 1 << 20;
const MAX_INFOS = 50;
/** A week: who comes back from a holiday asks no more what ran before. */
const FORGET_MS = 7 * 24 * 3_600_000;
const NAME = /^crash-([0-9a-f-]{36})\.(json|told)$/;

/** A server that a crashed session had launched. */
export interface CrashedServer {
  readonly server: string;
  readonly client: string;
  readonly folder: string | undefined;
}

/** What a session ran that ended without handing over: its editor or extension host crashed or was killed. */
export interface Crash {
  /** Epoch ms at which it was found over. */
  readonly at: number;
  readonly sessionId: SessionId;
  /** Epoch ms at which the session began. */
  readonly startedAt: number;
  /** The workspace folder of its window. */
  readonly folder: string | undefined;
  /** Those that it had launched itself; what its editor started, the editor starts again. */
  readonly servers: readonly CrashedServer[];
}

/**
 * Notes what a dead session ran before its file is removed, so that a window can offer it again. Once for each session,
 * and nothing for those that handed over: they closed in good order. Best effort: it is a courtesy.
 */
export function noteCrash(folder: DataFolder, session: SessionFile): void {
  if (session.handedOver !== undefined || isWrapperSession(session) || session.records.length === 0) return;
  const path = notePath(folder, session.id, 'json');
  if (existsSync(path) || existsSync(notePath(folder, session.id, 'told'))) return;
  const { id: sessionId, startedAt, folder: workspace, records } = session;
  const servers = records
    .filter(({ kind }) => kind === 'launched')
    .map(({ server, client, folder: of }) => ({ server, client, folder: of }));
  const crash: Crash = { at: Date.now(), sessionId, startedAt, folder: workspace, servers };
  try {
    writeFileAtomic.sync(path, `${JSON.stringify({ schema: SCHEMA, ...crash })}\n`, { mode: 0o600 });
    forgetOld(folder);
  } catch {
    // As said.
  }
}

/** Crashes that no window has told of, oldest first. What cannot be read is left out. */
export function readCrashes(folder: DataFolder): Crash[] {
  return notes(folder)
    .filter(({ kind }) => kind === 'json')
    .flatMap(({ path, id }) => {
      try {
        const { text, modifiedAt } = readPlainFile(path, MAX_FILE_BYTES, { links: 'refuse' });
        if (Date.now() - modifiedAt > FORGET_MS) return [];
        const json = JSON.parse(text);
        return isCrash(json) && json.sessionId === id ? [json] : [];
      } catch {
        return [];
      }
    })
    .sort((a, b) => a.at - b.at);
}

/** Whether this window is the one that tells of it: of several exactly one. */
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
  const old = byAge.filter(({ time }, index) => index >= MAX_INFOS || Date.now() - time > FORGET_MS);
  for (const { path } of old) rmSync(path, { force: true });
}

/** Anybody may have written it. */
function isCrash(json: unknown): json is Crash {
  const { schema, at, startedAt, folder, servers } = (json || {}) as Record<string, unknown>;
  const isText = (value: unknown) => typeof value === 'string';
  return (
    schema === SCHEMA &&
    [at, startedAt].every(Number.isFinite) &&
    (folder === undefined || isText(folder)) &&
    Array.isArray(servers) &&
    servers.every(
      (one) =>
        one instanceof Object &&
        isText(one.server) &&
        isText(one.client) &&
        (one.folder === undefined || isText(one.folder)),
    )
  );
}
