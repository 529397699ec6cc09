import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import type { DataFolder } from './dataFolder';

const MOST_ENTRIES = 200;

/** Writes one small file per reap and trims the oldest by count. File names sort by time. */
export function writeHistory(folder: DataFolder, at: number, id: string, entry: object): void {
  writeFileAtomic.sync(
    join(folder.history, `${String(at).padStart(15, '0')}-${id}.json`),
    `${JSON.stringify(entry)}\n`,
    {
      mode: 0o600,
    },
  );
  const files = readdirSync(folder.history)
    .filter((name) => name.endsWith('.json'))
    .sort();
  for (const name of files.slice(0, Math.max(0, files.length - MOST_ENTRIES))) {
    rmSync(join(folder.history, name), { force: true });
  }
}
