import { existsSync, lstatSync, lutimesSync, readdirSync, renameSync, rmSync, utimesSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import * as l10n from '@vscode/l10n';
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
  /** The process that is reaping it. */
  readonly claimer: ProcessIdentity | undefined;
}

export interface FoundSessions {
  readonly sessions: readonly FoundSession[];
  /** Session ids of files of a newer version: live by definition (K29). */
  readonly newer: ReadonlySet<SessionId>;
  /** Session ids that occur in file names, but whose files cannot be read: damaged, unreadable, set aside. */
  readonly unreadable: ReadonlySet<SessionId>;
  /** Session ids whose file was listed and then gone: claimed, given back or finished meanwhile. */
  readonly inFlux: ReadonlySet<SessionId>;
  /** What was wrong with files, and where they were moved. */
  readonly problems: readonly string[];
}

const ID_LENGTH = 36;
const SET_ASIDE = '.damaged';
const NAME = /^([0-9a-f-]{36})(?:\.claim-(\d+)-([a-z]\d+)-([a-z][0-9a-f]{16}))?\.json$/;

/** Writes the file of the own session. One writer, synchronous, atomic: temporary file, fsync, rename. */
export function writeSession(folder: DataFolder, session: SessionFile): void {
  writeFileAtomic.sync(sessionPath(folder, session.id), `${JSON.stringify(session, undefined, 1)}\n`, { mode: 0o600 });
}

/** Whether the file still has its owner's name: false once it is claimed. */
export function isStillOurs(folder: DataFolder, id: SessionId): boolean {
  return existsSync(sessionPath(folder, id));
}

/** Whether a process holds a claim on it. */
export function isClaimed(folder: DataFolder, id: SessionId): boolean {
  return namesIn(folder.sessions).some((name) => name.startsWith(`${id}.claim-`) && name.endsWith('.json'));
}

/** Touches the file of a session whose owner lives, but rarely: files that were not touched for long are removed. */
export function keepFresh(path: string): void {
  try {
    if (Date.now() - lstatSync(path).mtimeMs > SESSION_FRESH_MS) utimesSync(path, new Date(), new Date());
  } catch {
    // Claimed or removed meanwhile.
  }
}

/** Epoch ms of the last write, or of the last scan that saw its owner alive; 0 when there is no such file. */
export function lastSignOfLife(path: string): number {
  return lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** Removes the file of a session that is over, and temporary files of a writer that was killed. */
export function removeSession(path: string): void {
  rmSync(path, { force: true });
  const id = idIn(basename(path));
  removeInterruptedWrites(dirname(path), (name) => name.startsWith(`${id}.`));
}

/** Ids of all sessions in any file name, including those of claims, of files set aside, and of copies. */
export function sessionsNamedIn(folder: DataFolder): Set<SessionId> {
  return new Set(namesIn(folder.sessions).map(idIn).filter(isSessionId));
}

/** Reads all session files. Moves damaged and hostile ones aside; these are never acted on, and never fatal. */
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
  /** Claimed, finished or removed by another window meanwhile. */
  | { readonly kind: 'in-flux'; readonly id: SessionId }
  /** Not as we write it: it is moved aside. */
  | { readonly kind: 'bad'; readonly reason: string }
  /** It stays where it is, because it may become readable. */
  | { readonly kind: 'unreadable'; readonly problem: string }
  | { readonly kind: 'set-aside' }
  /** No session file, for example a file that is being written. */
  | { readonly kind: 'other' };

function classify(folder: DataFolder, name: string): ClassifiedFile {
  if (name.endsWith(`.json${SET_ASIDE}`)) return { kind: 'set-aside' };
  const [, id, pid, start, scope] = NAME.exec(name) ?? [];
  if (id === undefined) {
    return name.endsWith('.json')
      ? { kind: 'bad', reason: l10n.t('its name is not that of a session') }
      : { kind: 'other' };
  }
  const path = join(folder.sessions, name);
  try {
    return readSessionFile(folder, path, id, claimerOf(pid, start, scope));
  } catch (error) {
    if (error instanceof FileRefusedError)
      return { kind: 'bad', reason: l10n.t('it is not a plain file of sensible size') };
    if (codeOf(error) === 'ENOENT') return { kind: 'in-flux', id };
    const problem = l10n.t(
      'The session file {0} cannot be read: {1}. Make it readable for you, or remove it.',
      path,
      messageOf(error),
    );
    return { kind: 'unreadable', problem };
  }
}

/** @throws as {@link readPlainFile} */
function readSessionFile(
  folder: DataFolder,
  path: string,
  id: SessionId,
  claimer: ProcessIdentity | undefined,
): ClassifiedFile {
  const { uid } = lstatSync(path);
  if (process.getuid && uid !== process.getuid()) return { kind: 'bad', reason: l10n.t('it belongs to another user') };
  const parsed = parseSession(readPlainFile(path, MAX_SESSION_FILE_BYTES, { links: 'refuse' }).text);
  if (parsed.kind === 'newer') return { kind: 'newer', id };
  if (parsed.kind === 'bad') return parsed;
  const { session } = parsed;
  if (session.id !== id || !isSessionId(id)) return { kind: 'bad', reason: l10n.t('it names another session') };
  if (session.home !== folder.homeTag) return { kind: 'bad', reason: l10n.t('it belongs to another data folder') };
  return { kind: 'session', found: { path, session, claimer } };
}

/**
 * Claims a dead session's file for reaping with a rename, which succeeds for exactly one of several windows (L22).
 * @returns the claimed file, or undefined when another process was faster.
 * @throws Error when the file is there and cannot be renamed, for example in a folder without write permission.
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
    // The owner may have written between our reading and our claim: the claimed file counts.
    const parsed = parseSession(readPlainFile(path, MAX_SESSION_FILE_BYTES, { links: 'refuse' }).text);
    return parsed.kind === 'session' ? { path, session: parsed.session, claimer } : undefined;
  } catch (error) {
    // Another process holds the claim, or has finished the session.
    const isGone = codeOf(error) === 'ENOENT' || !existsSync(found.path);
    if (isGone) return undefined;
    throw error;
  }
}

/**
 * Claims a session without a file: writes one that is claimed from the start. A process that then sees another claim, or
 * the session's own file again, gives up. Of two that do so at once, at least one sees the other.
 * @returns undefined when another process has it too.
 * @throws the system's error when it cannot be written, for example on a full disk.
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
    // Gone: another process has finished the session.
  }
}

/**
 * Writes into a claimed file; only its claimer may. A session remembered from a lost data folder belongs to this folder
 * from now on: a file with another home is not read.
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

/** None where the folder was removed; the next write creates it again. */
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
    // Its age counts from now.
    lutimesSync(aside, new Date(), new Date());
  } catch {
    if (existsSync(path)) return l10n.t('{0} was not used: {1}. It could not be moved aside: remove it.', path, reason);
  }
  return l10n.t(
    '{0} was moved to {1} and not used: {2}. Look in the list for servers that it may have named, and end those that are not in use. The file can be removed; after 30 days that is done for you.',
    path,
    aside,
    reason,
  );
}

/** Removes an old file. Anything that we did not write, such as a folder, stays. */
function forgetSetAside(path: string): void {
  try {
    const stat = lstatSync(path);
    if (stat.isFile() && Date.now() - stat.mtimeMs > FORGET_SESSION_MS) rmSync(path);
  } catch {
    // Removed meanwhile; otherwise the next scan tries again.
  }
}
