import { messageOf } from '../common/errors';
import { isProcessId, isStartToken, type ProcessIdentity } from '../os/identity';
import { isScopeTag } from '../os/scope';
import {
  type ContainerId,
  type HomeTag,
  isContainerId,
  isHomeTag,
  isRecordId,
  isSessionId,
  type RecordId,
  type SessionId,
} from './ids';

/** Version of the session file. A file of a newer version is never written, and its session counts as live (K29). */
export const SCHEMA_VERSION = 1;

export type RecordKind = 'launched' | 'adopted' | 'foreign';
export type AutomaticReap = 'on' | 'ask' | 'off';

/** Waits of the ladder in ms. */
export interface Grace {
  /** After stdin was closed, before SIGTERM. */
  readonly stdin: number;
  /** After SIGTERM, before SIGKILL. */
  readonly term: number;
}

/** The waits of what we launched ourselves, unless the user has set others. */
export const LAUNCHED_GRACE: Grace = { stdin: 2_000, term: 3_000 };

/** Where a server's ladder stood when its session wrote for the last time. */
export interface LadderProgress {
  readonly step: 'stdin' | 'term' | 'kill';
  /** What is left of that step's wait, in ms. */
  readonly remaining: number;
}

/** What we wrote down about one server process tree. */
export interface ServerRecord {
  readonly id: RecordId;
  readonly server: string;
  readonly client: string;
  readonly folder: string | undefined;
  readonly kind: RecordKind;
  /** Redacted command line, for people only. */
  readonly commandLine: string;
  /** Epoch ms, for display only. */
  readonly createdAt: number;
  /** Undefined between "about to spawn" and "spawned". */
  readonly root: ProcessIdentity | undefined;
  /**
   * POSIX session that the root runs in; what leaves it later has a life of its own. The root's own pid when we
   * spawned it detached; 1 where all run in the session of a container's init, 0 where its leader is outside the pid
   * namespace; undefined where there is none or it is not known.
   */
  readonly posixSession: number | undefined;
  readonly census: readonly ProcessIdentity[];
  readonly grace: Grace;
  readonly ladder: LadderProgress | undefined;
  /** Set when its command runs a container, which outlives its command-line client (L07). */
  readonly container: ContainerRun | undefined;
}

/** How to reach the container of a server again: the same command-line client, the same engine. */
export interface ContainerRun {
  /** The program as the server's command named it: `docker`, `/usr/bin/podman`. */
  readonly program: string;
  /** Flags before `run`, such as `--context x`. */
  readonly globalFlags: readonly string[];
  /** The variables that choose an engine, as the server was started with them: DOCKER_HOST, CONTAINER_CONNECTION, … */
  readonly environment: Readonly<Record<string, string>>;
  /** Whether the user's arguments had `--rm`: without it the container's data is the user's (K28). */
  readonly removable: boolean;
  /** The engine's full id, where it was noted while the client lived. */
  readonly containerId: ContainerId | undefined;
}

/** How the sessions of `mcp-processes run` name themselves in the place of an editor. */
export const WRAPPER_EDITOR = 'mcp-processes run for ';

export function isWrapperSession({ editor }: Pick<SessionFile, 'editor'>): boolean {
  return editor.startsWith(WRAPPER_EDITOR);
}

export interface SessionFile {
  readonly schema: number;
  readonly id: SessionId;
  readonly home: HomeTag;
  readonly owner: ProcessIdentity;
  /** Epoch ms, for display only. */
  readonly startedAt: number;
  /** The editor's name, for people. */
  readonly editor: string;
  readonly folder: string | undefined;
  readonly automatic: AutomaticReap;
  /** Patterns of `mcpProcesses.reap.neverReap` at the time. */
  readonly neverReap: readonly string[];
  /** Epoch ms since when the host has heard nothing from its window; for people, and never a reason to reap (K14). */
  readonly detachedSince: number | undefined;
  /** Epoch ms of the last write of this session; undefined while it may still write. */
  readonly handedOver: number | undefined;
  readonly records: readonly ServerRecord[];
}

export type ParsedSession =
  | { readonly kind: 'session'; readonly session: SessionFile }
  | { readonly kind: 'newer'; readonly schema: number }
  | { readonly kind: 'bad'; readonly reason: string };

const MAX_RECORDS = 1_000;
const MAX_CENSUS = 10_000;
const MAX_GRACE_MS = 10 * 60_000;

/**
 * Parses a session file that anybody may have written (K13). Everything that will ever reach a signal is checked here:
 * one bad identity makes the whole file bad, because a file that lies once is not to be believed elsewhere.
 */
export function parseSession(text: string): ParsedSession {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { kind: 'bad', reason: 'it is not JSON (cut off while being written?)' };
  }
  if (!isObject(json)) return { kind: 'bad', reason: 'it is not an object' };
  const { schema } = json;
  if (typeof schema !== 'number' || !Number.isInteger(schema) || schema < 1) {
    return { kind: 'bad', reason: 'it has no schema version' };
  }
  if (schema > SCHEMA_VERSION) return { kind: 'newer', schema };
  try {
    return { kind: 'session', session: readSession(json) };
  } catch (error) {
    return { kind: 'bad', reason: messageOf(error) };
  }
}

function readSession(json: Record<string, unknown>): SessionFile {
  const records = list(json.records, 'records', MAX_RECORDS).map(readRecord);
  const automatic = json.automatic;
  return {
    schema: SCHEMA_VERSION,
    id: check(json.id, isSessionId, 'id'),
    home: check(json.home, isHomeTag, 'home'),
    owner: readIdentity(json.owner, 'owner'),
    startedAt: time(json.startedAt),
    editor: text(json.editor),
    folder: optionalText(json.folder),
    // A value that we do not know must not kill.
    automatic: automatic === 'on' || automatic === 'ask' ? automatic : 'off',
    neverReap: list(json.neverReap ?? [], 'neverReap', MAX_RECORDS).filter((value) => typeof value === 'string'),
    detachedSince: json.detachedSince === undefined ? undefined : time(json.detachedSince),
    handedOver: json.handedOver === undefined ? undefined : time(json.handedOver),
    records,
  };
}

function readRecord(json: unknown): ServerRecord {
  if (!isObject(json)) throw new Error('a record is not an object');
  if (json.kind !== 'launched' && json.kind !== 'adopted' && json.kind !== 'foreign') {
    throw new Error('a record has no known kind');
  }
  const grace = isObject(json.grace) ? json.grace : {};
  return {
    id: check(json.id, isRecordId, 'record id'),
    server: text(json.server),
    client: text(json.client),
    folder: optionalText(json.folder),
    kind: json.kind,
    commandLine: text(json.commandLine),
    createdAt: time(json.createdAt),
    root: json.root === undefined ? undefined : readIdentity(json.root, 'root'),
    posixSession: isPosixSession(json.posixSession) ? json.posixSession : undefined,
    census: list(json.census, 'census', MAX_CENSUS).map((entry) => readIdentity(entry, 'census')),
    grace: { stdin: milliseconds(grace.stdin), term: milliseconds(grace.term) },
    ladder: readLadder(json.ladder),
    container: readContainer(json.container),
  };
}

function isPosixSession(value: unknown): value is number {
  return value === 0 || value === 1 || isProcessId(value);
}

const ENGINE_VARIABLE = /^(?:DOCKER|CONTAINERS?|CONTAINERD|NERDCTL)_[A-Z_]{1,40}$/;

/** Whatever is not as we write it makes it no container: it is then left alone. */
function readContainer(json: unknown): ContainerRun | undefined {
  if (!isObject(json) || typeof json.program !== 'string') return undefined;
  const environment = isObject(json.environment) ? Object.entries(json.environment) : [];
  return {
    program: json.program,
    globalFlags: list(json.globalFlags ?? [], 'globalFlags', 100).filter((flag) => typeof flag === 'string'),
    environment: Object.fromEntries(
      environment.filter(
        (pair): pair is [string, string] => ENGINE_VARIABLE.test(pair[0]) && typeof pair[1] === 'string',
      ),
    ),
    removable: json.removable === true,
    containerId: isContainerId(json.containerId) ? json.containerId : undefined,
  };
}

function readLadder(json: unknown): LadderProgress | undefined {
  if (!isObject(json)) return undefined;
  if (json.step !== 'stdin' && json.step !== 'term' && json.step !== 'kill') return undefined;
  return { step: json.step, remaining: milliseconds(json.remaining) };
}

function readIdentity(json: unknown, what: string): ProcessIdentity {
  if (!isObject(json) || !isProcessId(json.pid) || !isStartToken(json.start) || !isScopeTag(json.scope)) {
    throw new Error(`its ${what} is not a process identity`);
  }
  return { pid: json.pid, start: json.start, scope: json.scope };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function check<T>(value: unknown, is: (value: unknown) => value is T, what: string): T {
  if (!is(value)) throw new Error(`its ${what} is not valid`);
  return value;
}

function list(value: unknown, what: string, most: number): unknown[] & string[] {
  if (!Array.isArray(value) || value.length > most) throw new Error(`its ${what} is not a list, or too long`);
  return value;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 4_096) : '';
}

function optionalText(value: unknown): string | undefined {
  return typeof value === 'string' ? value.slice(0, 4_096) : undefined;
}

function time(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

/** An unreadable wait is the longest: no grace is ever shortened by a damaged file. */
function milliseconds(value: unknown): number {
  return typeof value === 'number' && value >= 0 && value <= MAX_GRACE_MS ? value : MAX_GRACE_MS;
}

/** Whether a record's container carries our labels: it is ours to end. Others were noted while their client lived. */
export function isLabelled(record: ServerRecord): boolean {
  return record.kind === 'launched' && record.container !== undefined;
}
