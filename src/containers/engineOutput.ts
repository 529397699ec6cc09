// Parses what the clients print about containers. Pure functions; unreadable output is an error, never a guess.

import type { AnswerFault } from '../model/engineFailure';
import { type ContainerId, isContainerId } from '../registry/ids';
import type { EngineName } from './flags';

/** What a client printed cannot be used. */
export class AnswerError extends Error {
  constructor(
    readonly what:
      | { readonly found: 'unreadable'; readonly fault: AnswerFault }
      | { readonly found: 'silent'; readonly id: string },
  ) {
    super(JSON.stringify(what));
  }
}

/** One container as its engine describes it. */
export interface Container {
  readonly id: ContainerId;
  readonly name: string;
  /** In the engine's form: docker as typed, podman and nerdctl with registry and tag. */
  readonly image: string;
  /** The engine's term: `created`, `running`, `paused`, `restarting`, `removing`, `exited`, `stopped`, `dead`, … */
  readonly state: string;
  /** Certainly no process of it has ever run, so that it has no data of the user. */
  readonly neverStarted: boolean;
  readonly labels: Readonly<Record<string, string>>;
  /** Epoch ms, by the engine's clock. */
  readonly createdAt: number | undefined;
  /** Program and arguments inside the container. */
  readonly commandLine: readonly string[];
  /** Whether its input stays open (`-i`); undefined where the engine does not report it. */
  readonly openStdin: boolean | undefined;
}

/** Memory and CPU of one container at one moment. */
export interface ContainerStats {
  readonly id: string;
  /** Percent of one core. */
  readonly cpu: number | undefined;
  /** Bytes. */
  readonly memory: number | undefined;
}

const NOT_STARTED = /^(?:created|configured|initialized)$/;
const NOT_RUNNING = /^(?:created|configured|initialized|exited|stopped|dead)$/;
const GO_ZERO_TIME = '0001-01-01';

/** Whether no process of the container runs, by the engine's state. */
export function isNotRunning({ state }: Pick<Container, 'state'>): boolean {
  return NOT_RUNNING.test(state);
}

/** Reads `ps --quiet --no-trunc`. @throws AnswerError when a line is no id. */
export function parseIds(text: string): ContainerId[] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const ids = lines.map((id) => {
    if (isContainerId(id)) return id;
    throw new AnswerError({ found: 'unreadable', fault: 'not an id' });
  });
  return [...new Set(ids)];
}

/** Reads the JSON list of `container inspect`. @throws AnswerError when it is none. */
export function parseInspection(text: string, engine: EngineName): Container[] {
  // Docker prints an empty list, podman and nerdctl may print nothing when none of the ids exists.
  const json: unknown = text.trim() === '' ? [] : parseJson(text);
  if (!Array.isArray(json)) throw new AnswerError({ found: 'unreadable', fault: 'no list' });
  return json.map((one) => readContainer(one, engine));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new AnswerError({ found: 'unreadable', fault: 'no JSON' });
  }
}

function readContainer(value: unknown, engine: EngineName): Container {
  const json = object(value);
  const config = object(json.Config);
  const state = object(json.State);
  if (!isContainerId(json.Id)) throw new AnswerError({ found: 'unreadable', fault: 'no full id' });
  // nerdctl has no state for a container without a task: one that never ran, or that ended long ago.
  const hasNoTask = engine === 'nerdctl' && (json.State === null || (state.Status === '' && state.Running === false));
  const status = hasNoTask ? 'stopped' : text(state.Status).toLowerCase();
  if (status === '') throw new AnswerError({ found: 'unreadable', fault: 'no state' });
  return {
    id: json.Id,
    name: text(json.Name).replace(/^\//, ''),
    image: text(config.Image) || text(json.ImageName) || text(json.Image),
    state: status,
    neverStarted: NOT_STARTED.test(status) && text(state.StartedAt).startsWith(GO_ZERO_TIME),
    labels: Object.fromEntries(
      Object.entries(object(config.Labels)).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
    ),
    createdAt: time(json.Created),
    commandLine: commandLineOf(text(json.Path), strings(json.Args), config),
    openStdin: typeof config.OpenStdin === 'boolean' ? config.OpenStdin : undefined,
  };
}

function commandLineOf(path: string, args: string[], config: Record<string, unknown>): string[] {
  // With `--init`, podman and nerdctl put their init first.
  if (/^\/(?:run\/podman-init|dev\/init|sbin\/tini)$/.test(path) && args[0] === '--') return args.slice(1);
  // Podman 4 repeats a single word: `cat` is the program "cat" with the argument "cat".
  const isSingle = listOf(config.Entrypoint).length + listOf(config.Cmd).length === 1;
  if (path === '' || (isSingle && args.length === 1 && args[0] === path)) return args;
  return [path, ...args];
}

/** A list, or podman's form of a list of one. */
function listOf(value: unknown): string[] {
  return typeof value === 'string' ? [value].filter(Boolean) : strings(value);
}

/** A template for `stats` that all three clients accept. */
export const STATS_TEMPLATE = '{{.ID}}\t{{.CPUPerc}}\t{{.MemUsage}}';

/** Reads `stats` in the {@link STATS_TEMPLATE}. Its ids may be short, so that they are matched with the requested ones. */
export function parseStats(output: string, ids: readonly string[]): ContainerStats[] {
  return output.split(/\r?\n/).flatMap((line) => {
    const [short = '', cpu = '', memory = ''] = line.trim().split('\t');
    const id = /^[0-9a-f]{12,64}$/.test(short) ? ids.find((full) => full.startsWith(short)) : undefined;
    if (id === undefined) return [];
    const percent = Number.parseFloat(cpu);
    return [
      { id, cpu: Number.isFinite(percent) ? percent : undefined, memory: parseBytes(memory.split('/')[0] ?? '') },
    ];
  });
}

const UNITS = ['', 'k', 'm', 'g', 't', 'p'];

/** `1.5MiB` (docker, nerdctl), `1.573MB` (podman). */
function parseBytes(size: string): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([kmgtp]?)(i?)b\s*$/i.exec(size);
  if (!match) return undefined;
  const power = UNITS.indexOf((match[2] as string).toLowerCase());
  return Math.round(Number(match[1]) * (match[3] ? 1_024 : 1_000) ** power);
}

function time(value: unknown): number | undefined {
  const parsed = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isFinite(parsed) ? parsed : undefined;
}

function object(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
