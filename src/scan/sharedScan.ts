import * as v from 'valibot';
import type { ServerKey } from '../model/keys';
import type { ForeignView, ProcessNode, SessionView } from '../model/serverView';
import type { DataFolder } from '../registry/dataFolder';
import { users } from '../registry/findingShapes';
import { isRecordId, isSessionId, type RecordId, type SessionId } from '../registry/ids';
import { finite, orUndefined, pid, type Read, read, startToken, variant } from '../registry/shapes';
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

/** For rows of all kinds. A second scan under way is not shared: it is the other window's. */
const ofAny = {
  key: v.custom<ServerKey>((value) => typeof value === 'string'),
  name: v.string(),
  client: v.string(),
  folder: orUndefined(v.string()),
  evidence: v.array(evidence),
  state: v.picklist(['running', 'stopping']),
  pid: orUndefined(pid),
  startedAt: orUndefined(finite),
  memory: orUndefined(finite),
  processes: v.array(processNode),
  containers: v.fallback(v.tuple([]), []),
  containerProblem: notShared,
  recordId: v.custom<RecordId>(isRecordId),
};

const isOrphaned = { group: v.literal('orphaned'), verdict: v.literal('orphaned') };

const ofSession = { ...ofAny, kind: v.literal('session'), sessionId: v.custom<SessionId>(isSessionId) };
const group = v.picklist(['otherWindows', 'otherClients']);
const sessionView = variant('verdict', [
  v.object({ ...ofSession, ...isOrphaned, awaitsAnswer: v.exactOptional(v.picklist(['window', 'client'])) }),
  v.object({ ...ofSession, group, verdict: v.literal('active'), usedBy: v.exactOptional(users) }),
  v.object({ ...ofSession, group, verdict: v.picklist(['detached', 'unknown']) }),
]);

const ofForeign = {
  ...ofAny,
  kind: v.literal('foreign'),
  terminal: v.exactOptional(v.string()),
  idleSince: v.exactOptional(finite),
  dependsOn: v.array(processId),
  copies: finite,
  configurationFile: orUndefined(v.string()),
};
const foreignView = variant('verdict', [
  v.object({ ...ofForeign, ...isOrphaned }),
  v.object({
    ...{ ...ofForeign, group: v.literal('otherClients'), verdict: v.literal('active') },
    usedBy: v.exactOptional(users),
  }),
  v.object({ ...ofForeign, group: v.literal('ownerUnknown'), verdict: v.literal('unknown') }),
]);

// A property of a row that is missing above does not compile: it would get lost.
type KeyOf<View> = View extends unknown ? Exclude<keyof View, 'checking'> : never;
type IsWhole<View, Shape extends v.GenericSchema> = KeyOf<View> extends KeyOf<v.InferOutput<Shape>> ? true : false;
const isWhole: IsWhole<SessionView, typeof sessionView> & IsWhole<ForeignView, typeof foreignView> = true;
void isWhole;

const sharedScan = v.object({
  /** The session of the window that scanned. */
  by: v.string(),
  /** What it scanned for, and how. Only windows with the same fingerprint may reuse it. */
  configFingerprint: v.string(),
  /** Epoch ms. */
  sweptAt: finite,
  /** Rows of all sessions, its own among them, as another window shows them. */
  sessions: v.array(sessionView),
  /** Rows of other clients' servers. */
  foreign: v.array(foreignView),
  problems: v.array(v.string()),
});

/** The findings of one window's sweep, for the other windows of this machine. Redacted rows; never a reason to signal. */
export interface SharedScan extends Omit<Read<typeof sharedScan>, 'sessions' | 'foreign'> {
  readonly sessions: readonly SessionView[];
  readonly foreign: readonly ForeignView[];
}

const FILE = 'scan.json';

/** Whether a row may be shared: each window must find out how to reach the engine of a container. */
export function isShareable({ containers, containerProblem }: SessionView | ForeignView): boolean {
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
