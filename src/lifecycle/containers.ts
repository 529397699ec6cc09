import { type Clock, systemClock } from '../reaping/clock';
import { type ContainerOutcome, findContainers, stopContainers } from '../reaping/containers/containerReaper';
import { ContainerEngine } from '../reaping/containers/engine';
import type { ContainerRun, ServerRecord, SessionFile } from '../registry/schema';
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

/** The containers of recorded servers, found by our labels and by nothing else. */
export class Containers {
  private readonly seen = new Map<string, ContainersSeen>();
  private looking: Promise<boolean> | undefined;

  constructor(
    private readonly log: Log,
    private readonly clock: Clock = systemClock,
  ) {}

  /** What the last look said about a record; undefined when there was none. */
  seenOf(recordId: string): ContainersSeen | undefined {
    return this.seen.get(recordId);
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
        const found = await findContainers(engine, { home: session.home, session: session.id, record: record.id });
        const problem = found.ok ? undefined : found.error.message;
        if (problem && this.seen.get(record.id)?.problem !== problem) {
          this.log.warn(`"${record.server}": container unknown: ${problem}`);
        }
        const containers = found.ok ? found.value.map(({ id, image, state }) => ({ id, image, state })) : [];
        this.seen.set(record.id, { containers, problem });
      }),
    );
    return JSON.stringify([...this.seen]) !== before;
  }

  /**
   * Adds the docker context in use now: should the user change it, the other engine would say that the container is
   * gone. The same run where there is nothing to add, or it cannot be asked.
   */
  async withContext(run: ContainerRun): Promise<ContainerRun> {
    const answer = await engineOf(run)?.contextInUse();
    if (!answer?.ok || answer.value === undefined) return run;
    return { ...run, environment: { ...run.environment, DOCKER_CONTEXT: answer.value } };
  }

  /** Ends the containers of one record, after its processes. Never rejects; nothing to do for most records. */
  async end(record: ServerRecord, session: Pick<SessionFile, 'id' | 'home'>): Promise<ContainersEnded> {
    const run = record.container;
    if (!run) return { containers: [], problem: undefined };
    const engine = engineOf(run);
    if (!engine) return { containers: [], problem: `${run.program} is no container client` };
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
}

function engineOf(run: ContainerRun): ContainerEngine | undefined {
  try {
    return new ContainerEngine(run);
  } catch {
    // The record names some other program: it is not run.
    return undefined;
  }
}
