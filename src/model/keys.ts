import { identityKey } from '../os/identity';
import type { ServerRecord } from '../registry/schema';

/** The key of a record's row; also names the record to {@link Sweeper.reapOrphans}. */
export function recordKey(sessionId: string, recordId: string): string {
  return `${sessionId}:${recordId}`;
}

/** The key of a foreign server's row: the same in every window, which each make a record of their own. */
export function foreignKey({ id, root }: Pick<ServerRecord, 'id' | 'root'>): string {
  return `other:${root ? identityKey(root) : id}`;
}

/** The key of a server that came through the API. */
export function apiKeyOf(name: string): string {
  return `api:${name}`;
}
