import { type Clock, systemClock } from '../common/clock';
import type { ContainerEngine } from '../containers/engine';
import { isNotRunning } from '../containers/engineOutput';
import { engineOf, notedContainer, type RecordedContainers } from '../containers/recordedContainers';
import type { ContainerOutcome, ContainerReason } from '../model/containerOutcome';
import { type ContainerRun, isLabelled, type ServerRecord, type SessionFile } from '../registry/schema';
import { stopContainers } from './stopContainers';

export interface ContainersEnded {
  readonly containers: readonly ContainerOutcome[];
  readonly problem: ContainerReason | undefined;
}

/**
 * Ends the containers of one record, after its processes. A container that is not ours to end is reported as left
 * running. Most records have none. Never rejects.
 */
export async function endContainers(
  known: RecordedContainers,
  record: ServerRecord,
  session: Pick<SessionFile, 'id' | 'home'>,
  clock: Clock = systemClock,
): Promise<ContainersEnded> {
  const run = record.container;
  if (!run) return { containers: [], problem: undefined };
  const engine = engineOf(run);
  if (!engine) return { containers: [], problem: { code: 'no container client', program: run.program } };
  if (!isLabelled(record)) return { containers: await leaveRunning(known, engine, run), problem: undefined };
  const { containers, error, finished } = await stopContainers(
    engine,
    { home: session.home, session: session.id, record: record.id },
    { clock, grace: record.grace.term, removable: run.removable },
  );
  if (finished) known.forget(record.id);
  const unknown = containers.find(({ outcome }) => outcome === 'unknown');
  if (finished) return { containers, problem: undefined };
  const said = error && ({ code: 'engine', failure: error } as const);
  return { containers, problem: said ?? unknown?.reason ?? { code: 'not finished' } };
}

/** Reports a container without our labels whose client has been ended; nothing is done to it. */
async function leaveRunning(
  known: RecordedContainers,
  engine: ContainerEngine,
  run: ContainerRun,
): Promise<ContainerOutcome[]> {
  const { containerId: id } = run;
  if (id === undefined) return [];
  const noted = await notedContainer(engine, run);
  if (!noted.ok) return [{ id, image: '', outcome: 'unknown', reason: { code: 'engine', failure: noted.error } }];
  const [container] = noted.value;
  if (!container || isNotRunning(container) || container.state === 'removing') return [];
  known.rememberAddress(id, run);
  return [{ id, image: container.image, outcome: 'left running', reason: { code: 'no label' } }];
}
