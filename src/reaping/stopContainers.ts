import type { Clock } from '../common/clock';
import type { ContainerOwner } from '../containers/containerRun';
import type { Container, ContainerEngine } from '../containers/engine';
import { isNotRunning } from '../containers/engineOutput';
import { isOwnedBy, listOwned } from '../containers/findContainers';
import type { ContainerOutcome, ContainerReason } from '../model/containerOutcome';
import type { EngineFailure } from '../model/engineFailure';

export interface ContainerReap {
  readonly containers: readonly ContainerOutcome[];
  /** Why the engine could not be asked to the end; then there may be containers that are not in the list. */
  readonly error: EngineFailure | undefined;
  /** Nothing of this record runs any more, for certain. Only then may the record be forgotten. */
  readonly finished: boolean;
}

export interface StopOptions {
  readonly clock: Clock;
  /** ms between the request to end and the kill; never shortened. */
  readonly grace: number;
  /** The user's arguments had `--rm`. */
  readonly removable: boolean;
  /** ms between two looks: a client that was killed while starting may have left a request that the engine carries out. */
  readonly pause?: number;
}

const PAUSE_MS = 250;
/** Looks at most: an engine that is asked so often and still is not done needs another sweep. */
const MAX_READS = 40;
/** Stops of one container at most: each lasts as long as the grace. */
const MAX_STOPS = 3;
/** Containers ended at a time. */
const WIDTH = 5;

/**
 * Ends the containers of one record, found by our labels and by nothing else, until two looks in a row find none that
 * is left to do. Each is looked at once more immediately before it is touched. Never rejects; whatever fails, the
 * container is left as it is.
 */
export async function stopContainers(
  engine: Pick<ContainerEngine, 'list' | 'inspect' | 'resume' | 'stop' | 'remove'>,
  owner: ContainerOwner,
  options: StopOptions,
): Promise<ContainerReap> {
  const settled = new Map<string, ContainerOutcome>();
  const tried = new Map<string, ContainerOutcome>();
  const stops = new Map<string, number>();
  const end = (error: EngineFailure | undefined): ContainerReap => {
    const containers = [...new Map([...tried, ...settled]).values()];
    return { containers, error, finished: !error && containers.every(({ outcome }) => outcome !== 'unknown') };
  };
  for (let looks = 0, empty = 0; looks < MAX_READS; looks++) {
    if (looks > 0) await options.clock.sleep(options.pause ?? PAUSE_MS);
    const found = await listOwned(engine, owner);
    if (!found.ok) return end(found.error);
    const { containers, vanishing } = found.value;
    for (const [id, outcome] of tried) {
      // What was being worked on and is gone has been removed, by us or by its engine.
      if (!settled.has(id) && !containers.some((container) => container.id === id)) settled.set(id, gone(outcome));
    }
    const open = containers.filter(({ id }) => !settled.has(id));
    // An engine that has just been started still lists what it is about to remove; some go on listing it for ever.
    empty = open.length + vanishing.length === 0 ? empty + 1 : 0;
    if (empty === 2) return end(undefined);
    for (let from = 0; from < open.length; from += WIDTH) {
      const steps = open.slice(from, from + WIDTH).map((container) => endOne(engine, owner, options, container));
      const done = await Promise.all(steps);
      for (const { outcome, ...step } of done) {
        if (step.stillRuns) stops.set(outcome.id, (stops.get(outcome.id) ?? 0) + 1);
        const isSettled = step.settled || stops.get(outcome.id) === MAX_STOPS;
        (isSettled ? settled : tried).set(outcome.id, outcome);
      }
      const error = done.find((step) => step.error)?.error;
      if (error) return end(error);
    }
  }
  return end(undefined);
}

interface Step {
  readonly outcome: ContainerOutcome;
  /** False: the next look tells. */
  readonly settled: boolean;
  /** It was stopped in vain. */
  readonly stillRuns?: boolean;
  /** The engine is not to be asked further now. */
  readonly error?: EngineFailure;
}

/** Does what is due for one container, after looking at it afresh. */
async function endOne(
  engine: Pick<ContainerEngine, 'inspect' | 'resume' | 'stop' | 'remove'>,
  owner: ContainerOwner,
  { grace, removable }: StopOptions,
  { id, image }: Container,
): Promise<Step> {
  const step = (outcome: ContainerOutcome['outcome'], reason: ContainerReason | undefined, settled = true): Step => {
    return { outcome: { id, image, outcome, reason }, settled };
  };
  const failed = (error: EngineFailure): Step => {
    const answer = step('unknown', { code: 'engine', failure: error }, false);
    // One that the engine refuses is tried again; an engine that does not answer is not asked for the next one.
    return error.kind === 'failed' ? answer : { ...answer, error };
  };
  const looked = await engine.inspect([id]);
  if (!looked.ok) return failed(looked.error);
  const [container] = looked.value;
  if (!container) return step('removed', undefined);
  if (!isOwnedBy(container, owner)) return step('spared', { code: 'other labels' });
  if (container.state === 'removing') return step('unknown', { code: 'being removed' }, false);
  const wasRunning = !isNotRunning(container);
  if (wasRunning) {
    // Podman stops none that is paused. Where this fails, the stop says why.
    if (container.state === 'paused') await engine.resume(id);
    const stopped = await engine.stop(id, grace);
    const after = await engine.inspect([id]);
    if (!after.ok) return failed(stopped.ok ? after.error : stopped.error);
    const [still] = after.value;
    if (!still) return step('removed', undefined);
    if (!isNotRunning(still) && still.state !== 'removing') {
      const vain = stopped.ok ? step('unknown', { code: 'still', state: still.state }, false) : failed(stopped.error);
      return { ...vain, stillRuns: true };
    }
  }
  if (removable || container.neverStarted) {
    // Refused when it has begun to run in between; the next look then sees it running.
    const removed = await engine.remove(id);
    return removed.ok ? step('unknown', { code: 'being removed' }, false) : failed(removed.error);
  }
  return wasRunning ? step('stopped', { code: 'no --rm' }) : step('spared', { code: 'no --rm, not running' });
}

function gone({ id, image }: ContainerOutcome): ContainerOutcome {
  return { id, image, outcome: 'removed', reason: undefined };
}
