import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import writeFileAtomic from 'write-file-atomic';
import { readPlainFile } from '../common/files';
import { MAX_HISTORY_FILE_BYTES, MAX_HISTORY_FILES } from '../common/limits';
import type { DataFolder } from './dataFolder';
import { absentUnless, finite, type Read, read, withoutAbsent } from './shapes';

const SCHEMA = 1;

const endCause = v.picklist(['user', 'exit', 'start', 'close', 'orphaned']);
const exitStatus = v.object({ code: v.exactOptional(v.number()), signal: v.exactOptional(v.string()) });

const historyEntry = v.pipe(
  v.object({
    schema: v.literal(SCHEMA),
    /** Epoch ms. */
    at: finite,
    by: v.fallback(v.picklist(['window', 'guard', 'command line', 'wrapper']), 'window'),
    /** Absent in entries of older versions, which have only `by`. */
    cause: absentUnless(endCause),
    /** With the causes `exit` and `start`: how it ended. */
    exit: absentUnless(exitStatus),
    /** With the same: the last line of its stderr, redacted. */
    lastLine: absentUnless(v.string()),
    /** The command line that started it. */
    commandLine: absentUnless(v.string()),
    server: v.string(),
    /** Of servers that a session launched or adopted. */
    sessionId: absentUnless(v.string()),
    processes: v.array(v.object({ pid: v.number(), name: v.string(), outcome: v.string() })),
    containers: v.array(v.object({ id: v.string(), outcome: v.string() })),
    /** Bytes. */
    memoryFreed: finite,
  }),
  v.transform(({ schema: _, ...entry }) => withoutAbsent(entry)),
);

/** The end of one server in the history: plain data, redacted. */
export interface HistoryEntry extends Read<typeof historyEntry> {}
/** The part of MCP Processes that reaped. */
export type Reapers = HistoryEntry['by'];
/**
 * Why a server ended.
 * - `user`: a person ended it.
 * - `exit`: it exited unexpectedly.
 * - `start`: it never answered.
 * - `close`: its window closed or reloaded.
 * - `orphaned`: its window or client was gone.
 */
export type EndCause = v.InferOutput<typeof endCause>;
/** How a process ended: one of the two is known. */
export interface ExitStatus extends Read<typeof exitStatus> {}

/** Writes one small file per reap and removes the oldest beyond the limit. File names sort by time. */
export function writeHistory(folder: DataFolder, id: string, entry: HistoryEntry): void {
  const path = join(folder.history, `${String(entry.at).padStart(15, '0')}-${id}.json`);
  writeFileAtomic.sync(path, `${JSON.stringify({ schema: SCHEMA, ...entry })}\n`, { mode: 0o600 });
  const files = fileNames(folder);
  for (const name of files.slice(0, Math.max(0, files.length - MAX_HISTORY_FILES))) {
    rmSync(join(folder.history, name), { force: true });
  }
}

/** At most `max` of the newest entries after `since` (epoch ms), newest first. Omits unreadable ones. */
export function readHistory(folder: DataFolder, since: number, max: number): HistoryEntry[] {
  const names = fileNames(folder)
    .filter((name) => Number(name.slice(0, 15)) > since)
    .slice(-max);
  return names.reverse().flatMap((name) => {
    try {
      const { text } = readPlainFile(join(folder.history, name), MAX_HISTORY_FILE_BYTES, { links: 'refuse' });
      const entry = read(historyEntry, JSON.parse(text));
      return entry.ok ? [entry.value] : [];
    } catch {
      return [];
    }
  });
}

function fileNames(folder: DataFolder): string[] {
  if (!existsSync(folder.history)) return [];
  return readdirSync(folder.history)
    .filter((name) => /^\d{15}-.*\.json$/.test(name))
    .sort();
}
