import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { basename, join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import type { DataFolder } from './dataFolder';

/** Copies that no window has used for so long are removed; a waiting guard may start its copy weeks later. */
const KEEP_MS = 60 * 24 * 3_600_000;

/**
 * Puts a copy of a bundled program (`dist/guard.js`) into the data folder, where an update of the extension cannot take
 * it away.
 * @returns its path, which names version and content, so that different windows can have different ones.
 * @throws Error when it cannot be read or written.
 */
export function installGuard(folder: DataFolder, script: string, version: string): string {
  const text = readFileSync(script);
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 12);
  const name = `${basename(script, '.js')}-${version.replace(/[^\w.-]/g, '')}-${digest}.js`;
  const path = join(folder.guard, name);
  mkdirSync(folder.guard, { recursive: true, mode: 0o700 });
  if (existsSync(path) && readFileSync(path).equals(text)) utimesSync(path, new Date(), new Date());
  else writeFileAtomic.sync(path, text, { mode: 0o600 });
  for (const each of readdirSync(folder.guard)) {
    const other = join(folder.guard, each);
    if (Date.now() - statSync(other).mtimeMs > KEEP_MS) rmSync(other, { force: true });
  }
  return path;
}
