import type { ContainerView, ContainerWithoutClient, ProcessNode, ServerGroup, ServerView } from '../model/inventory';
import type { StopPermission } from '../reaping/containerActions';

export interface GroupRow {
  readonly kind: 'group';
  readonly id: string;
  readonly group: ServerGroup;
  /** Whether it is folded until a person unfolds it. */
  readonly isFolded: boolean;
  /** Servers, or bundles of equal ones. */
  rows: (ServerRow | CopiesRow)[];
}

/** Several copies of other clients' same server: people have ten of them, and one line says it. */
export interface CopiesRow {
  readonly kind: 'bundle';
  readonly id: string;
  readonly name: string;
  readonly parent: GroupRow;
  servers: ServerRow[];
}

export interface ServerRow {
  readonly kind: 'server';
  readonly id: string;
  server: ServerView;
  parent: GroupRow | CopiesRow;
  processes: ProcessRow[];
  containers: ContainerRow[];
}

export interface ProcessRow {
  readonly kind: 'process';
  readonly id: string;
  process: ProcessNode;
  parent: ServerRow | ProcessRow;
  processes: ProcessRow[];
}

export interface ContainerRow {
  readonly kind: 'container';
  readonly id: string;
  container: ContainerView | ContainerWithoutClient;
  /** Whether it may be stopped from here. */
  permission: StopPermission;
  parent: ServerRow | ContainerGroupRow;
}

/** Containers without a client. */
export interface ContainerGroupRow {
  readonly kind: 'containerGroup';
  readonly id: string;
  containers: ContainerRow[];
}

/** What the panel tells besides servers: the guard, and what was reaped lately. */
export interface InfoRow {
  readonly kind: 'note';
  readonly id: string;
  info: Info;
  infos: InfoRow[];
  parent: InfoRow | undefined;
}

export interface Info {
  readonly label: string;
  readonly description: string;
  readonly icon: string;
  /** Theme colour of the icon. */
  readonly color: string;
  readonly tooltip: string;
}

/** The objects stay the same over all pictures, because the editor finds the row to refresh by object. */
export type Node = GroupRow | CopiesRow | ServerRow | ProcessRow | ContainerRow | ContainerGroupRow | InfoRow;

/** In the order of the panel; empty ones are hidden. */
export const GROUPS: readonly ServerGroup[] = [
  'orphaned',
  'thisWindow',
  'otherWindows',
  'otherClients',
  'ownerUnknown',
  'notRunning',
];

export function childrenOfRow(row: Node): Node[] {
  switch (row.kind) {
    case 'group':
      return row.rows;
    case 'bundle':
      return row.servers;
    case 'server':
      return [...row.containers, ...row.processes];
    case 'process':
      return row.processes;
    case 'containerGroup':
      return row.containers;
    case 'container':
      return [];
    case 'note':
      return row.infos;
  }
}

/** All servers below a group, whether bundled or not. */
export function serversOf({ rows }: GroupRow): ServerRow[] {
  return rows.flatMap((row) => (row.kind === 'bundle' ? row.servers : [row]));
}
