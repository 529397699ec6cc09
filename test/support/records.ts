import * as registry from '../../src/registry/newRecord';
import type { ServerRecord, SessionFile } from '../../src/registry/schema';

/** What a window writes down of a server that it launches, before that runs; nothing special but what is given. */
export function newRecord(given: Partial<ServerRecord> = {}): ServerRecord {
  const standard = { server: 'server', client: 'test', kind: 'launched', commandLine: 'node server.js' } as const;
  return registry.newRecord({ ...standard, grace: { stdin: 100, term: 100 }, ...given });
}

/** What a session writes down: without servers, and with nothing special but what is given. */
export function newSession(given: Pick<SessionFile, 'home' | 'owner'> & Partial<SessionFile>): SessionFile {
  return registry.newSession({ editor: 'test', automatic: 'on', neverReap: [], ...given });
}
