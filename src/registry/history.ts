import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import type { DataFolder } from './dataFolder';

const MOST_ENTRIES = 200;
const SCHEMA = 1;

/** Who reaped. */
export type Reapers = 'window' | 'guard' | 'command line' | 'launcher';

/** One reap, as the history keeps it: plain data, redacted. */
export interface HistoryEntry {
  /** Epoch ms. */
  readonly at: number;
  readonly by: Reapers;
  readonly server: string;
  readonly sessionId: string;
  readonly processes: readonly { readonly pid: number; readonly name: string; readonly outcome: string }[];
  readonly containers: readonly { readonly id: string; readonly outcome: string }[];
  /** Bytes. */
  readonly memoryFreed: number;
  readonly milliseconds: number;
}

/** Writes one small file per reap and trims the oldest by count. File names sort by time. */
export function writeHistory(folder: DataFolder, id: string, entry: HistoryEntry): void {
  const path = join(folder.history, `${String(entry.at).padStart(15, '0')}-${id}.json`);
  writeFileAtomic.sync(path, `${JSON.stringify({ schema: SCHEMA, ...entry })}\n`, { mode: 0o600 });
  const files = fileNames(folder);
  for (const name of files.slice(0, Math.max(0, files.length - MOST_ENTRIES))) {
    rmSync(join(folder.history, name), { force: true });
  }
}

/** The newest entries after `since` (epoch ms), newest first. What cannot be read is left out. */
export function readHistory(folder: DataFolder, since: number, most: number): HistoryEntry[] {
  const names = fileNames(folder)
    .filter((name) => Number(name.slice(0, 15)) > since)
    .slice(-most);
  return names.reverse().flatMap((name) => {
    try {
      const json = JSON.parse(readFileSync(join(folder.history, name), 'utf8'));
      return json.schema === SCHEMA && Array.isArray(json.processes) ? [json as HistoryEntry] : [];
    } catch {
      return [];
    }
  });
}

function fileNames(folder: DataFolder): string[] {
  return readdirSync(folder.history)
    .filter((name) => /^\d{15}-.*\.json$/.test(name))
    .sort();
}
