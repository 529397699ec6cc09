import type { Member } from '../judgement/members';
import type { Platform } from '../os/platform';
import { type Clock, systemClock } from '../reaping/clock';
import { isNotRunning } from '../reaping/containers/containerFacts';
import { type ContainerOutcome, findContainers, stopContainers } from '../reaping/containers/containerReaper';
import { type Container, ContainerEngine, type EngineAnswer } from '../reaping/containers/engine';
import type { ContainerRun, ServerRecord, SessionFile } from '../registry/schema';
import { noteContainer } from './attachedContainers';
import type { Log } from './log';
import type { ContainerView } from './model';

/** What an engine last said about one record's containers. */
export interface ContainersSeen {
  readonly containers: readonly ContainerView[];
  /** Why it could not say; undefined when it could. */
  readonly problem: string | undefined;
}

export interface ContainersEnded {
  readonly containers: readonly ContainerOutcome[];
  readonly problem: string | undefined;
}

/** ms for each question before a ladder begins, or while its client may end at any moment. */
const NOTE_TIMEOUT = 3_000;

/** Whether a record's container carries our labels: it is ours to end. Others were noted while their client lived. */
export function isLabelled(record: ServerRecord): boolean {
  return record.kind === 'launched' && record.container !== undefined;
}

/**
 * The containers of recorded servers. Those of launched ones are found by our labels and by nothing else; those of
 * others by the id that was noted while their client lived, and they are never ended here.
 */
export class Containers {
  private readonly seen = new Map<string, ContainersSeen>();
  /** How to reach the engine of each container that has been told of, by its id. */
  private readonly addresses = new Map<string, ContainerRun>();
  private readonly told = new Set<string>();
  private looking: Promise<boolean> | undefined;

  constructor(
    private readonly log: Log,
    private readonly clock: Clock = systemClock,
  ) {}

  /** What the last look said about a record; undefined when there was none. */
  seenOf(recordId: string): ContainersSeen | undefined {
    return this.seen.get(recordId);
  }

  /** Whether the last look found no container of a record, or had none to look for. */
  isGone(recordId: string): boolean {
    const seen = this.seen.get(recordId);
    return seen === undefined || (seen.problem === undefined && seen.containers.length === 0);
  }

  /**
   * Asks the engines about every record that runs in a container. One look at a time; one that is asked for during
   * another joins it. Never rejects. @returns whether anything is different from before.
   */
  look(sessions: readonly Pick<SessionFile, 'id' | 'home' | 'records'>[]): Promise<boolean> {
    this.looking ??= this.lookOnce(sessions).finally(() => {
      this.looking = undefined;
    });
    return this.looking;
  }

  private async lookOnce(sessions: readonly Pick<SessionFile, 'id' | 'home' | 'records'>[]): Promise<boolean> {
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
        const found = labelled ? await findContainers(engine, owner) : await noted(engine, run);
        const problem = found.ok ? undefined : found.error.message;
        if (problem && this.seen.get(record.id)?.problem !== problem) {
          this.log.warn(`"${record.server}": container unknown: ${problem}`);
        }
        const containers = found.ok ? found.value.map(({ id, image, state }) => ({ id, image, state, labelled })) : [];
        for (const { id } of containers) this.addresses.set(id, run);
        this.seen.set(record.id, { containers, problem });
      }),
    );
    return JSON.stringify([...this.seen]) !== before;
  }

  /** How to reach the engine of a container that was told of; undefined for all others. */
  addressOf(id: string): ContainerRun | undefined {
    return this.addresses.get(id);
  }

  /** Keeps how to reach the engine of a container that somebody is told of. */
  keepAddress(id: string, run: ContainerRun): void {
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
      const answer = await noteContainer(platform, members, (run) => withContextInUse(run), NOTE_TIMEOUT);
      if (answer.ok) return answer.value ?? 'none';
      this.tellOnce(`"${server}": its container cannot be told: ${answer.error.message}`);
    } catch (error) {
      this.tellOnce(`"${server}": its container cannot be told: ${(error as Error).message}`);
    }
    return 'unknown';
  }

  private tellOnce(message: string): void {
    if (!this.told.has(message)) this.log.warn(message);
    this.told.add(message);
  }

  /**
   * Ends the containers of one record, after its processes. One that is not ours to end is named as left running.
   * Never rejects; nothing to do for most records.
   */
  async end(record: ServerRecord, session: Pick<SessionFile, 'id' | 'home'>): Promise<ContainersEnded> {
    const run = record.container;
    if (!run) return { containers: [], problem: undefined };
    const engine = engineOf(run);
    if (!engine) return { containers: [], problem: `${run.program} is no container client` };
    if (!isLabelled(record)) return { containers: await this.leave(engine, run), problem: undefined };
    const { containers, error, finished } = await stopContainers(
      engine,
      { home: session.home, session: session.id, record: record.id },
      { clock: this.clock, grace: record.grace.term, removable: run.removable },
    );
    if (finished) this.seen.delete(record.id);
    const unknown = containers.find(({ outcome }) => outcome === 'unknown');
    const problem = finished ? undefined : (error?.message ?? unknown?.reason ?? 'its engine did not finish');
    return { containers, problem };
  }

  /** What is said of a container without our labels when its client has been ended; nothing is done to it. */
  private async leave(engine: ContainerEngine, run: ContainerRun): Promise<ContainerOutcome[]> {
    const { containerId: id } = run;
    if (id === undefined) return [];
    const looked = await noted(engine, run);
    if (!looked.ok) return [{ id, image: '', outcome: 'unknown', reason: looked.error.message }];
    const [container] = looked.value;
    if (!container || isNotRunning(container) || container.state === 'removing') return [];
    this.addresses.set(id, run);
    return [{ id, image: container.image, outcome: 'left running', reason: 'it carries no label of ours' }];
  }
}

async function noted(engine: ContainerEngine, { containerId }: ContainerRun): Promise<EngineAnswer<Container[]>> {
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

function engineOf(run: ContainerRun, limits: { readonly timeout?: number } = {}): ContainerEngine | undefined {
  try {
    return new ContainerEngine(run, limits);
  } catch {
    // The record names some other program: it is not run.
    return undefined;
  }
}
