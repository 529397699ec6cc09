import { rmSync } from 'node:fs';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { readPlainFile } from '../common/files';
import { MAX_SHARED_FILE_BYTES } from '../common/limits';
import type { DataFolder } from './dataFolder';

const SCHEMA = 1;

/**
 * Reads a file in which windows of one scope tell each other what they found out. For what is shown only: whoever
 * signals looks anew. @returns undefined for one of another scope, and for one that is missing, damaged or hostile.
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

/** Replaces the file as a whole. Best effort: without it every window looks for itself. */
export function writeShared(folder: DataFolder, name: string, scope: string, content: object): void {
  try {
    const text = JSON.stringify({ schema: SCHEMA, scope, ...content });
    if (text.length >= MAX_SHARED_FILE_BYTES) return;
    writeFileAtomic.sync(join(folder.path, name), `${text}\n`, { mode: 0o600, fsync: false });
  } catch {
    // As said.
  }
}

/** Best effort: what is left grows old. */
export function removeShared(folder: DataFolder, name: string): void {
  try {
    rmSync(join(folder.path, name), { force: true });
  } catch {
    // As said.
  }
}
