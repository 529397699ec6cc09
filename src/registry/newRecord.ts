import { randomUUID } from 'node:crypto';
import { LAUNCHED_GRACE } from '../common/limits';
import { SCHEMA_VERSION, type ServerRecord, type SessionFile } from './schema';

/** A record of a server that has not started yet, with default values for all other properties. */
export function newRecord(
  given: Pick<ServerRecord, 'server' | 'client' | 'kind'> & Partial<ServerRecord>,
): ServerRecord {
  return {
    id: randomUUID(),
    folder: undefined,
    commandLine: '',
    createdAt: Date.now(),
    root: undefined,
    posixSession: undefined,
    census: [],
    grace: LAUNCHED_GRACE,
    ladder: undefined,
    container: undefined,
    ...given,
  };
}

/** A session that begins now without servers, with default values for all other properties. */
export function newSession(
  given: Pick<SessionFile, 'home' | 'owner' | 'editor' | 'automatic' | 'neverReap'> & Partial<SessionFile>,
): SessionFile {
  return {
    schema: SCHEMA_VERSION,
    id: randomUUID(),
    startedAt: Date.now(),
    folder: undefined,
    detachedSince: undefined,
    handedOver: undefined,
    records: [],
    ...given,
  };
}
