import * as l10n from '@vscode/l10n';
import * as v from 'valibot';
import { MAX_CENSUS, MAX_GRACE_MS, MAX_RECORDS } from '../common/limits';
import { isProcessId } from '../os/identity';
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
import { finite, lenient, listOf, orUndefined, processIdentity, type Read, read } from './shapes';

/** Version of the session file. A file of a newer version is never written, and its session counts as live (K29). */
export const SCHEMA_VERSION = 1;

const MAX_FLAGS = 100;
const MAX_TEXT = 4_096;
const ENGINE_VARIABLE = /^(?:DOCKER|CONTAINERS?|CONTAINERD|NERDCTL)_[A-Z_]{1,40}$/;

// Properties that decide nothing may be missing or malformed; they then read as empty.
const cut = v.transform((text: string) => text.slice(0, MAX_TEXT));
const text = v.pipe(v.fallback(v.string(), ''), cut);
const optionalText = lenient(v.pipe(v.string(), cut));
const time = v.fallback(finite, 0);
const texts = v.transform((items: unknown[]) => items.filter((item) => typeof item === 'string'));

/** An unreadable wait counts as the longest one: a damaged file never shortens a grace. */
const wait = v.fallback(v.pipe(v.number(), v.minValue(0), v.maxValue(MAX_GRACE_MS)), MAX_GRACE_MS);

const grace = v.object({
  /** Between closing stdin and SIGTERM. */
  stdin: wait,
  /** Between SIGTERM and SIGKILL. */
  term: wait,
});

const ladder = v.object({
  step: v.picklist(['stdin', 'term', 'kill']),
  /** The rest of that step's wait, ms. */
  remaining: wait,
});

const containerRun = v.object({
  /** The program as the server's command named it: `docker`, `/usr/bin/podman`. */
  program: v.string(),
  /** Flags before `run`, such as `--context x`. */
  globalFlags: v.pipe(v.nullish(v.array(v.unknown()), []), v.maxLength(MAX_FLAGS), texts),
  /** The variables that choose an engine, as the server was started with them: DOCKER_HOST, CONTAINER_CONNECTION, … */
  environment: v.pipe(
    v.fallback(v.record(v.string(), v.unknown()), {}),
    v.transform((all) =>
      Object.fromEntries(
        Object.entries(all).filter(
          (pair): pair is [string, string] => ENGINE_VARIABLE.test(pair[0]) && typeof pair[1] === 'string',
        ),
      ),
    ),
  ),
  /** Whether the user's arguments had `--rm`: without it the container's data is the user's (K28). */
  removable: v.fallback(v.boolean(), false),
  /** The engine's full id, where it was noted while the client lived. */
  containerId: lenient(v.custom<ContainerId>(isContainerId)),
});

/** Without a program there is no container to end. */
const container = v.lazy(
  (json): v.GenericSchema<unknown, v.InferOutput<typeof containerRun> | undefined> =>
    typeof (json as { program?: unknown } | null)?.program === 'string'
      ? containerRun
      : v.pipe(
          v.unknown(),
          v.transform(() => undefined),
        ),
);

const serverRecord = v.object({
  id: v.custom<RecordId>(isRecordId),
  server: text,
  client: text,
  folder: optionalText,
  kind: v.picklist(['launched', 'adopted', 'foreign']),
  /** Redacted command line, for people only. */
  commandLine: text,
  /** Epoch ms. Young adopted trees are scanned more often. */
  createdAt: time,
  /** Undefined between "about to spawn" and "spawned". */
  root: orUndefined(processIdentity),
  /**
   * POSIX session of the root; processes that leave it later may have other users. The root's own pid when we spawned it
   * detached; 1 for the session of a container's init; 0 where its leader is outside the pid namespace; undefined where
   * there is none or it is unknown.
   */
  posixSession: lenient(v.custom<number>((value) => value === 0 || value === 1 || isProcessId(value))),
  census: listOf(processIdentity, MAX_CENSUS),
  grace: v.fallback(grace, { stdin: MAX_GRACE_MS, term: MAX_GRACE_MS }),
  /** An unreadable ladder begins again, at the gentlest step. */
  ladder: lenient(ladder),
  /** Present when the command runs a container, which outlives its command-line client (L07). */
  container: orUndefined(container),
});

const sessionFile = v.object({
  schema: v.number(),
  id: v.custom<SessionId>(isSessionId),
  home: v.custom<HomeTag>(isHomeTag),
  owner: processIdentity,
  /** Epoch ms. A file of another boot is removed a fixed time after it. */
  startedAt: time,
  /** The editor's name, for people. */
  editor: text,
  folder: optionalText,
  /** An unknown value must not end anything. */
  automatic: v.fallback(v.picklist(['on', 'ask', 'off']), 'off'),
  /** Patterns of `mcpProcesses.reap.neverReap` at the time. */
  neverReap: v.pipe(v.nullish(v.array(v.unknown()), []), v.maxLength(MAX_RECORDS), texts),
  /** Epoch ms since when the host has had no window; for people, and never a reason to reap (K14). */
  detachedSince: orUndefined(time),
  /** Epoch ms of the last write of this session; undefined while it may still write. */
  handedOver: orUndefined(time),
  records: listOf(serverRecord, MAX_RECORDS),
});

/** The record of one session: an activation of the extension, or one `mcp-processes run`. */
export interface SessionFile extends Read<typeof sessionFile> {}
/** The record of one server process tree. */
export interface ServerRecord extends Read<typeof serverRecord> {}
/** How to reach the container of a server later: through the same command-line client and engine. */
export interface ContainerRun extends Read<typeof containerRun> {}
/** Waits of the ladder in ms. */
export interface Grace extends Read<typeof grace> {}
/** How far a server's ladder had got when its session wrote for the last time. */
export interface LadderProgress extends Read<typeof ladder> {}
export type RecordKind = ServerRecord['kind'];
export type AutomaticReap = SessionFile['automatic'];

/** What the sessions of `mcp-processes run` write instead of an editor's name. */
export const WRAPPER_EDITOR = 'mcp-processes run for ';

export function isWrapperSession({ editor }: Pick<SessionFile, 'editor'>): boolean {
  return editor.startsWith(WRAPPER_EDITOR);
}

export type ParsedSession =
  | { readonly kind: 'session'; readonly session: SessionFile }
  | { readonly kind: 'newer'; readonly schema: number }
  | { readonly kind: 'bad'; readonly reason: string };

/**
 * Parses a session file, which any program may have written (K13). Checks everything that can reach a signal: one bad
 * identity makes the whole file bad, because a file that is wrong once is not trustworthy elsewhere.
 */
export function parseSession(text: string): ParsedSession {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { kind: 'bad', reason: l10n.t('it is not JSON (cut off while being written?)') };
  }
  const schema = (json as { readonly schema?: unknown } | null)?.schema;
  if (typeof schema !== 'number' || !Number.isInteger(schema) || schema < 1) {
    return { kind: 'bad', reason: l10n.t('it has no schema version') };
  }
  if (schema > SCHEMA_VERSION) return { kind: 'newer', schema };
  const result = read(sessionFile, json);
  return result.ok ? { kind: 'session', session: result.value } : { kind: 'bad', reason: result.reason };
}

/** Whether a record's container has our labels, so that we may end it. Other containers were noted while their client lived. */
export function isLabelled(record: ServerRecord): boolean {
  return record.kind === 'launched' && record.container !== undefined;
}
