import type {
  ManagedBy,
  ProcessId,
  ProcessNode,
  RunState,
  ServerGroup,
  ServerView,
  VerdictKind,
} from '../model/inventory';
import { isStartToken } from '../os/identity';
import type { DataFolder } from '../registry/dataFolder';
import { readShared, removeShared, writeShared } from '../registry/sharedFile';
import { readEvidence, readRefusal, readUsers } from './readEvidence';
import { amount, list, object, oneOf, optional, pid, text } from './readJson';

/** What one window's sweep found, for the other windows of this machine. Redacted rows; never a reason to signal. */
export interface SharedScan {
  /** The session of the window that looked. */
  readonly by: string;
  /** What it looked for, and how. Only a window that would do the same may take it over. */
  readonly configFingerprint: string;
  /** Epoch ms. */
  readonly sweptAt: number;
  /** Rows of all sessions, its own among them, as another window shows them. */
  readonly sessions: readonly ServerView[];
  /** Rows of other clients' servers. */
  readonly foreign: readonly ServerView[];
  readonly problems: readonly string[];
}

const FILE = 'scan.json';

/** Whether a row may be shared: how to reach its container's engine, each window has to find out for itself. */
export function isShareable({ containers, containerProblem }: ServerView): boolean {
  return containers.length === 0 && containerProblem === undefined;
}

export function writeSharedScan(folder: DataFolder, scope: string, sweep: SharedScan): void {
  writeShared(folder, FILE, scope, sweep);
}

/** From now on every window looks for itself, until the next sweep is shared. */
export function removeSharedScan(folder: DataFolder): void {
  removeShared(folder, FILE);
}

/**
 * The last sweep that a window of this scope has shared; undefined where there is none, or it cannot be made out.
 * @param youngerThan ms
 */
export function readSharedScan(
  folder: DataFolder,
  scope: string,
  youngerThan: number,
  now = Date.now(),
): SharedScan | undefined {
  const json = readShared(folder, FILE, scope);
  if (!json) return undefined;
  try {
    const sweep = {
      by: text(json.by),
      configFingerprint: text(json.configFingerprint),
      sweptAt: amount(json.sweptAt),
      sessions: list(json.sessions, row),
      foreign: list(json.foreign, row),
      problems: list(json.problems, text),
    };
    return sweep.sweptAt <= now && now - sweep.sweptAt < youngerThan ? sweep : undefined;
  } catch {
    // Damaged or hostile.
    return undefined;
  }
}

const GROUPS: readonly ServerGroup[] = ['orphaned', 'thisWindow', 'otherWindows', 'otherClients', 'ownerUnknown'];
const OWNERS: readonly ManagedBy[] = ['mcpProcesses', 'editor', 'foreign'];
const VERDICTS: readonly VerdictKind[] = ['active', 'orphaned', 'detached', 'unknown'];
const STATES: readonly RunState[] = ['starting', 'running', 'stopping'];

function row(value: unknown): ServerView {
  const json = object(value);
  const terminal = optional(json.terminal, text);
  const idleSince = optional(json.idleSince, amount);
  const dependsOn = optional(json.dependsOn, (value) => list(value, processId));
  const awaitsAnswer = optional(json.awaitsAnswer, (value) => oneOf(['window', 'client'] as const, value));
  const usedBy = optional(json.usedBy, readUsers);
  return {
    key: text(json.key),
    name: text(json.name),
    client: text(json.client),
    folder: optional(json.folder, text),
    ...(terminal !== undefined && { terminal }),
    ...(idleSince !== undefined && { idleSince }),
    ...(dependsOn !== undefined && { dependsOn }),
    ...(awaitsAnswer !== undefined && { awaitsAnswer }),
    ...(usedBy !== undefined && { usedBy }),
    group: oneOf(GROUPS, json.group),
    managedBy: oneOf(OWNERS, json.managedBy),
    verdict: oneOf(VERDICTS, json.verdict),
    evidence: list(json.evidence, readEvidence),
    state: oneOf(STATES, json.state),
    failure: undefined,
    copies: amount(json.copies),
    pid: optional(json.pid, pid),
    startedAt: optional(json.startedAt, amount),
    memory: optional(json.memory, amount),
    processes: list(json.processes, node),
    containers: [],
    containerProblem: undefined,
    serverInfo: undefined,
    url: undefined,
    configurationFile: optional(json.configurationFile, text),
    sessionId: optional(json.sessionId, text),
    recordId: optional(json.recordId, text),
  };
}

function node(value: unknown): ProcessNode {
  const json = object(value);
  return {
    ...processId(json),
    name: text(json.name),
    commandLine: text(json.commandLine),
    startedAt: optional(json.startedAt, amount),
    memory: optional(json.memory, amount),
    spared: optional(json.spared, readRefusal),
    children: list(json.children, node),
  };
}

function processId(value: unknown): ProcessId {
  const json = object(value);
  const start = text(json.start);
  if (!isStartToken(start)) throw new Error('not a start token');
  return { pid: pid(json.pid), start };
}
