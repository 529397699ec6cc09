import * as registry from '../../src/registry/newRecord';
import type { ServerRecord, SessionFile } from '../../src/registry/schema';

/** A window's record of a server before its launch, with ordinary values where none are given. */
export function newRecord(given: Partial<ServerRecord> = {}): ServerRecord {
  const standard = { server: 'server', client: 'test', kind: 'launched', commandLine: 'node server.js' } as const;
  return registry.newRecord({ ...standard, grace: { stdin: 100, term: 100 }, ...given });
}

/** A session without servers, with ordinary values where none are given. */
export function newSession(given: Pick<SessionFile, 'home' | 'owner'> & Partial<SessionFile>): SessionFile {
  return registry.newSession({ editor: 'test', automatic: 'on', neverReap: [], ...given });
}
