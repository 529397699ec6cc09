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

/** One session as a sweep judged it. */
export interface ScannedSession {
  readonly session: SessionFile;
  /** Undefined for a session known from cookies only: its file is lost (L23), damaged, or elsewhere in this moment. */
  readonly found: FoundSession | undefined;
  readonly verdict: SessionVerdict;
  readonly records: readonly { readonly record: ServerRecord; readonly members: readonly Member[] }[];
  /** A living process that is reaping it at the moment. */
  readonly claimedBy: ProcessIdentity | undefined;
}

export interface Scan {
  readonly snapshot: Snapshot;
  readonly sessions: readonly ScannedSession[];
  readonly problems: readonly string[];
}

const MOVED: SessionVerdict = { kind: 'unknown', evidence: { kind: 'session-changing' } };

/**
 * Looks once: snapshot, session files, cookies; judges each session and finds each record's members.
 * Signals nothing and writes nothing but the removal of files that stand for nothing any more, and what they said of a crash.
 * @param unknownSessions what applies to sessions that no file name mentions
 * @param remembered sessions that were written down elsewhere, too; they count where no file can be read
 * @throws when the process table or the data folder cannot be read; then nothing is known and nothing is done.
 */
export async function scanMachine(
  platform: Platform,
  folder: DataFolder,
  ownSessionId: string | undefined,
  unknownSessions: Pick<SessionFile, 'automatic' | 'neverReap'>,
  remembered: readonly SessionFile[] = [],
): Promise<Scan> {
  // Files first: a session that starts in between is then merely unseen, never seen without its owner.
  const { sessions, newer, unreadable, inFlux, problems } = readSessions(folder);
  const snapshot = await platform.snapshot();
  const judged: ScannedSession[] = [];
  for (const found of sessions) {
    await yieldIfBusy();
    const one = withLostRecords(snapshot, judge(snapshot, found.session, found));
    if (one.verdict.kind === 'live') keepFresh(found.path);
    // Of another boot or machine nothing can be asked, engines included: containers of then have other ids by now.
    const idle = found.session.owner.scope !== snapshot.scope || !one.records.some(isUnfinished);
    if (found.session.id !== ownSessionId && idle && standsForNothing(one, snapshot)) {
      if (one.verdict.kind === 'dead') noteCrash(folder, found.session);
      forget(found.path);
    } else judged.push(one);
  }
  const known = new Set([...sessions.map(({ session }) => session.id), ...newer]);
  if (ownSessionId) known.add(ownSessionId);
  // A file that is renamed while the folder is listed may be missing in the list.
  const namedSince = sessionsNamedIn(folder);
  const isElsewhere = ({ id }: SessionFile) => inFlux.has(id) || (!unreadable.has(id) && namedSince.has(id));
  const withoutFile = (one: ScannedSession): ScannedSession =>
    // What it wants, and who is at it, says the file that was not there to be read; the next scan finds it.
    isElsewhere(one.session) && one.verdict.kind === 'dead' ? { ...one, verdict: MOVED } : one;
  for (const session of remembered) {
    if (known.has(session.id)) continue;
    known.add(session.id);
    const one = withLostRecords(snapshot, judge(snapshot, session, undefined));
    if (!standsForNothing(one, snapshot) || one.records.some(isUnfinished)) judged.push(withoutFile(one));
  }
  for (const session of sessionsFromCookies(snapshot, folder, known, unknownSessions)) {
    // What it wanted is written where nothing can read it: nothing is ended without being asked for.
    const isUnread = unreadable.has(session.id);
    judged.push(withoutFile(judge(snapshot, isUnread ? { ...session, automatic: 'off' } : session, undefined)));
  }
  return { snapshot, sessions: judged, problems };
}

/** Best effort: in a folder that cannot be written to the file stays, and stands for nothing. */
function forget(path: string): void {
  try {
    removeSession(path);
  } catch {
    // As said.
  }
}

/** Whether anything of a record may be left: a process, or a container, which only its engine knows about (L07). */
export function isUnfinished({ record, members }: ScannedSession['records'][number]): boolean {
  return members.length > 0 || isLabelled(record);
}

/** Owners of live sessions; what runs under them is theirs alone. */
export function liveOwnersOf(snapshot: Snapshot, sessions: readonly ScannedSession[]): ProcessIdentity[] {
  return sessions
    .filter(({ verdict, session }) => verdict.kind === 'live' && findAlive(snapshot, session.owner))
    .map(({ session }) => session.owner);
}

/** The census after this sweep: who was known and lives, and who was found. */
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
 * A dead session's servers whose record is missing in its file (its last write did not get there, or they appeared when
 * their record was already done with): the full cookie still names them.
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

function standsForNothing({ verdict, session, claimedBy, found }: ScannedSession, snapshot: Snapshot): boolean {
  if (claimedBy) return false;
  // Where its owner lives, somebody sees that and keeps the file fresh.
  const lastSeen = Math.max(session.startedAt, found ? lastSignOfLife(found.path) : 0);
  if (session.owner.scope !== snapshot.scope) return Date.now() - lastSeen > FORGET_SESSION_MS;
  return verdict.kind === 'dead';
}

/** Sessions that have no file to be read, put together from the cookies of living processes. */
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

/** What a carrier of a cookie tells of a record that is nowhere written down. */
function recordFromCookie(id: RecordId, server: string): ServerRecord {
  return newRecord({ id, server, client: '', kind: 'launched' });
}
