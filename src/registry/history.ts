import { existsSync, lstatSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import type { DataFolder } from './dataFolder';

const MAX_ENTRIES = 200;
const SCHEMA = 1;
/** An entry of ours has some kilobytes. Reading one blocks the window that looks. */
const MAX_FILE_BYTES = 1 << 20;

/** Who reaped. */
export type Reapers = 'window' | 'guard' | 'command line' | 'wrapper';

/**
 * Why a server ended. - `user`: a person asked for it. - `exit`: it ended without being asked. - `start`: it never
 * answered. - `close`: its window closed or reloaded. - `orphaned`: its window or client was gone.
 */
export type EndCause = (typeof END_CAUSES)[number];
const END_CAUSES = ['user', 'exit', 'start', 'close', 'orphaned'] as const;

/** How a process ended; the system tells one of the two. */
export interface ExitStatus {
  readonly code?: number;
  readonly signal?: string;
}

/** The end of one server, as the history keeps it: plain data, redacted. */
export interface HistoryEntry {
  /** Epoch ms. */
  readonly at: number;
  readonly by: Reapers;
  /** Absent in entries of older versions, which do not tell more than `by`. */
  readonly cause?: EndCause;
  /** With the causes `exit` and `start`: how it ended, if nobody ended it. */
  readonly exit?: ExitStatus;
  /** With the same: the last line of its stderr, redacted. */
  readonly lastLine?: string;
  /** The command line that started it. */
  readonly commandLine?: string;
  readonly server: string;
  /** Of servers that a session has launched or adopted. */
  readonly sessionId?: string;
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
  for (const name of files.slice(0, Math.max(0, files.length - MAX_ENTRIES))) {
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
      const path = join(folder.history, name);
      // Reading a named pipe would wait for ever.
      const stat = lstatSync(path);
      if (!stat.isFile() || stat.size > MAX_FILE_BYTES) return [];
      const json = JSON.parse(readFileSync(path, 'utf8'));
      return isEntry(json) ? [withKnownFacts(json)] : [];
    } catch {
      return [];
    }
  });
}

/** Anybody may have written it: what is shown without further checks has to be there. */
function isEntry(json: unknown): json is HistoryEntry {
  const { schema, at, server, processes, containers, memoryFreed } = (json || {}) as Record<string, unknown>;
  return (
    schema === SCHEMA &&
    [at, memoryFreed].every((value) => typeof value === 'number' && Number.isFinite(value)) &&
    typeof server === 'string' &&
    [processes, containers].every((value) => Array.isArray(value) && value.every((one) => one instanceof Object))
  );
}

/** What an older version does not write and a newer one may write differently is left out where it is not understood. */
function withKnownFacts({ cause, exit, lastLine, commandLine, ...entry }: HistoryEntry): HistoryEntry {
  const isExit =
    exit instanceof Object &&
    ['number', 'undefined'].includes(typeof exit.code) &&
    ['string', 'undefined'].includes(typeof exit.signal);
  return {
    ...entry,
    ...(END_CAUSES.includes(cause as EndCause) && { cause }),
    ...(isExit && { exit }),
    ...(typeof lastLine === 'string' && { lastLine }),
    ...(typeof commandLine === 'string' && { commandLine }),
  };
}

function fileNames(folder: DataFolder): string[] {
  if (!existsSync(folder.history)) return [];
  return readdirSync(folder.history)
    .filter((name) => /^\d{15}-.*\.json$/.test(name))
    .sort();
}
