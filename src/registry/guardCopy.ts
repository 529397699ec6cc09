import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { basename, join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { FORGET_GUARD_MS } from '../common/limits';
import type { DataFolder } from './dataFolder';

/** The name of a copy, with its version and a hash of its content. */
const COPY = /^[a-z]+-[\w.-]*-[0-9a-f]{12}\.js$/;

/**
 * Copies a bundled program (`dist/guard.js`) into the data folder, where an update of the extension cannot remove it.
 * @returns its path, which names version and content, so that different windows can have different copies.
 * @throws Error when it cannot be read or written.
 */
export function installGuard(folder: DataFolder, script: string, version: string): string {
  const text = readFileSync(script);
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 12);
  const name = `${basename(script, '.js')}-${version.replace(/[^\w.-]/g, '')}-${digest}.js`;
  const path = join(folder.guard, name);
  mkdirSync(folder.guard, { recursive: true, mode: 0o700 });
  if (isPlainFile(path) && readFileSync(path).equals(text)) utimesSync(path, new Date(), new Date());
  else writeFileAtomic.sync(path, text, { mode: 0o600 });
  for (const each of readdirSync(folder.guard).filter((file) => COPY.test(file))) removeIfOld(join(folder.guard, each));
  return path;
}

/** Another window may be removing or rewriting it. */
function removeIfOld(path: string): void {
  try {
    if (Date.now() - lstatSync(path).mtimeMs > FORGET_GUARD_MS) rmSync(path, { force: true });
  } catch {
    // It is gone already, or cannot be removed.
  }
}

function isPlainFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
