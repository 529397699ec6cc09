import { yieldIfBusy } from '../common/eventLoop';
import { FORGET_SESSION_MS } from '../common/limits';
import { cookieNames, findAlive, type Member, membersOf } from '../judgement/members';
import { judgeSession, type SessionVerdict } from '../judgement/sessionVerdict';
import { identityKey, type ProcessIdentity } from '../os/identity';
import type { Platform, Snapshot } from '../os/platform';
import { parseCookie } from '../registry/cookie';
import { noteCrash } from '../registry/crashes';
import type { DataFolder } from '../registry/dataFolder';
import type { RecordId } from '../registry/ids';
import { newRecord, newSession } from '../registry/newRecord';
import { isLabelled, type ServerRecord, type SessionFile } from '../registry/schema';
import {
  type FoundSession,
  keepFresh,
  lastSignOfLife,
  readSessions,
  removeSession,
  sessionsNamedIn,
} from '../registry/sessionStore';

/** One judged session of a scan. */
export interface ScannedSession {
  readonly session: SessionFile;
  /** Undefined for a session known from cookies or memory only: its file is lost (L23), damaged, or just being renamed. */
  readonly found: FoundSession | undefined;
  readonly verdict: SessionVerdict;
  readonly records: readonly { readonly record: ServerRecord; readonly members: readonly Member[] }[];
  /** A living process that is reaping it. */
  readonly claimedBy: ProcessIdentity | undefined;
}

export interface Scan {
  readonly snapshot: Snapshot;
  readonly sessions: readonly ScannedSession[];
  readonly problems: readonly string[];
}

const MOVED: SessionVerdict = { kind: 'unknown', evidence: { kind: 'session-changing' } };

/**
 * Scans once: reads the session files, then the process table and the cookies in it, judges each session and finds each
 * record's members. Signals nothing. Writes only what it notes of a crash when it removes a session file that is done with.
 * @param unknownSessions what applies to sessions that no file name mentions
 * @param remembered sessions from a second source; they count where no file can be read
 * @throws when the process table or the data folder cannot be read; then nothing is known and nothing may be done.
 */
export async function scanMachine(
  platform: Platform,
  folder: DataFolder,
  ownSessionId: string | undefined,
  unknownSessions: Pick<SessionFile, 'automatic' | 'neverReap'>,
  remembered: readonly SessionFile[] = [],
): Promise<Scan> {
  // Files first: a session that starts in between is then merely unseen, never seen without its owner.
  const files = readSessions(folder);
  const snapshot = await platform.snapshot();
  const fromFiles = await sessionsInFiles(snapshot, folder, files.sessions, ownSessionId);
  const known = new Set([...files.sessions.map(({ session }) => session.id), ...files.newer]);
  if (ownSessionId) known.add(ownSessionId);
  const markMoved = movedMarker(folder, files);
  const fromMemory: ScannedSession[] = [];
  for (const session of remembered) {
    if (!known.has(session.id)) fromMemory.push(...rememberedSession(snapshot, session));
    known.add(session.id);
  }
  const fromCookies = sessionsFromCookies(snapshot, folder, known, unknownSessions).map((session) => {
    // Its settings are in a file that cannot be read: nothing is ended without a request.
    const isUnread = files.unreadable.has(session.id);
    return judge(snapshot, isUnread ? { ...session, automatic: 'off' } : session, undefined);
  });
  const sessions = [...fromFiles, ...[...fromMemory, ...fromCookies].map(markMoved)];
  return { snapshot, sessions, problems: files.problems };
}

/** Judges the sessions that have a file, and removes the files that are done with. */
async function sessionsInFiles(
  snapshot: Snapshot,
  folder: DataFolder,
  files: readonly FoundSession[],
  ownSessionId: string | undefined,
): Promise<ScannedSession[]> {
  const judged: ScannedSession[] = [];
  for (const found of files) {
    await yieldIfBusy();
    const one = withLostRecords(snapshot, judge(snapshot, found.session, found));
    if (one.verdict.kind === 'live') keepFresh(found.path);
    // After a reboot no engine can be asked either: its containers have other ids.
    const isIdle = found.session.owner.scope !== snapshot.scope || !one.records.some(isUnfinished);
    if (found.session.id === ownSessionId || !isIdle || !isDoneWith(one, snapshot)) judged.push(one);
    else {
      if (one.verdict.kind === 'dead') noteCrash(folder, found.session);
      forget(found.path);
    }
  }
  return judged;
}

/** A session from the second source whose file is lost; none where nothing of it can be left. */
function rememberedSession(snapshot: Snapshot, session: SessionFile): ScannedSession[] {
  const one = withLostRecords(snapshot, judge(snapshot, session, undefined));
  return !isDoneWith(one, snapshot) || one.records.some(isUnfinished) ? [one] : [];
}

/**
 * For sessions without a file at hand: one whose file is just being moved is not dead. That file says what
 * the session wants and who is reaping it; the next scan finds it.
 */
function movedMarker(
  folder: DataFolder,
  { inFlux, unreadable }: Pick<ReturnType<typeof readSessions>, 'inFlux' | 'unreadable'>,
): (one: ScannedSession) => ScannedSession {
  // A listing of the folder may miss a file that is renamed meanwhile.
  const namedSince = sessionsNamedIn(folder);
  return (one) => {
    const { id } = one.session;
    const isElsewhere = inFlux.has(id) || (!unreadable.has(id) && namedSince.has(id));
    return isElsewhere && one.verdict.kind === 'dead' ? { ...one, verdict: MOVED } : one;
  };
}

/** Best effort: in a folder without write permission the file stays and means nothing. */
function forget(path: string): void {
  try {
    removeSession(path);
  } catch {
    // See above.
  }
}

/** Whether anything of a record may be left: a process, or a container, which only its engine knows about (L07). */
export function isUnfinished({ record, members }: ScannedSession['records'][number]): boolean {
  return members.length > 0 || isLabelled(record);
}

/** Owners of live sessions; processes below them belong to them alone. */
export function liveOwnersOf(snapshot: Snapshot, sessions: readonly ScannedSession[]): ProcessIdentity[] {
  return sessions
    .filter(({ verdict, session }) => verdict.kind === 'live' && findAlive(snapshot, session.owner))
    .map(({ session }) => session.owner);
}

/** The new census: all members that a scan found. */
export function censusOf(members: readonly Member[]): ProcessIdentity[] {
  return joinCensus(members.map(({ identity }) => identity));
}

/** Each identity once, by pid. */
export function joinCensus(...parts: (readonly ProcessIdentity[])[]): ProcessIdentity[] {
  const byKey = new Map(parts.flat().map((identity) => [identityKey(identity), identity]));
  return [...byKey.values()].sort((a, b) => a.pid - b.pid);
}

function judge(snapshot: Snapshot, session: SessionFile, found: FoundSession | undefined): ScannedSession {
  const records = session.records.map((record) => ({ record, members: membersOf(snapshot, session, record) }));
  const verdict = judgeSession(
    snapshot,
    session,
    records.flatMap(({ members }) => members),
  );
  const claimedBy = found?.claimer && findAlive(snapshot, found.claimer) ? found.claimer : undefined;
  return { session, found, verdict, records, claimedBy };
}

/**
 * Adds a dead session's servers whose record is missing in its file, because the last write failed, or because they
 * appeared after their record was finished: the full cookie still names them.
 */
function withLostRecords(snapshot: Snapshot, judged: ScannedSession): ScannedSession {
  const { session, found, verdict } = judged;
  if (verdict.kind !== 'dead') return judged;
  const lost = new Map<string, ServerRecord>();
  for (const entry of snapshot.processes.values()) {
    const cookie = entry.zombie ? undefined : parseCookie(entry.cookie);
    if (!cookie || !cookieNames(cookie, session, cookie.record)) continue;
    if (session.records.some(({ id }) => id === cookie.record) || lost.has(cookie.record)) continue;
    lost.set(cookie.record, recordFromCookie(cookie.record, entry.name));
  }
  if (lost.size === 0) return judged;
  return judge(snapshot, { ...session, records: [...session.records, ...lost.values()] }, found);
}

function isDoneWith({ verdict, session, claimedBy, found }: ScannedSession, snapshot: Snapshot): boolean {
  if (claimedBy) return false;
  // While its owner lives, scans keep the file fresh.
  const lastSeen = Math.max(session.startedAt, found ? lastSignOfLife(found.path) : 0);
  if (session.owner.scope !== snapshot.scope) return Date.now() - lastSeen > FORGET_SESSION_MS;
  return verdict.kind === 'dead';
}

/** Sessions without a readable file, from the cookies of living processes. */
function sessionsFromCookies(
  snapshot: Snapshot,
  folder: DataFolder,
  known: ReadonlySet<string>,
  settings: Pick<SessionFile, 'automatic' | 'neverReap'>,
): SessionFile[] {
  const sessions = new Map<string, { session: SessionFile; records: Map<string, ServerRecord> }>();
  for (const entry of snapshot.processes.values()) {
    const cookie = entry.zombie ? undefined : parseCookie(entry.cookie);
    if (!cookie || cookie.home !== folder.homeTag || known.has(cookie.session)) continue;
    if (cookie.owner.scope !== snapshot.scope) continue;
    const existing = sessions.get(cookie.session);
    if (existing && identityKey(existing.session.owner) !== identityKey(cookie.owner)) continue;
    const one = existing ?? {
      records: new Map<string, ServerRecord>(),
      session: newSession({ id: cookie.session, home: cookie.home, owner: cookie.owner, editor: '', ...settings }),
    };
    sessions.set(cookie.session, one);
    if (!one.records.has(cookie.record)) {
      one.records.set(cookie.record, recordFromCookie(cookie.record, entry.name));
    }
  }
  return [...sessions.values()].map(({ session, records }) => ({ ...session, records: [...records.values()] }));
}

/** A record from the cookie of a living process. */
function recordFromCookie(id: RecordId, server: string): ServerRecord {
  return newRecord({ id, server, client: '', kind: 'launched' });
}
