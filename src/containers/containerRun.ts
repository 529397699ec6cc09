import { isAbsolute, resolve } from 'node:path';
import { baseName, programNamed } from '../known/programs';
import type { HomeTag, RecordId, SessionId } from '../registry/ids';
import type { ContainerRun } from '../registry/schema';
import { type EngineName, type Flag, GLOBAL_FLAGS, isFlag, PLAIN_RUN_FLAGS, REPORTING_FLAGS, readFlags } from './flags';

/** Labels of a launched server's container. All three together name one record. */
export const LABELS = {
  session: 'mcp-processes.session',
  record: 'mcp-processes.record',
  home: 'mcp-processes.home',
} as const;

/** The owner of a container: home tag, session id, record id. */
export interface ContainerOwner {
  readonly home: HomeTag;
  readonly session: SessionId;
  readonly record: RecordId;
}

/** A parsed `run` command line. */
export interface RunDescription {
  readonly engine: EngineName;
  /** Flags that choose the engine (context, host, store), from any position; they reach the same engine later. */
  readonly globalFlags: readonly string[];
  /** As typed; undefined when the line ends before it. */
  readonly image: string | undefined;
  /** The words after the image. */
  readonly arguments: readonly string[];
  /** Whether the user wants the engine to remove the container after its end. */
  readonly hasRm: boolean;
  readonly detach: boolean;
  readonly interactive: boolean;
  readonly name: string | undefined;
  readonly entrypoint: string | undefined;
}

/** Environment variables that choose a client's engine. */
export const ENGINE_VARIABLES: readonly string[] = [
  'DOCKER_HOST',
  'DOCKER_CONTEXT',
  'DOCKER_CONFIG',
  'DOCKER_CERT_PATH',
  'DOCKER_TLS',
  'DOCKER_TLS_VERIFY',
  'DOCKER_API_VERSION',
  'CONTAINER_HOST',
  'CONTAINER_CONNECTION',
  'CONTAINER_SSHKEY',
  'CONTAINERS_CONF',
  'CONTAINERS_STORAGE_CONF',
  'CONTAINERD_ADDRESS',
  'CONTAINERD_NAMESPACE',
  'NERDCTL_TOML',
];

/** Which client a command is, by its file name: `docker`, `/usr/bin/podman`, `docker.exe`. */
export function engineNameOf(command: string): EngineName | undefined {
  const name = baseName(command)
    .toLowerCase()
    .replace(/\.exe$/, '');
  return programNamed(name).isEngine ? (name as EngineName) : undefined;
}

/**
 * The arguments with our labels directly after `run`, and nothing else changed.
 * Undefined when the command is no `run` of a container engine (`exec`, `compose run`, a gateway), or cannot be read.
 */
export function withLabels(
  command: string,
  args: readonly string[],
  { session, record, home }: ContainerOwner,
): string[] | undefined {
  const at = labelPosition(command, args);
  if (at === undefined) return undefined;
  const labels = [`${LABELS.session}=${session}`, `${LABELS.record}=${record}`, `${LABELS.home}=${home}`];
  return [...args.slice(0, at), ...labels.flatMap((label) => ['--label', label]), ...args.slice(at)];
}

/** The number of arguments before our labels; undefined when there is nothing to label. */
export function labelPosition(command: string, args: readonly string[]): number | undefined {
  return findRun(command, args)?.options;
}

/** Parses a `run` command line; undefined when it is none. */
export function describeRun(command: string, args: readonly string[]): RunDescription | undefined {
  const run = findRun(command, args);
  if (!run) return undefined;
  const { engine } = run;
  const globalFlags = [...run.globalFlags];
  const seen = new Map<string, string | undefined>();
  let at = run.options;
  while (isFlag(args[at])) {
    const read = readFlags(args, at, (name) => PLAIN_RUN_FLAGS.has(name));
    // A flag without its value: there is no image either.
    if (!read) return describe(args.length);
    for (const { name, value } of read.flags) seen.set(name, value);
    if (read.flags.some(({ name }) => name.length > 1 && GLOBAL_FLAGS[engine].anywhere.has(name))) {
      globalFlags.push(...args.slice(at, read.next));
    }
    at = read.next;
  }
  return describe(args[at] === '--' ? at + 1 : at);

  function describe(imageAt: number): RunDescription {
    const on = (...names: string[]) => names.some((name) => seen.has(name) && isTrue(seen.get(name)));
    return {
      engine,
      globalFlags,
      image: args[imageAt],
      arguments: args.slice(imageAt + 1),
      hasRm: on('rm') || (engine === 'podman' && on('rmi')),
      detach: on('d', 'detach'),
      interactive: on('i', 'interactive'),
      name: seen.get('name'),
      entrypoint: seen.get('entrypoint'),
    };
  }
}

/**
 * The part of a `run` that a record stores, so that another process can reach the container later.
 * @param environment the server's own
 * @param cwd its working folder, for a relative program
 */
export function containerRunOf(
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  cwd = process.cwd(),
): ContainerRun | undefined {
  const run = describeRun(command, args);
  if (!run) return undefined;
  return {
    program: /[\\/]/.test(command) && !isAbsolute(command) ? resolve(cwd, command) : command,
    globalFlags: run.globalFlags,
    environment: engineVariablesOf(environment),
    removable: run.hasRm,
    containerId: undefined,
  };
}

/** Those of the {@link ENGINE_VARIABLES} that are set. */
export function engineVariablesOf(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    ENGINE_VARIABLES.map((name) => [name, environment[name]] as const).filter(
      (pair): pair is [string, string] => typeof pair[1] === 'string',
    ),
  );
}

interface FoundRun {
  readonly engine: EngineName;
  readonly globalFlags: readonly string[];
  /** Index of the first word after `run`. */
  readonly options: number;
}

/** Finds `run` or `container run` after global flags. */
function findRun(command: string, args: readonly string[]): FoundRun | undefined {
  const engine = engineNameOf(command);
  const before = engine && readGlobalFlags(engine, args, 0);
  if (!before) return undefined;
  const after = readGlobalFlags(engine, args, before.next + (args[before.next] === 'container' ? 1 : 0));
  if (!after || args[after.next] !== 'run') return undefined;
  return { engine, globalFlags: [...before.words, ...after.words], options: after.next + 1 };
}

/** The engine flags from a word on; undefined where an unknown flag makes the rest ambiguous. */
function readGlobalFlags(
  engine: EngineName,
  args: readonly string[],
  from: number,
): { readonly words: readonly string[]; readonly next: number } | undefined {
  const { valued, plain } = GLOBAL_FLAGS[engine];
  const isPlain = (name: string) => plain.has(name) || (valued.has(name) ? false : undefined);
  const words: string[] = [];
  let at = from;
  while (isFlag(args[at])) {
    const read = readFlags(args, at, isPlain);
    if (!read) return undefined;
    if (!read.flags.every(isReporting)) words.push(...args.slice(at, read.next));
    at = read.next;
  }
  return { words, next: at };
}

function isReporting({ name }: Flag): boolean {
  return REPORTING_FLAGS.has(name);
}

/** A plain flag can be written `--rm=false`. A value that the client rejects does not count. */
function isTrue(value: string | undefined): boolean {
  return value === undefined || /^(?:1|t|true)$/i.test(value);
}
