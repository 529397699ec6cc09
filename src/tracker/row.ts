import { containerElsewhere } from '../containers/engineClients';
import type { ContainersSeen } from '../containers/recordedContainers';
import type { Member } from '../judgement/members';
import type { ContainerFinding, Evidence } from '../model/evidence';
import type { Refusal } from '../model/refusal';
import { approximateStart } from '../os/startTime';
import type { ContainerRun, ServerRecord } from '../registry/schema';
import { memoryOf, treeOf } from './processNodes';

// The common parts of rows that may have processes.

/** Why members are spared, by pid. */
export type SparedReasons = ReadonlyMap<number, Refusal>;

/** What is known of the containers of a record, by its id. */
export type ContainersOf = (recordId: string) => ContainersSeen | undefined;

/** The facts of a row that follow from its members. */
export function processesView(members: readonly Member[], spared: SparedReasons = new Map()) {
  const top = members[0]?.entry;
  return {
    pid: top?.pid,
    startedAt: top && approximateStart(top.start),
    memory: memoryOf(members),
    processes: treeOf(members, spared),
  };
}

export function containersView(seen: ContainersSeen | undefined) {
  return { containers: seen?.containers ?? [], containerProblem: seen?.problem };
}

/** Evidence about the container of a server that another program started. */
export function unlabelledEvidence(
  record: ServerRecord,
  members: readonly Member[],
  seen: ContainersSeen | undefined,
): ContainerFinding[] {
  const elsewhere = new Map<string, ContainerFinding>();
  for (const found of members.flatMap(({ entry }) => containerElsewhere(entry) ?? []))
    elsewhere.set(found.found, found);
  return [...(record.container ? containerEvidence(record.container, seen) : []), ...elsewhere.values()];
}

export function containerEvidence({ program }: ContainerRun, seen: ContainersSeen | undefined): ContainerFinding[] {
  if (!seen) return [{ kind: 'container-not-asked', program }];
  if (seen.problem) return [{ kind: 'container-unknown', failure: seen.problem }];
  return seen.containers.map(({ id, image, state }) => ({ kind: 'container', id, image, state }));
}

/** The proof for each of a server's members, in their order. */
export function membershipEvidence(members: readonly Member[]): Evidence[] {
  const roots = new Set(members.flatMap(({ entry, by }) => (by === 'root' ? [entry.pid] : [])));
  return members.map(({ entry: { pid, ppid }, by }) => ({
    ...{ kind: 'member', pid, by },
    ...(by === 'tree' && !roots.has(ppid) && { below: ppid }),
  }));
}
