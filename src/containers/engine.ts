import * as l10n from '@vscode/l10n';
import { redactText } from '../clients/redaction';
import { ENGINE_STOP_MARGIN_MS, ENGINE_TIMEOUT_MS, MAX_ENGINE_OUTPUT_BYTES } from '../common/limits';
import type { ProgramCall } from '../os/runCommand';
import { type ContainerId, isContainerId } from '../registry/ids';
import { engineNameOf } from './containerRun';
import { type CallEnd, callClient, clientEnvironment, type EngineAnswer } from './engineCall';
import {
  AnswerError,
  type Container,
  type ContainerStats,
  parseIds,
  parseInspection,
  parseStats,
  STATS_TEMPLATE,
} from './engineOutput';
import type { EngineName } from './flags';

export type { EngineAnswer } from './engineCall';
export type { Container, ContainerStats } from './engineOutput';

/** How to reach an engine: through the server's own client, with the same engine settings. A `ContainerRun` is one. */
export interface EngineAddress {
  readonly program: string;
  readonly globalFlags: readonly string[];
  /** The server's engine variables (`DOCKER_HOST`, …). */
  readonly environment: Readonly<Record<string, string>>;
}

export interface EngineLimits {
  /** ms for a question. */
  readonly timeout: number;
  /** ms that a stop may take beyond its grace. */
  readonly stopMargin: number;
  /** Bytes of output of one call. */
  readonly output: number;
}

const LIMITS: EngineLimits = {
  timeout: ENGINE_TIMEOUT_MS,
  stopMargin: ENGINE_STOP_MARGIN_MS,
  output: MAX_ENGINE_OUTPUT_BYTES,
};
/** Docker's flags for a host or a context. */
const CHOOSES_HOST = /^(?:-\w*[cH]|--(?:context|host)(?:=|$))/;
/** Ids per call of `inspect`: an environment can be long, and a command line must not be. */
const BATCH = 50;

/**
 * A container engine, through its command-line client: only the client applies contexts, connections and credentials as
 * the server's own `run` did. No call rejects, hangs or uses a shell. Containers are named by full id only.
 */
export class ContainerEngine {
  private readonly name: EngineName;
  private readonly environment: NodeJS.ProcessEnv;
  private readonly limits: EngineLimits;

  /**
   * @param base environment for everything except the engine variables
   * @throws Error when the program is no container client: a registry file must not run other programs
   */
  constructor(
    private readonly address: EngineAddress,
    limits: Partial<EngineLimits> = {},
    base: NodeJS.ProcessEnv = process.env,
  ) {
    const name = engineNameOf(address.program);
    if (!name) throw new Error(l10n.t('"{0}" is not docker, podman or nerdctl.', address.program));
    this.name = name;
    this.limits = { ...LIMITS, ...limits };
    this.environment = clientEnvironment(base, address.environment);
  }

  /**
   * Ids of all containers in any state that have each of these labels with exactly this value. Only ids: the client
   * joins labels with commas, which values may contain.
   * @param which `running` omits containers that never ran or have ended
   */
  async list(
    labels: Readonly<Record<string, string>> = {},
    which: 'all' | 'running' = 'all',
  ): Promise<EngineAnswer<string[]>> {
    const filters = Object.entries(labels).flatMap(([name, value]) => ['--filter', `label=${name}=${value}`]);
    const end = await this.call(['ps', ...(which === 'all' ? ['--all'] : []), '--quiet', '--no-trunc', ...filters]);
    return this.read(end, () => parseIds(end.stdout));
  }

  /** Describes these containers. A container that is missing from the answer no longer exists. */
  async inspect(ids: readonly string[]): Promise<EngineAnswer<Container[]>> {
    const containers: Container[] = [];
    for (let from = 0; from < ids.length; from += BATCH) {
      const answer = await this.inspectBatch(ids.slice(from, from + BATCH));
      if (!answer.ok) return answer;
      containers.push(...answer.value);
    }
    return { ok: true, value: containers };
  }

  /** Resumes a paused container. */
  async resume(id: ContainerId): Promise<EngineAnswer<void>> {
    return this.read(await this.call(['unpause', id]), () => undefined);
  }

  /** Asks the main process to end, kills it after the grace (ms, rounded up to whole seconds), and waits for its end. */
  async stop(id: ContainerId, grace: number): Promise<EngineAnswer<void>> {
    const seconds = Math.ceil(grace / 1_000);
    const end = await this.call(['stop', '-t', String(seconds), id], {
      timeout: seconds * 1_000 + this.limits.stopMargin,
    });
    return this.read(end, () => undefined);
  }

  /** Removes a container that does not run, with its anonymous volumes. Never by force: the engine refuses a running one. */
  async remove(id: ContainerId): Promise<EngineAnswer<void>> {
    return this.read(await this.call(['rm', '-v', id]), () => undefined);
  }

  /** The last lines of its output, stdout before stderr, redacted. */
  async logs(id: ContainerId, lines: number): Promise<EngineAnswer<string>> {
    const end = await this.call(['logs', '--tail', String(lines), id], { maxOutput: 1 << 20 });
    const text = `${end.stdout}${end.stderr}`;
    if (end.error && !end.cutOff) return { ok: false, error: end.error };
    return {
      ok: true,
      value: text
        .split(/\r?\n/)
        .slice(-lines - 1)
        .map(redactText)
        .join('\n'),
    };
  }

  /** Takes a second or two: the client measures over an interval. */
  async stats(ids: readonly string[]): Promise<EngineAnswer<ContainerStats[]>> {
    if (ids.length === 0) return { ok: true, value: [] };
    const end = await this.call(['stats', '--no-stream', '--format', STATS_TEMPLATE, ...ids]);
    return this.read(end, () => parseStats(end.stdout, ids));
  }

  /**
   * The docker context in use, which a record stores as `DOCKER_CONTEXT`: the user may change it before we search for
   * the container, and another engine would report the container as gone.
   * Undefined where the address already chooses one, or where the client has no contexts.
   */
  async contextInUse(): Promise<EngineAnswer<string | undefined>> {
    const { globalFlags, environment } = this.address;
    const chosen =
      globalFlags.some((flag) => CHOOSES_HOST.test(flag)) || environment.DOCKER_HOST || environment.DOCKER_CONTEXT;
    if (this.name !== 'docker' || chosen) return { ok: true, value: undefined };
    const end = await this.call(['context', 'inspect', '--format', '{{.Name}}']);
    return this.read(end, () => end.stdout.trim() || undefined);
  }

  private async inspectBatch(ids: readonly string[]): Promise<EngineAnswer<Container[]>> {
    const end = await this.call(['container', 'inspect', ...ids]);
    // With an id that does not exist, the client fails but describes the other containers.
    if (end.error && (end.exitCode === undefined || !onlyMissing(end, ids))) return { ok: false, error: end.error };
    return this.read({ ...end, error: undefined }, () => {
      const containers = parseInspection(end.stdout, this.name).filter(({ id }) => ids.includes(id));
      const missing = ids.filter((id) => !containers.some((container) => container.id === id));
      const unsaid = missing.find((id) => !saysMissing(end.stderr, id));
      if (unsaid !== undefined) throw new AnswerError({ found: 'silent', id: unsaid });
      return containers;
    });
  }

  private async call(
    args: readonly string[],
    own: Partial<Pick<ProgramCall, 'timeout' | 'maxOutput'>> = {},
  ): Promise<CallEnd> {
    return callClient({
      program: this.address.program,
      args: [...this.address.globalFlags, ...args],
      environment: this.environment,
      timeout: this.limits.timeout,
      maxOutput: this.limits.output,
      ...own,
    });
  }

  private read<T>(end: CallEnd, parse: () => T): EngineAnswer<T> {
    if (end.error) return { ok: false, error: end.error };
    try {
      return { ok: true, value: parse() };
    } catch (error) {
      if (!(error instanceof AnswerError)) throw error;
      return { ok: false, error: { kind: 'failed', program: this.address.program, ...error.what } };
    }
  }
}

/** Whether an inspection failed only because of ids that do not exist. */
function onlyMissing({ stderr }: CallEnd, ids: readonly string[]): boolean {
  return ids.some((id) => saysMissing(stderr, id)) && !/cannot connect|permission denied/i.test(stderr);
}

function saysMissing(stderr: string, id: string): boolean {
  if (!isContainerId(id)) return false;
  return stderr.split(/\r?\n/).some((line) => /no such (?:container|object)/i.test(line) && line.includes(id));
}
