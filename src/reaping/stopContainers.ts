import type { Clock } from '../common/clock';
import type { ContainerOwner } from '../containers/containerRun';
import type { Container, ContainerEngine } from '../containers/engine';
import { isNotRunning } from '../containers/engineOutput';
import { isOwnedBy, listOwned } from '../containers/findContainers';
import type { ContainerOutcome, ContainerReason } from '../model/containerOutcome';
import type { EngineFailure } from '../model/engineFailure';

export interface ContainerReap {
  readonly containers: readonly ContainerOutcome[];
  /** Why the engine was not asked to the end; the list may then be incomplete. */
  readonly error: EngineFailure | undefined;
  /** Provably nothing of this record runs any more. Only then may the record be forgotten. */
  readonly finished: boolean;
}

export interface StopOptions {
  readonly clock: Clock;
  /** Between the request to end and the kill, ms; nothing shortens it. */
  readonly grace: number;
  /** The user's arguments had `--rm`. */
  readonly removable: boolean;
  /** Between two scans, ms: a client that was killed while starting may have left a request that the engine carries out. */
  readonly pause?: number;
}

/** Between two scans, ms. */
const PAUSE_MS = 250;
/** Scans at most: an engine that is not done after these waits for the next sweep. */
const MAX_SCANS = 40;
/** Stops of one container at most; each takes as long as the grace. */
const MAX_STOPS = 3;
/** Containers that are ended at a time. */
const MAX_PARALLEL = 5;

type StopEngine = Pick<ContainerEngine, 'list' | 'inspect' | 'resume' | 'stop' | 'remove'>;

/**
 * Ends the containers of one record, which our labels alone identify, until two scans in a row find nothing left to do.
 * Each container is inspected immediately before anything is done to it. Never rejects; on any failure the container
 * stays as it is.
 */
export function stopContainers(
  engine: StopEngine,
  owner: ContainerOwner,
  options: StopOptions,
): Promise<ContainerReap> {
  return new ContainerStop(engine, owner, options).run();
}

class ContainerStop {
  private readonly settled = new Map<string, ContainerOutcome>();
  private readonly tried = new Map<string, ContainerOutcome>();
  private readonly stops = new Map<string, number>();

  constructor(
    private readonly engine: StopEngine,
    private readonly owner: ContainerOwner,
    private readonly options: StopOptions,
  ) {}

  async run(): Promise<ContainerReap> {
    for (let scans = 0, empty = 0; scans < MAX_SCANS; scans++) {
      if (scans > 0) await this.options.clock.sleep(this.options.pause ?? PAUSE_MS);
      const found = await listOwned(this.engine, this.owner);
      if (!found.ok) return this.result(found.error);
      const { containers, vanishing } = found.value;
      this.settleRemoved(containers);
      const open = containers.filter(({ id }) => !this.settled.has(id));
      // An engine that has just started still lists what it is about to remove; some engines list it indefinitely.
      empty = open.length + vanishing.length === 0 ? empty + 1 : 0;
      if (empty === 2) return this.result();
      const error = await this.endAll(open);
      if (error) return this.result(error);
    }
    return this.result();
  }

  private result(error?: EngineFailure): ContainerReap {
    const containers = [...new Map([...this.tried, ...this.settled]).values()];
    return { containers, error, finished: !error && containers.every(({ outcome }) => outcome !== 'unknown') };
  }

  /** A container that was tried and is no longer listed has been removed, by us or by its engine. */
  private settleRemoved(listed: readonly Container[]): void {
    for (const [id, { image }] of this.tried) {
      if (this.settled.has(id) || listed.some((container) => container.id === id)) continue;
      this.settled.set(id, { id, image, outcome: 'removed', reason: undefined });
    }
  }

  /** @returns why the engine is not to be asked further */
  private async endAll(open: readonly Container[]): Promise<EngineFailure | undefined> {
    for (let from = 0; from < open.length; from += MAX_PARALLEL) {
      const steps = await Promise.all(open.slice(from, from + MAX_PARALLEL).map((container) => this.endOne(container)));
      for (const step of steps) this.note(step);
      const error = steps.find((step) => step.error)?.error;
      if (error) return error;
    }
    return undefined;
  }

  private note({ outcome, settled, stillRuns }: Step): void {
    const { id } = outcome;
    if (stillRuns) this.stops.set(id, (this.stops.get(id) ?? 0) + 1);
    const isSettled = settled || this.stops.get(id) === MAX_STOPS;
    (isSettled ? this.settled : this.tried).set(id, outcome);
  }

  /** Does what is due for one container, which it inspects first. */
  private async endOne(listed: Container): Promise<Step> {
    const inspected = await this.engine.inspect([listed.id]);
    if (!inspected.ok) return failed(listed, inspected.error);
    const [container] = inspected.value;
    if (!container) return settled(listed, 'removed');
    if (!isOwnedBy(container, this.owner)) return settled(listed, 'spared', { code: 'other labels' });
    if (container.state === 'removing') return open(listed, { code: 'being removed' });
    const wasRunning = !isNotRunning(container);
    const unstopped = wasRunning ? await this.stopOne(container) : undefined;
    if (unstopped) return unstopped;
    if (this.options.removable || container.neverStarted) return this.removeOne(listed);
    return wasRunning
      ? settled(listed, 'stopped', { code: 'no --rm' })
      : settled(listed, 'spared', { code: 'no --rm, not running' });
  }

  /** @returns undefined when the container has stopped and is still there */
  private async stopOne(container: Container): Promise<Step | undefined> {
    const { id, state } = container;
    // Podman cannot stop a paused container. Where the resume fails, the stop says why.
    if (state === 'paused') await this.engine.resume(id);
    const stopped = await this.engine.stop(id, this.options.grace);
    const after = await this.engine.inspect([id]);
    if (!after.ok) return failed(container, stopped.ok ? after.error : stopped.error);
    const [still] = after.value;
    if (!still) return settled(container, 'removed');
    if (isNotRunning(still) || still.state === 'removing') return undefined;
    const step = stopped.ok ? open(container, { code: 'still', state: still.state }) : failed(container, stopped.error);
    return { ...step, stillRuns: true };
  }

  private async removeOne(container: Container): Promise<Step> {
    // The engine refuses when the container has started in between; the next scan then finds it running.
    const removed = await this.engine.remove(container.id);
    return removed.ok ? open(container, { code: 'being removed' }) : failed(container, removed.error);
  }
}

interface Step {
  readonly outcome: ContainerOutcome;
  /** False: the next scan decides. */
  readonly settled: boolean;
  /** The stop had no effect. */
  readonly stillRuns?: boolean;
  /** Why the engine is not to be asked further. */
  readonly error?: EngineFailure;
}

type Named = Pick<Container, 'id' | 'image'>;

function settled({ id, image }: Named, outcome: ContainerOutcome['outcome'], reason?: ContainerReason): Step {
  return { outcome: { id, image, outcome, reason }, settled: true };
}

function open({ id, image }: Named, reason: ContainerReason): Step {
  return { outcome: { id, image, outcome: 'unknown', reason }, settled: false };
}

/** A command that the engine refuses is tried again; an engine that does not answer is not asked about the next container. */
function failed(container: Named, error: EngineFailure): Step {
  const step = open(container, { code: 'engine', failure: error });
  return error.kind === 'failed' ? step : { ...step, error };
}
