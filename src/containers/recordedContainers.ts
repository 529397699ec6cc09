import { isDeepStrictEqual } from 'node:util';
import { SharedRun } from '../common/async';
import { ENGINE_NOTE_TIMEOUT_MS } from '../common/limits';
import { type Log, logOnce, type OnceLog } from '../common/log';
import type { Member } from '../judgement/members';
import type { ContainerView } from '../model/containerView';
import type { EngineFailure } from '../model/engineFailure';
import type { Platform } from '../os/platform';
import type { ContainerId, RecordId } from '../registry/ids';
import type { ContainerRun, SessionFile } from '../registry/schema';
import { isLabelled } from '../registry/schema';
import { engineSentence } from '../wording/containers';
import { errorText } from '../wording/reasons';
import { type Container, ContainerEngine, type EngineAnswer } from './engine';
import { noteContainer } from './engineClients';
import { findContainers } from './findContainers';

/** An engine's last answer about one record's containers. */
export interface ContainersSeen {
  readonly containers: readonly ContainerView[];
  /** Why it could not say; undefined when it could. */
  readonly problem: EngineFailure | undefined;
}

/**
 * The containers of recorded servers. Only our labels identify those of launched servers; those of other servers are
 * known by the id that was noted while their client lived, and are never ended here.
 */
export class RecordedContainers {
  private readonly seen = new Map<RecordId, ContainersSeen>();
  /** How to reach the engine of each listed container, by the container's id. */
  private readonly addresses = new Map<ContainerId, ContainerRun>();
  private readonly once: OnceLog;
  private readonly refreshing = new SharedRun<boolean>();

  constructor(private readonly log: Log) {
    this.once = logOnce(log);
  }

  /** The last scan's answer about a record; undefined before the first. */
  seenOf(recordId: RecordId): ContainersSeen | undefined {
    return this.seen.get(recordId);
  }

  /** Whether the last scan found no container of a record, or had none to search for. */
  isGone(recordId: RecordId): boolean {
    const seen = this.seen.get(recordId);
    return seen === undefined || (seen.problem === undefined && seen.containers.length === 0);
  }

  /**
   * Asks the engines about every record that runs in a container. One run at a time; a call during one joins it. Never
   * rejects. @returns whether anything has changed
   */
  refresh(sessions: readonly Pick<SessionFile, 'id' | 'home' | 'records'>[]): Promise<boolean> {
    return this.refreshing.run(() => this.refreshOnce(sessions));
  }

  private async refreshOnce(sessions: readonly Pick<SessionFile, 'id' | 'home' | 'records'>[]): Promise<boolean> {
    const before = JSON.stringify([...this.seen]);
    const asked = sessions.flatMap(({ id, home, records }) =>
      records.flatMap((record) => (record.container ? [{ record, run: record.container, session: { id, home } }] : [])),
    );
    const known = new Set(asked.map(({ record }) => record.id));
    for (const id of this.seen.keys()) if (!known.has(id)) this.seen.delete(id);
    await Promise.all(
      asked.map(async ({ record, run, session }) => {
        const engine = engineOf(run);
        if (!engine) return;
        const labelled = isLabelled(record);
        const owner = { home: session.home, session: session.id, record: record.id };
        const found = labelled ? await findContainers(engine, owner) : await notedContainer(engine, run);
        const problem = found.ok ? undefined : found.error;
        if (problem && !isDeepStrictEqual(this.seen.get(record.id)?.problem, problem)) {
          this.log.warn(`"${record.server}": container unknown: ${engineSentence(problem)}`);
        }
        const containers = found.ok ? found.value.map(({ id, image, state }) => ({ id, image, state, labelled })) : [];
        for (const { id } of containers) this.addresses.set(id, run);
        this.seen.set(record.id, { containers, problem });
      }),
    );
    return JSON.stringify([...this.seen]) !== before;
  }

  /** How to reach the engine of a listed container; undefined for all others. */
  addressOf(id: ContainerId): ContainerRun | undefined {
    return this.addresses.get(id);
  }

  /** Stores how to reach the engine of a container that is listed. */
  rememberAddress(id: ContainerId, run: ContainerRun): void {
    this.addresses.set(id, run);
  }

  /**
   * What a record stores of the container of a server that we did not launch; `none` without one, and in doubt. Its
   * client must live. Never rejects; an engine that does not answer gives `unknown` and one line in the log.
   */
  async note(
    platform: Platform,
    server: string,
    members: readonly Member[],
  ): Promise<ContainerRun | 'none' | 'unknown'> {
    try {
      const answer = await noteContainer(platform, members, (run) => withContextInUse(run), ENGINE_NOTE_TIMEOUT_MS);
      if (answer.ok) return answer.value ?? 'none';
      this.once.warn(`"${server}": its container could not be determined: ${engineSentence(answer.error)}`);
    } catch (error) {
      this.once.warn(`"${server}": its container could not be determined: ${errorText(error)}`);
    }
    return 'unknown';
  }

  /** Forgets a record's containers: they are gone. */
  forget(recordId: RecordId): void {
    this.seen.delete(recordId);
  }
}

/** The engine's description of the container whose id a record has; empty where none is noted or it is gone. */
export async function notedContainer(
  engine: ContainerEngine,
  { containerId }: ContainerRun,
): Promise<EngineAnswer<Container[]>> {
  return containerId === undefined ? { ok: true, value: [] } : engine.inspect([containerId]);
}

/**
 * Adds the docker context in use: if the user changes it, the other engine reports the container as gone. Returns the
 * same run where there is nothing to add, or where the engine does not answer.
 */
export async function withContextInUse(
  run: ContainerRun,
  limits: { readonly timeout?: number } = {},
): Promise<ContainerRun> {
  const answer = await engineOf(run, limits)?.contextInUse();
  if (!answer?.ok || answer.value === undefined) return run;
  return { ...run, environment: { ...run.environment, DOCKER_CONTEXT: answer.value } };
}

/** The engine of a recorded container; undefined where the record names any other program, which is never run. */
export function engineOf(run: ContainerRun, limits: { readonly timeout?: number } = {}): ContainerEngine | undefined {
  try {
    return new ContainerEngine(run, limits);
  } catch {
    return undefined;
  }
}
