import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, linkSync, lstatSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import * as l10n from '@vscode/l10n';
import { codeOf, messageOf, UserError } from '../common/errors';
import { FileRefusedError, readPlainFile } from '../common/files';
import { type HomeTag, isHomeTag } from './ids';
import { removeInterruptedWrites } from './interruptedWrites';

/** A tag has 16. */
const MAX_TAG_BYTES = 1 << 10;

/** The folder that all editors, windows and the CLI of one user share, and its random tag. */
export interface DataFolder {
  readonly path: string;
  readonly sessions: string;
  readonly history: string;
  readonly logs: string;
  /** Copies of the guard, which must outlive the extension's folder. */
  readonly guard: string;
  /** 16 hex digits, part of every cookie, so that two homes on one machine spare each other's servers (K26). */
  readonly homeTag: HomeTag;
}

/**
 * The path of the data folder: below the user's real home, never from XDG variables. The snap build of the editor
 * changes those, and two editors would not see each other.
 */
export function dataFolderPath(environment: NodeJS.ProcessEnv = process.env): string {
  // The guard runs in another working folder.
  if (environment.MCP_PROCESSES_HOME) return resolve(environment.MCP_PROCESSES_HOME);
  const home = userInfo().homedir;
  if (process.platform === 'win32') {
    return join(environment.LOCALAPPDATA ?? join(home, 'AppData', 'Local'), 'mcp-processes');
  }
  if (process.platform === 'darwin') return join(home, 'Library', 'Application Support', 'mcp-processes');
  return join(home, '.local', 'state', 'mcp-processes');
}

/**
 * Opens the data folder, and creates it if necessary.
 * @throws UserError when it cannot be created, is a symlink, or belongs to another user.
 */
export function openDataFolder(path = dataFolderPath()): DataFolder {
  try {
    makeFolder(dirname(path));
    for (const folder of [
      path,
      join(path, 'sessions'),
      join(path, 'history'),
      join(path, 'logs'),
      join(path, 'guard'),
    ]) {
      makeFolder(folder, 0o700);
      assertOurs(folder);
      removeInterruptedWrites(folder);
    }
    const wrapperFolder = join(path, 'bin');
    if (existsSync(wrapperFolder)) removeInterruptedWrites(wrapperFolder);
    return {
      path,
      sessions: join(path, 'sessions'),
      history: join(path, 'history'),
      logs: join(path, 'logs'),
      guard: join(path, 'guard'),
      homeTag: readOrMakeHomeTag(join(path, 'home')),
    };
  } catch (error) {
    const remedy =
      error instanceof DamagedError
        ? l10n.t('Remove that file: a new one is made.')
        : l10n.t('Make it a folder of yours that you can write to, or name another one in MCP_PROCESSES_HOME.');
    throw new UserError(l10n.t('The data folder {0} cannot be used: {1}. {2}', path, messageOf(error), remedy));
  }
}

/**
 * Creates the folder again, with its old tag, if it was removed while we run: the cookies of living servers have that tag.
 * @throws the system's error when it cannot be written.
 */
export function restoreDataFolder(folder: DataFolder): void {
  for (const path of [folder.path, folder.sessions, folder.history, folder.logs, folder.guard]) makeFolder(path, 0o700);
  const file = join(folder.path, 'home');
  if (!existsSync(file)) writeFileSync(file, folder.homeTag, { mode: 0o600 });
}

/** Without mkdir's `recursive`, which never returns where the system answers ENOENT despite the parent, as below /proc. */
function makeFolder(path: string, mode?: number): void {
  if (existsSync(path)) return;
  if (dirname(path) !== path) makeFolder(dirname(path));
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    // Another window may have created it.
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

function assertOurs(folder: string): void {
  const stat = lstatSync(folder);
  if (!stat.isDirectory()) throw new Error(l10n.t('{0} is not a plain folder', folder));
  const uid = process.getuid?.();
  if (uid === undefined) return;
  if (stat.uid !== uid) throw new Error(l10n.t('{0} belongs to another user', folder));
  if ((stat.mode & 0o077) !== 0) chmodSync(folder, 0o700);
}

/** When two windows start at once, exactly one of them chooses the tag: the link fails where the file exists. */
function readOrMakeHomeTag(file: string): HomeTag {
  if (!existsSync(file)) {
    const mine = `${file}-tag.${process.pid}`;
    try {
      writeFileSync(mine, randomBytes(8).toString('hex'), { mode: 0o600 });
      linkSync(mine, file);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    } finally {
      rmSync(mine, { force: true });
    }
  }
  const tag = tagIn(file);
  if (!isHomeTag(tag)) throw new DamagedError(l10n.t('{0} is damaged', file));
  return tag;
}

/** '' where it is no plain file. @throws the system's error, for example without permission to read it. */
function tagIn(file: string): string {
  try {
    return readPlainFile(file, MAX_TAG_BYTES, { links: 'refuse' }).text.trim();
  } catch (error) {
    if (error instanceof FileRefusedError) return '';
    throw error;
  }
}

/** The remedy is to remove the file that the message names. */
class DamagedError extends Error {}

/** True for the first caller ever in this data folder; false for all others, and where that cannot be recorded. */
export function announceOnce(folder: DataFolder): boolean {
  try {
    writeFileSync(join(folder.path, 'told'), '', { flag: 'wx', mode: 0o600 });
    return true;
  } catch {
    return false;
  }
}
