import type { ContainerRow, ContainersRow } from './containerRow';
import type { CopiesRow } from './copiesRow';
import type { GroupRow } from './groupRow';
import type { InfoRow } from './infoRow';
import type { ProcessRow } from './processRow';
import type { RowKind } from './row';
import { ServerRow } from './serverRow';

/** A row object lives as long as its id is shown: the editor finds the row to refresh by object. */
export type Row = GroupRow | CopiesRow | ServerRow | ProcessRow | ContainerRow | ContainersRow | InfoRow;

/** The row of the server that a row belongs to; undefined for the row of a group. */
export function serverRowOf(row: RowKind): ServerRow | undefined {
  for (let at: RowKind | undefined = row; at; at = at.parent) if (at instanceof ServerRow) return at;
  return undefined;
}
