import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { noteCrash, readCrashes, takeCrash } from '../../../src/registry/crashes';
import { type DataFolder, openDataFolder } from '../../../src/registry/dataFolder';
import type { ServerRecord, SessionFile } from '../../../src/registry/schema';
import { uuid } from '../judgement/table';

const record = (server: string, over: Partial<ServerRecord> = {}) =>
  ({ server, client: 'MCP Processes', folder: '/ws', kind: 'launched', ...over }) as ServerRecord;

const session = (number: number, over: Partial<SessionFile> = {}) =>
  ({
    id: uuid(number),
    editor: 'VS Code',
    startedAt: 1,
    folder: '/ws',
    handedOver: undefined,
    records: [record('files')],
    ...over,
  }) as SessionFile;

describe('the servers that a crashed session ran', () => {
  let temp: string;
  let folder: DataFolder;

  beforeEach(() => {
    temp = mkdtempSync(join(tmpdir(), 'crashes-'));
    folder = openDataFolder(join(temp, 'home'));
  });

  afterEach(() => {
    rmSync(temp, { recursive: true });
  });

  const sessions = () => readCrashes(folder).map(({ sessionId }) => sessionId);

  it('are those that the session launched itself', () => {
    noteCrash(folder, session(1, { records: [record('files'), record('editors', { kind: 'adopted' })] }));
    const [crash] = readCrashes(folder);
    assert.deepEqual(crash?.servers, [{ server: 'files', client: 'MCP Processes', folder: '/ws' }]);
    assert.deepEqual([crash.sessionId, crash.folder, crash.startedAt], [uuid(1), '/ws', 1]);
  });

  const orderly: [string, Partial<SessionFile>][] = [
    ['handed its servers over', { handedOver: 5 }],
    ['ran nothing', { records: [] }],
    ['was one of mcp-processes run', { editor: 'mcp-processes run for pid 7' }],
  ];
  for (const [what, over] of orderly) {
    it(`are none if the session ${what}`, () => {
      noteCrash(folder, session(1, over));
      assert.deepEqual(readdirSync(folder.history), []);
    });
  }

  it('are announced once: in one of two windows, and never again', () => {
    noteCrash(folder, session(1));
    noteCrash(folder, session(1, { records: [record('later')] }));
    const [crash, ...more] = readCrashes(folder);
    assert.ok(crash && more.length === 0);
    assert.equal(crash.servers[0]?.server, 'files');
    assert.deepEqual([takeCrash(folder, crash), takeCrash(folder, crash)], [true, false]);
    noteCrash(folder, session(1));
    assert.deepEqual(sessions(), []);
  });

  it('are forgotten after a week, and when there are more than 50 crashes', () => {
    noteCrash(folder, session(1));
    const old = new Date(Date.now() - 8 * 24 * 3_600_000);
    utimesSync(join(folder.history, `crash-${uuid(1)}.json`), old, old);
    assert.deepEqual(sessions(), []);
    for (let number = 2; number < 60; number++) noteCrash(folder, session(number));
    assert.equal(readdirSync(folder.history).length, 50);
  });

  it('leave out what cannot be read or has another form', () => {
    const whole = { schema: 1, at: 1, sessionId: uuid(1), startedAt: 1, servers: [] };
    const texts = [
      '{',
      'null',
      JSON.stringify({ ...whole, schema: 2 }),
      JSON.stringify({ ...whole, servers: [null] }),
      JSON.stringify({ ...whole, servers: [{ server: 5, client: '' }] }),
      JSON.stringify({ ...whole, at: 'today' }),
      JSON.stringify({ ...whole, sessionId: uuid(2) }),
    ];
    for (const text of texts) {
      writeFileSync(join(folder.history, `crash-${uuid(1)}.json`), text);
      assert.deepEqual(sessions(), [], text);
    }
    writeFileSync(join(folder.history, `crash-${uuid(1)}.json`), JSON.stringify(whole));
    assert.deepEqual(sessions(), [uuid(1)], 'control arm');
  });
});
