import { randomUUID } from 'node:crypto';
import { SCHEMA_VERSION, type ServerRecord, type SessionFile } from '../../src/registry/schema';

/** What a window writes down of a server that it launches, before that runs; nothing special but what is given. */
export function newRecord(given: Partial<ServerRecord> = {}): ServerRecord {
  return {
    id: randomUUID(),
    server: 'server',
    client: 'test',
    folder: undefined,
    kind: 'launched',
    commandLine: 'node server.js',
    createdAt: Date.now(),
    root: undefined,
    posixSession: undefined,
    census: [],
    grace: { stdin: 100, term: 100 },
    ladder: undefined,
    container: undefined,
    ...given,
  };
}

/** What a session writes down: without servers, and with nothing special but what is given. */
export function newSession(given: Pick<SessionFile, 'home' | 'owner'> & Partial<SessionFile>): SessionFile {
  return {
    schema: SCHEMA_VERSION,
    id: randomUUID(),
    startedAt: Date.now(),
    editor: 'test',
    folder: undefined,
    automatic: 'on',
    neverReap: [],
    detachedSince: undefined,
    handedOver: undefined,
    records: [],
    ...given,
  };
}
