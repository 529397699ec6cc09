import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { FORGET_GUARD_MS } from '../common/limits';
import type { DataFolder } from './dataFolder';
import { removeInterruptedWrites } from './interruptedWrites';

const GUARD = 'guard.js';
/** The guard, and the file that it loads for the command line. They name each other, so that a copy is a folder. */
const PROGRAMS = [GUARD, 'commandLine.js'];
/** The name of a copy, with its version and a hash of its content. */
const COPY = /^guard-[\w.-]*-[0-9a-f]{12}$/;
/** In a copy, a file before its rename. */
const TEMPORARY = /^\w+\.js\.\d+$/;

/**
 * Copies the bundled guard and command line into the data folder, where an update of the extension cannot remove them.
 * @param script the bundled guard, `dist/guard.js`, beside which the command line is
 * @returns the path of the guard's copy, which names version and content, so that different windows can have different
 *   copies.
 * @throws Error when it cannot be read or written.
 */
export function installGuard(folder: DataFolder, script: string, version: string): string {
  const programs = PROGRAMS.map((name) => ({ name, text: readFileSync(join(dirname(script), name)) }));
  const hash = createHash('sha256');
  for (const { text } of programs) hash.update(text);
  const copy = join(folder.guard, `guard-${version.replace(/[^\w.-]/g, '')}-${hash.digest('hex').slice(0, 12)}`);
  makePlainFolder(copy);
  removeInterruptedWrites(copy, undefined, TEMPORARY);
  for (const { name, text } of programs) {
    const path = join(copy, name);
    if (!isPlainFile(path) || !readFileSync(path).equals(text)) writeFileAtomic.sync(path, text, { mode: 0o600 });
  }
  utimesSync(copy, new Date(), new Date());
  for (const each of readdirSync(folder.guard).filter((name) => COPY.test(name))) removeIfOld(join(folder.guard, each));
  return join(copy, GUARD);
}

/** Another window may be removing or rewriting it. */
function removeIfOld(copy: string): void {
  try {
    if (Date.now() - lstatSync(copy).mtimeMs > FORGET_GUARD_MS) rmSync(copy, { recursive: true, force: true });
  } catch {
    // It is gone already, or cannot be removed.
  }
}

/** Whatever else has its name gives way. */
function makePlainFolder(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === false) rmSync(path, { force: true });
  mkdirSync(path, { recursive: true, mode: 0o700 });
}

function isPlainFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
