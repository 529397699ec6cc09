import * as v from 'valibot';
import type { ProcessNode, ServerView } from '../model/inventory';
import type { ServerKey } from '../model/keys';
import type { DataFolder } from '../registry/dataFolder';
import { isRecordId, isSessionId, type RecordId, type SessionId } from '../registry/ids';
import { finite, orUndefined, pid, type Read, read, startToken, users } from '../registry/shapes';
import { readShared, removeShared, writeShared } from '../registry/sharedFile';
import { evidence, refusal } from './evidenceShapes';

// One unreadable part invalidates the whole file: each window then scans for itself.

const processId = v.object({ pid, start: startToken });

const processNode: v.GenericSchema<unknown, ProcessNode> = v.object({
  ...processId.entries,
  name: v.string(),
  commandLine: v.string(),
  startedAt: orUndefined(finite),
  memory: orUndefined(finite),
  spared: orUndefined(refusal),
  children: v.array(v.lazy(() => processNode)),
});

/** Properties that each window finds out for itself are not in the file. */
const notShared = v.optional(
  v.pipe(
    v.unknown(),
    v.transform(() => undefined),
  ),
  () => undefined,
);

const row = v.object({
  key: v.custom<ServerKey>((value) => typeof value === 'string'),
  name: v.string(),
  client: v.string(),
  folder: orUndefined(v.string()),
  terminal: v.exactOptional(v.string()),
  idleSince: v.exactOptional(finite),
  usedBy: v.exactOptional(users),
  group: v.picklist(['orphaned', 'thisWindow', 'otherWindows', 'otherClients', 'ownerUnknown']),
  managedBy: v.picklist(['mcpProcesses', 'editor', 'foreign']),
  verdict: v.picklist(['active', 'orphaned', 'detached', 'unknown']),
  /** By the other window, not by this one. */
  checking: v.optional(v.unknown()),
  dependsOn: v.exactOptional(v.array(processId)),
  awaitsAnswer: v.exactOptional(v.picklist(['window', 'client'])),
  evidence: v.array(evidence),
  state: v.picklist(['starting', 'running', 'stopping']),
  failure: notShared,
  copies: finite,
  pid: orUndefined(pid),
  startedAt: orUndefined(finite),
  memory: orUndefined(finite),
  processes: v.array(processNode),
  containers: v.fallback(v.tuple([]), []),
  containerProblem: notShared,
  serverInfo: notShared,
  url: notShared,
  configurationFile: orUndefined(v.string()),
  sessionId: orUndefined(v.custom<SessionId>(isSessionId)),
  recordId: orUndefined(v.custom<RecordId>(isRecordId)),
});

// A property of a row that is missing above does not compile: it would get lost.
const isWhole: keyof ServerView extends keyof typeof row.entries ? true : false = true;
void isWhole;

const serverView = v.pipe(
  row,
  v.transform(({ checking: _, ...shared }) => shared),
);

const sharedScan = v.object({
  /** The session of the window that scanned. */
  by: v.string(),
  /** What it scanned for, and how. Only windows with the same fingerprint may reuse it. */
  configFingerprint: v.string(),
  /** Epoch ms. */
  sweptAt: finite,
  /** Rows of all sessions, its own among them, as another window shows them. */
  sessions: v.array(serverView),
  /** Rows of other clients' servers. */
  foreign: v.array(serverView),
  problems: v.array(v.string()),
});

/** The findings of one window's sweep, for the other windows of this machine. Redacted rows; never a reason to signal. */
export interface SharedScan extends Omit<Read<typeof sharedScan>, 'sessions' | 'foreign'> {
  readonly sessions: readonly ServerView[];
  readonly foreign: readonly ServerView[];
}

const FILE = 'scan.json';

/** Whether a row may be shared: each window must find out how to reach the engine of a container. */
export function isShareable({ containers, containerProblem }: ServerView): boolean {
  return containers.length === 0 && containerProblem === undefined;
}

export function writeSharedScan(folder: DataFolder, scope: string, sweep: SharedScan): void {
  writeShared(folder, FILE, scope, sweep);
}

/** Until the next sweep is shared, every window scans for itself. */
export function removeSharedScan(folder: DataFolder): void {
  removeShared(folder, FILE);
}

/**
 * The last sweep that a window of this scope has shared; undefined where there is none, or where it is unreadable.
 * @param youngerThan ms
 */
export function readSharedScan(
  folder: DataFolder,
  scope: string,
  youngerThan: number,
  now = Date.now(),
): SharedScan | undefined {
  const json = readShared(folder, FILE, scope);
  const scan = json && read(sharedScan, json);
  if (!scan?.ok) return undefined;
  const { sweptAt } = scan.value;
  return sweptAt <= now && now - sweptAt < youngerThan ? scan.value : undefined;
}
