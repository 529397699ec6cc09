import type { Branded } from '../common/branded';
import { identityKey } from '../os/identity';
import type { RecordId, SessionId } from '../registry/ids';
import type { ServerRecord } from '../registry/schema';

/** Names a server's row, in every window. */
export type ServerKey = Branded<string, 'ServerKey'>;

/** The key of a record's row; a reap takes it too. */
export function recordKey(sessionId: SessionId, recordId: RecordId): ServerKey {
  return `${sessionId}:${recordId}`;
}

/** The key of a foreign server's row: equal in all windows, although each makes a record of its own. */
export function foreignKey({ id, root }: Pick<ServerRecord, 'id' | 'root'>): ServerKey {
  return `other:${root ? identityKey(root) : id}`;
}

/** The key of a server that came through the API. */
export function apiKeyOf(name: string): ServerKey {
  return `api:${name}`;
}
