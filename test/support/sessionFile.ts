import { SCHEMA_VERSION, type SessionFile } from '../../src/registry/schema';

/** What a session writes down: without servers, and with nothing special but what is given. */
export function sessionFile(given: Pick<SessionFile, 'id' | 'home' | 'owner'> & Partial<SessionFile>): SessionFile {
  return {
    schema: SCHEMA_VERSION,
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
