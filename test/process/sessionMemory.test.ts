import assert from 'node:assert/strict';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { openDataFolder } from '../../src/registry/dataFolder';
import { StateMemory } from '../../src/registry/sessionMemory';
import { readSessions } from '../../src/registry/sessionStore';
import type { Tracker } from '../../src/tracker/tracker';
import { memoryState } from '../support/memoryState';
import { type Host, isAlive, killHard } from '../support/sandbox';
import { withSandbox } from '../support/withSandbox';

const DEAF = ['--deaf-to-eof', '--deaf-to-term'];

describe('a workspace’s memory of its servers', function () {
  this.timeout(120_000);
  const sandbox = withSandbox();

  /** A host with a launched and an adopted server, and its workspace's memory of them. */
  async function remembered(automatic = 'on'): Promise<{ host: Host; memory: StateMemory; pids: [number, number] }> {
    const host = await sandbox.host({ ours: DEAF }, automatic, { adopted: { theirs: DEAF } });
    const memory = new StateMemory(memoryState().state);
    for (const { session } of readSessions(sandbox.folder).sessions) memory.remember(session);
    return { host, memory, pids: host.servers as [number, number] };
  }

  /** A window of the same workspace, opened with a new data folder. */
  async function windowWith(memory: StateMemory): Promise<Tracker> {
    const folder = openDataFolder(sandbox.folder.path);
    return sandbox.tracker({}, { memory, folder, own: await sandbox.session(folder) });
  }

  it('L23 after a crash and the loss of the data folder: what was launched and what was adopted are reaped', async () => {
    const { host, memory, pids } = await remembered();
    await killHard(host.child);
    rmSync(sandbox.folder.path, { recursive: true });
    const blind = await sandbox.tracker({}, { folder: openDataFolder(sandbox.folder.path) });
    await blind.sweep();
    assert.deepEqual(pids.map(isAlive), [true, true], 'control arm: without the memory nothing identifies them');
    const tracker = await windowWith(memory);
    assert.deepEqual(
      tracker.inventory.servers.map((row) => [row.name, 'checking' in row]).sort(),
      [
        ['ours', true],
        ['theirs', true],
      ],
      'shown before the first scan',
    );
    await tracker.sweep();
    assert.deepEqual(pids.map(isAlive), [false, false]);
    assert.deepEqual(memory.sessions(), [], 'nothing is left to remember');
    assert.deepEqual(readdirSync(join(sandbox.folder.path, 'sessions')), []);
  });

  it('L23 replaces a damaged session file: it has the session’s settings', async () => {
    for (const automatic of ['on', 'ask']) {
      const { host, memory, pids } = await remembered(automatic);
      await killHard(host.child);
      for (const { path } of readSessions(sandbox.folder).sessions) writeFileSync(path, '{');
      const tracker = await sandbox.tracker({}, { memory });
      await tracker.sweep();
      const lives = automatic === 'ask';
      assert.deepEqual(pids.map(isAlive), [lives, lives], automatic);
      if (!lives) continue;
      const orphaned = tracker.inventory.servers.filter(({ verdict }) => verdict === 'orphaned');
      assert.deepEqual(orphaned.map(({ name }) => name).sort(), ['ours', 'theirs']);
      await tracker.reapOrphans();
      assert.deepEqual(pids.map(isAlive), [false, false]);
    }
  });

  it('K18 reaps nothing while the owner lives', async () => {
    const { host, memory, pids } = await remembered();
    rmSync(sandbox.folder.path, { recursive: true });
    const tracker = await windowWith(memory);
    await tracker.sweep();
    assert.deepEqual(pids.map(isAlive), [true, true]);
    await killHard(host.child);
    await tracker.sweep();
    assert.deepEqual(pids.map(isAlive), [false, false]);
  });

  it('K01 K13 compares a remembered identity with the process that has its pid now', async () => {
    const { host, memory, pids } = await remembered();
    const [session] = memory.sessions();
    assert.ok(session);
    const wrong = session.records.map((record) => ({
      ...record,
      root: record.root && { ...record.root, start: 't1' },
      census: record.census.map((one) => ({ ...one, start: 't1' })),
      kind: 'adopted' as const,
    }));
    const memory2 = new StateMemory(memoryState().state);
    memory2.remember({ ...session, records: wrong });
    await killHard(host.child);
    rmSync(sandbox.folder.path, { recursive: true });
    await (await windowWith(memory2)).sweep();
    assert.deepEqual(pids.map(isAlive), [true, true]);
  });
});
