import { existsSync, lstatSync, lutimesSync, readdirSync, renameSync, rmSync, utimesSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { codeOf, messageOf } from '../common/errors';
import { FileRefusedError, readPlainFile } from '../common/files';
import { FORGET_SESSION_MS, MAX_SESSION_FILE_BYTES, SESSION_FRESH_MS } from '../common/limits';
import { isProcessId, isStartToken, type ProcessIdentity } from '../os/identity';
import { isScopeTag } from '../os/scope';
import type { DataFolder } from './dataFolder';
import { isSessionId, type SessionId } from './ids';
import { removeInterruptedWrites } from './interruptedWrites';
import { parseSession, type SessionFile } from './schema';

/** A session file as found on disk. */
export interface FoundSession {
  readonly path: string;
  readonly session: SessionFile;
  /** Who is reaping it, if anyone. */
  readonly claimer: ProcessIdentity | undefined;
}

export interface FoundSessions {
  readonly sessions: readonly FoundSession[];
  /** Session ids of files that a newer version wrote: live by definition (K29). */
  readonly newer: ReadonlySet<SessionId>;
  /** Session ids that some file name mentions though nothing can be read of them: damaged, unreadable, set aside. */
  readonly unreadable: ReadonlySet<SessionId>;
  /** Session ids whose file was gone when it was to be read: claimed, given back or finished in this moment. */
  readonly inFlux: ReadonlySet<SessionId>;
  /** What was wrong, and where the file was moved. */
  readonly problems: readonly string[];
}

const ID_LENGTH = 36;
const SET_ASIDE = '.damaged';
const NAME = /^([0-9a-f-]{36})(?:\.claim-(\d+)-([a-z]\d+)-([a-z][0-9a-f]{16}))?\.json$/;

/** Writes the file of one's own session. One writer, synchronous, atomic: temp, fsync, rename. */
export function writeSession(folder: DataFolder, session: SessionFile): void {
  writeFileAtomic.sync(sessionPath(folder, session.id), `${JSON.stringify(session, undefined, 1)}\n`, { mode: 0o600 });
}

/** Whether the file still bears its owner's name: false once somebody has claimed it. */
export function isStillOurs(folder: DataFolder, id: SessionId): boolean {
  return existsSync(sessionPath(folder, id));
}

/** Whether somebody holds a claim on it. */
export function isClaimed(folder: DataFolder, id: SessionId): boolean {
  return namesIn(folder.sessions).some((name) => name.startsWith(`${id}.claim-`) && name.endsWith('.json'));
}

/** Rarely, and by whoever sees that its owner lives: a file that nobody has touched for long is forgotten elsewhere. */
export function keepFresh(path: string): void {
  try {
    if (Date.now() - lstatSync(path).mtimeMs > SESSION_FRESH_MS) utimesSync(path, new Date(), new Date());
  } catch {
    // Claimed or removed in this moment.
  }
}

/** Epoch ms of the last write, or of the last time that somebody saw its owner alive; 0 when there is no such file. */
export function lastSignOfLife(path: string): number {
  return lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** Removes the file of a session that is over, and what its writer was writing when it was killed. */
export function removeSession(path: string): void {
  rmSync(path, { force: true });
  const id = idIn(basename(path));
  removeInterruptedWrites(dirname(path), (name) => name.startsWith(`${id}.`));
}

/** Ids of all sessions that any file name mentions, be it that of a claim, of a file set aside, or of a copy. */
export function sessionsNamedIn(folder: DataFolder): Set<SessionId> {
  return new Set(namesIn(folder.sessions).map(idIn).filter(isSessionId));
}

/** Reads all session files. Damaged and hostile ones are moved aside, never acted on, never fatal. */
export function readSessions(folder: DataFolder): FoundSessions {
  const sessions: FoundSession[] = [];
  const newer = new Set<SessionId>();
  const inFlux = new Set<SessionId>();
  const problems: string[] = [];
  const names = namesIn(folder.sessions);
  for (const name of names) {
    const file = classify(folder, name);
    const path = join(folder.sessions, name);
    if (file.kind === 'session') sessions.push(file.found);
    else if (file.kind === 'newer') newer.add(file.id);
    else if (file.kind === 'in-flux') inFlux.add(file.id);
    else if (file.kind === 'bad') problems.push(setAside(path, file.reason));
    else if (file.kind === 'unreadable') problems.push(file.problem);
    else if (file.kind === 'set-aside') forgetSetAside(path);
  }
  const read = new Set([...sessions.map(({ session }) => session.id), ...newer, ...inFlux]);
  const unreadable = new Set(names.map(idIn).filter((id) => isSessionId(id) && !read.has(id)));
  return { sessions, newer, unreadable, inFlux, problems };
}

/** What one file in the sessions' folder is. */
type ClassifiedFile =
  | { readonly kind: 'session'; readonly found: FoundSession }
  /** Written by a newer version. */
  | { readonly kind: 'newer'; readonly id: SessionId }
  /** Claimed, finished or removed by another window in this moment. */
  | { readonly kind: 'in-flux'; readonly id: SessionId }
  /** Not as we write it: it is moved aside. */
  | { readonly kind: 'bad'; readonly reason: string }
  /** It stays where it is: once it can be read, it may be as good as any. */
  | { readonly kind: 'unreadable'; readonly problem: string }
  | { readonly kind: 'set-aside' }
  /** Nothing of ours, such as a file that is being written. */
  | { readonly kind: 'other' };

function classify(folder: DataFolder, name: string): ClassifiedFile {
  if (name.endsWith(`.json${SET_ASIDE}`)) return { kind: 'set-aside' };
  const [, id, pid, start, scope] = NAME.exec(name) ?? [];
  if (id === undefined) {
    return name.endsWith('.json') ? { kind: 'bad', reason: 'its name is not that of a session' } : { kind: 'other' };
  }
  const path = join(folder.sessions, name);
  try {
    return readSessionFile(folder, path, id, claimerOf(pid, start, scope));
  } catch (error) {
    if (error instanceof FileRefusedError) return { kind: 'bad', reason: 'it is not a plain file of sensible size' };
    if (codeOf(error) === 'ENOENT') return { kind: 'in-flux', id };
    const problem = `The session file ${path} cannot be read: ${messageOf(error)}.`;
    return { kind: 'unreadable', problem: `${problem} Make it readable for you, or remove it.` };
  }
}

/** @throws as {@link readPlainFile} does. */
function readSessionFile(
  folder: DataFolder,
  path: string,
  id: SessionId,
  claimer: ProcessIdentity | undefined,
): ClassifiedFile {
  const { uid } = lstatSync(path);
  if (process.getuid && uid !== process.getuid()) return { kind: 'bad', reason: 'it belongs to another user' };
  const parsed = parseSession(readPlainFile(path, MAX_SESSION_FILE_BYTES, { links: 'refuse' }).text);
  if (parsed.kind === 'newer') return { kind: 'newer', id };
  if (parsed.kind === 'bad') return parsed;
  const { session } = parsed;
  if (session.id !== id || !isSessionId(id)) return { kind: 'bad', reason: 'it names another session' };
  if (session.home !== folder.homeTag) return { kind: 'bad', reason: 'it belongs to another data folder' };
  return { kind: 'session', found: { path, session, claimer } };
}

/**
 * Claims a dead session's file for reaping: a rename, which exactly one of several windows wins (L22).
 * @returns the claimed file, or undefined when somebody else was faster.
 * @throws Error when the file is there and cannot be renamed, as in a folder that cannot be written to.
 */
export function claimSession(
  folder: DataFolder,
  found: FoundSession,
  claimer: ProcessIdentity,
): FoundSession | undefined {
  const path = claimPath(folder, found.session.id, claimer);
  if (path === found.path) return found;
  try {
    renameSync(found.path, path);
    // The owner may have written between our reading and our claim: what counts is what we hold now.
    const parsed = parseSession(readPlainFile(path, MAX_SESSION_FILE_BYTES, { links: 'refuse' }).text);
    return parsed.kind === 'session' ? { path, session: parsed.session, claimer } : undefined;
  } catch (error) {
    // Somebody holds the claim, or has finished it.
    const isGone = codeOf(error) === 'ENOENT' || !existsSync(found.path);
    if (isGone) return undefined;
    throw error;
  }
}

/**
 * Claims a session that has no file which could be renamed: writes one that is claimed from the start. Of two who do so
 * at once, or where the file has turned up again, nobody goes on who sees the other; of two at least one does.
 * @returns undefined when somebody else has it, too.
 * @throws where it cannot be written, as on a full disk.
 */
export function claimLost(
  folder: DataFolder,
  session: SessionFile,
  claimer: ProcessIdentity,
): FoundSession | undefined {
  const path = claimPath(folder, session.id, claimer);
  if (existsSync(path)) return undefined;
  const claimed = writeClaimed(folder, { path, session, claimer }, session);
  const { sessions, newer, inFlux } = readSessions(folder);
  const isElsewhere = sessions.some((one) => one.session.id === session.id && one.path !== path);
  if (!isElsewhere && !newer.has(session.id) && !inFlux.has(session.id)) return claimed;
  rmSync(path, { force: true });
  return undefined;
}

/** Gives a claim back, so that the session is found again. */
export function releaseClaim(folder: DataFolder, claimed: FoundSession): void {
  try {
    renameSync(claimed.path, sessionPath(folder, claimed.session.id));
  } catch {
    // Gone: somebody finished it, which is as good.
  }
}

/**
 * Writes into a claimed file; only its claimer may. What was remembered from a data folder that is lost is this folder's
 * from now on: a file that says otherwise is not read.
 */
export function writeClaimed(folder: DataFolder, claimed: FoundSession, session: SessionFile): FoundSession {
  const text = JSON.stringify({ ...session, home: folder.homeTag }, undefined, 1);
  writeFileAtomic.sync(claimed.path, `${text}\n`, { mode: 0o600 });
  return { ...claimed, session };
}

export function sessionPath(folder: DataFolder, id: SessionId): string {
  return join(folder.sessions, `${id}.json`);
}

function claimPath(folder: DataFolder, id: SessionId, { pid, start, scope }: ProcessIdentity): string {
  return join(folder.sessions, `${id}.claim-${pid}-${start}-${scope}.json`);
}

function idIn(name: string): string {
  return name.slice(0, ID_LENGTH);
}

/** None where somebody has removed the folder; the next write makes it again. */
function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

function claimerOf(pid?: string, start?: string, scope?: string): ProcessIdentity | undefined {
  const number = Number(pid);
  return isProcessId(number) && isStartToken(start) && isScopeTag(scope) ? { pid: number, start, scope } : undefined;
}

function setAside(path: string, reason: string): string {
  const aside = `${path}${SET_ASIDE}`;
  try {
    renameSync(path, aside);
    // Its time counts from now.
    lutimesSync(aside, new Date(), new Date());
  } catch {
    if (existsSync(path)) return `${path} was not used: ${reason}. It could not be moved aside: remove it.`;
  }
  return (
    `${path} was moved to ${aside} and not used: ${reason}. Look in the list for servers that it may have named, and end ` +
    'those that nobody uses. The file can be removed; after 30 days that is done for you.'
  );
}

/** Removes it once it is old. What we did not write ourselves, such as a folder, stays. */
function forgetSetAside(path: string): void {
  try {
    const stat = lstatSync(path);
    if (stat.isFile() && Date.now() - stat.mtimeMs > FORGET_SESSION_MS) rmSync(path);
  } catch {
    // Removed in this moment; or it cannot be, and is tried again.
  }
}
