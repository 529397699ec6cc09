import { isDeepStrictEqual } from 'node:util';
import { SharedRun } from '../common/async';
import { ENGINE_NOTE_TIMEOUT_MS } from '../common/limits';
import { type Log, logOnce, type OnceLog } from '../common/log';
import type { Member } from '../judgement/members';
import type { EngineFailure } from '../model/engineFailure';
import type { ContainerView } from '../model/inventory';
import type { Platform } from '../os/platform';
import type { ContainerId, RecordId } from '../registry/ids';
import type { ContainerRun, SessionFile } from '../registry/schema';
import { isLabelled } from '../registry/schema';
import { engineSentence } from '../wording/containers';
import { errorText } from '../wording/reasons';
import { type Container, ContainerEngine, type EngineAnswer } from './engine';
import { noteContainer } from './engineClients';
import { findContainers } from './findContainers';

/** What an engine last said about one record's containers. */
export interface ContainersSeen {
  readonly containers: readonly ContainerView[];
  /** Why it could not say; undefined when it could. */
  readonly problem: EngineFailure | undefined;
}

/**
 * The containers of recorded servers. Those of launched ones are found by our labels and by nothing else; those of
 * others by the id that was noted while their client lived, and they are never ended here.
 */
export class RecordedContainers {
  private readonly seen = new Map<RecordId, ContainersSeen>();
  /** How to reach the engine of each container that has been told of, by its id. */
  private readonly addresses = new Map<ContainerId, ContainerRun>();
  private readonly once: OnceLog;
  private readonly refreshing = new SharedRun<boolean>();

  constructor(private readonly log: Log) {
    this.once = logOnce(log);
  }

  /** What the last look said about a record; undefined when there was none. */
  seenOf(recordId: RecordId): ContainersSeen | undefined {
    return this.seen.get(recordId);
  }

  /** Whether the last look found no container of a record, or had none to look for. */
  isGone(recordId: RecordId): boolean {
    const seen = this.seen.get(recordId);
    return seen === undefined || (seen.problem === undefined && seen.containers.length === 0);
  }

  /**
   * Asks the engines about every record that runs in a container. One question at a time; one that comes during
   * another joins it. Never rejects. @returns whether anything is different from before.
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

  /** How to reach the engine of a container that was told of; undefined for all others. */
  addressOf(id: ContainerId): ContainerRun | undefined {
    return this.addresses.get(id);
  }

  /** Keeps how to reach the engine of a container that somebody is told of. */
  rememberAddress(id: ContainerId, run: ContainerRun): void {
    this.addresses.set(id, run);
  }

  /**
   * What a record is to keep of the container of a server that we did not launch; `none` when there is none, or any
   * doubt. Its client must live. Never rejects; an engine that cannot be asked is `unknown` and one line in the log.
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

  /** Forgets what was seen of a record's containers: they are gone. */
  forget(recordId: RecordId): void {
    this.seen.delete(recordId);
  }
}

/** The container whose id a record keeps, as its engine describes it now; empty where none is noted or it is gone. */
export async function notedContainer(
  engine: ContainerEngine,
  { containerId }: ContainerRun,
): Promise<EngineAnswer<Container[]>> {
  return containerId === undefined ? { ok: true, value: [] } : engine.inspect([containerId]);
}

/**
 * Adds the docker context in use now: should the user change it, the other engine would say that the container is
 * gone. The same run where there is nothing to add, or it cannot be asked.
 */
export async function withContextInUse(
  run: ContainerRun,
  limits: { readonly timeout?: number } = {},
): Promise<ContainerRun> {
  const answer = await engineOf(run, limits)?.contextInUse();
  if (!answer?.ok || answer.value === undefined) return run;
  return { ...run, environment: { ...run.environment, DOCKER_CONTEXT: answer.value } };
}

/** How to ask the engine of a recorded container; undefined where the record names some other program: it is not run. */
export function engineOf(run: ContainerRun, limits: { readonly timeout?: number } = {}): ContainerEngine | undefined {
  try {
    return new ContainerEngine(run, limits);
  } catch {
    return undefined;
  }
}
