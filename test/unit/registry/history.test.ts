import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DataFolder, openDataFolder } from '../../../src/registry/dataFolder';
import { type HistoryEntry, readHistory, writeHistory } from '../../../src/registry/history';
import { uuid } from '../judgement/table';

function reaped(at: number): HistoryEntry {
  return {
    at,
    by: 'guard',
    server: `server ${at}`,
    sessionId: uuid(1),
    processes: [{ pid: 500, name: 'node', outcome: 'exited' }],
    containers: [],
    memoryFreed: 1,
  };
}

describe('history', () => {
  let temp: string;
  let folder: DataFolder;

  beforeEach(() => {
    temp = mkdtempSync(join(tmpdir(), 'history-'));
    folder = openDataFolder(join(temp, 'home'));
  });

  afterEach(() => {
    rmSync(temp, { recursive: true });
  });

  const times = (since = 0, most = 1_000) => readHistory(folder, since, most).map(({ at }) => at);

  it('K13 leaves out entries that the views could not show', () => {
    writeHistory(folder, uuid(1), reaped(1));
    const bad = [
      null,
      7,
      [],
      { processes: [null] },
      { processes: [{ pid: 500, name: 'node' }] },
      { containers: [{ id: 5, outcome: 'removed' }] },
      { containers: 5 },
      { server: {} },
      { at: 'x' },
      { memoryFreed: null },
    ];
    for (const [index, change] of bad.entries()) {
      const json = change instanceof Object && !Array.isArray(change) ? { schema: 1, ...reaped(2), ...change } : change;
      writeFileSync(join(folder.history, `00000000000001${index}-x.json`), JSON.stringify(json));
    }
    assert.deepEqual(times(), [1]);
  });

  it('K13 leaves out a named pipe, without waiting for it', () => {
    execFileSync('mkfifo', [join(folder.history, '000000000000009-x.json')]);
    const script = `
      const { readHistory } = require(${JSON.stringify(join(__dirname, '../../../src/registry/history.ts'))});
      console.log(readHistory({ history: process.argv[1] }, 0, 9).length)`;
    const options = { encoding: 'utf8', timeout: 15_000 } as const;
    const { stdout } = spawnSync(process.execPath, ['--import=tsx', '-e', script, folder.history], options);
    assert.equal(stdout, '0\n', 'it hangs');
  });

  it('K13 leaves out entries larger than any of ours, and links', () => {
    writeHistory(folder, uuid(1), reaped(1));
    const text = (size: number) => JSON.stringify({ schema: 1, ...reaped(2) }).padEnd(size);
    const file = (name: string) => join(folder.history, `00000000000000${name}-x.json`);
    writeFileSync(file('2'), text(1 << 20));
    writeFileSync(file('3'), text((1 << 20) + 1));
    symlinkSync(file('2'), file('4'));
    assert.deepEqual(times(), [2, 1]);
  });

  it('is read newest first, limited by time and by count', () => {
    assert.deepEqual(times(), []);
    // Names sort by time, whatever the number of digits.
    for (const at of [999, 1_000, 5, 10_000]) writeHistory(folder, uuid(at), reaped(at));
    assert.deepEqual(times(), [10_000, 1_000, 999, 5]);
    assert.deepEqual(times(999), [10_000, 1_000]);
    assert.deepEqual(times(0, 2), [10_000, 1_000]);
    assert.deepEqual(readHistory(folder, 0, 1), [reaped(10_000)]);
  });

  it('keeps the newest 200 files', () => {
    // As another window would leave them, before the one write that trims.
    for (let at = 1; at <= 203; at++) {
      const text = JSON.stringify({ schema: 1, ...reaped(at) });
      writeFileSync(join(folder.history, `${String(at).padStart(15, '0')}-x.json`), text);
    }
    writeHistory(folder, uuid(1), reaped(204));
    assert.equal(readdirSync(folder.history).length, 200);
    assert.deepEqual([times()[0], times().at(-1)], [204, 5]);
    writeHistory(folder, uuid(1), reaped(205));
    assert.deepEqual([times().length, times().at(-1)], [200, 6]);
  });

  it('reads what an older version wrote, without facts that it does not know', () => {
    const facts = {
      cause: 'exit',
      exit: { signal: 'SIGKILL' },
      lastLine: 'no memory',
      commandLine: 'node x.js',
    } as const;
    const odd = {
      cause: 'a newer word',
      exit: { code: '3' },
      lastLine: 5,
      commandLine: null,
    } as unknown as HistoryEntry;
    writeHistory(folder, uuid(1), reaped(1));
    writeHistory(folder, uuid(2), { ...reaped(2), ...facts });
    writeHistory(folder, uuid(3), { ...reaped(3), ...odd });
    const known = readHistory(folder, 0, 10).map(({ cause, exit, lastLine, commandLine }) =>
      [cause, exit, lastLine, commandLine].filter((fact) => fact !== undefined),
    );
    assert.deepEqual(known, [[], ['exit', { signal: 'SIGKILL' }, 'no memory', 'node x.js'], []]);
  });

  it('leaves out what it cannot read, and removes only its own files', () => {
    writeHistory(folder, uuid(1), reaped(5));
    const strange = [
      '',
      '{',
      'null',
      '[]',
      '{"schema":2,"processes":[]}',
      '{"schema":1}',
      '{"schema":1,"processes":5}',
    ];
    strange.forEach((text, index) => {
      writeFileSync(join(folder.history, `${String(index + 10).padStart(15, '0')}-x.json`), text);
    });
    writeFileSync(join(folder.history, 'notes.json'), 'x');
    assert.deepEqual(times(), [5]);
    for (let at = 100; at < 300; at++) writeHistory(folder, uuid(at), reaped(at));
    assert.ok(readdirSync(folder.history).includes('notes.json'));
  });
});
