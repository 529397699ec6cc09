import { rmSync } from 'node:fs';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { readPlainFile } from '../common/files';
import { MAX_SHARED_FILE_BYTES } from '../common/limits';
import type { DataFolder } from './dataFolder';

const SCHEMA = 1;

/**
 * Reads a file in which windows of one scope share findings. For display only: every signal needs a new scan.
 * @returns undefined for a file of another scope, and for one that is missing, damaged or hostile
 */
export function readShared(folder: DataFolder, name: string, scope: string): Record<string, unknown> | undefined {
  try {
    const json = JSON.parse(readPlainFile(join(folder.path, name), MAX_SHARED_FILE_BYTES, { links: 'refuse' }).text);
    // An unreadable scope matches nothing, not even itself.
    return json?.schema === SCHEMA && scope !== '' && json.scope === scope ? json : undefined;
  } catch {
    return undefined;
  }
}

/** Replaces the whole file. Best effort: without it every window scans for itself. */
export function writeShared(folder: DataFolder, name: string, scope: string, content: object): void {
  try {
    const text = JSON.stringify({ schema: SCHEMA, scope, ...content });
    if (text.length >= MAX_SHARED_FILE_BYTES) return;
    writeFileAtomic.sync(join(folder.path, name), `${text}\n`, { mode: 0o600, fsync: false });
  } catch {
    // Best effort.
  }
}

/** Best effort: a file that stays expires. */
export function removeShared(folder: DataFolder, name: string): void {
  try {
    rmSync(join(folder.path, name), { force: true });
  } catch {
    // Best effort.
  }
}
