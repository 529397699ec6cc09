import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identityKey } from '../../../src/os/identity';
import type { StdinPeer } from '../../../src/os/platform';
import { type DataFolder, openDataFolder } from '../../../src/registry/dataFolder';
import { readSharedProbes, type SharedProbe, writeSharedProbes } from '../../../src/registry/sharedProbes';
import { identity } from '../judgement/table';

describe('probes that windows share', () => {
  let temp: string;
  let folder: DataFolder;
  const NOW = 1_000_000_000_000;
  const one = identity(4_711);
  const probe = (peer: StdinPeer, at = NOW - 1_000): SharedProbe => ({ identity: one, ppid: 1, peer, at });
  const read = (scope = one.scope) => readSharedProbes(folder, scope, 600_000, NOW);

  beforeEach(() => {
    temp = mkdtempSync(join(tmpdir(), 'probes-'));
    folder = openDataFolder(join(temp, 'home'));
  });
  afterEach(() => rmSync(temp, { recursive: true }));

  it('are read as they were written', () => {
    const peers: StdinPeer[] = [
      { kind: 'alive', by: { kind: 'seen', processes: [{ pid: 12, name: 'node' }, { pid: 13 }] } },
      { kind: 'alive', by: { kind: 'unseen' } },
      { kind: 'gone', proof: 'no peer' },
      { kind: 'unknown', reason: { kind: 'program-missing', program: 'ss' } },
    ];
    for (const peer of peers) {
      writeSharedProbes(folder, one.scope, [probe(peer)]);
      assert.deepEqual(read(), new Map([[identityKey(one), probe(peer)]]));
    }
  });

  it('K12 count only in their own scope', () => {
    writeSharedProbes(folder, one.scope, [probe({ kind: 'unknown', reason: { kind: 'said', text: '' } })]);
    assert.equal(read('tfedcba9876543210').size, 0);
  });

  it('L24 are forgotten when old, and not believed from the future', () => {
    const peer = { kind: 'unknown', reason: { kind: 'said', text: '' } } as const;
    for (const at of [NOW - 600_000, NOW + 1]) {
      writeSharedProbes(folder, one.scope, [probe(peer, at)]);
      assert.equal(read().size, 0);
    }
  });

  it('K13 are not read from a damaged or hostile file', () => {
    const path = join(folder.path, 'probes.json');
    writeSharedProbes(folder, one.scope, [probe({ kind: 'gone', proof: 'no peer' })]);
    const good = readFileSync(path, 'utf8');
    const hostile = [
      '',
      '[]',
      'null',
      good.replace('"schema":1', '"schema":2'),
      good.replace('4711', '1'),
      good.replace('4711', '-4711'),
      good.replace('"gone"', '"dead"'),
      good.replace('"no peer"', '"trust me"'),
      good.replace(/"at":\d+/, '"at":"now"'),
    ];
    for (const text of hostile) {
      writeFileSync(path, text);
      assert.equal(read().size, 0, text);
    }
    rmSync(path);
    symlinkSync('/etc/passwd', path);
    assert.equal(read().size, 0);
  });
});
