import assert from 'node:assert/strict';
import type { StdinPeer } from '../../../src/os/platform';
import { seen } from '../../../src/os/users';
import { OrphanedSet } from '../../../src/reaping/orphanedSet';

const heldBy = (pid: number): StdinPeer => ({ kind: 'alive', by: seen({ pid }) });

describe('orphans that are ended together', () => {
  /** Three servers: 2 holds the stdin of 1, 3 that of 2, nothing that of 3. */
  const chain = () => {
    const peers = new Map<number, StdinPeer>([
      [1, heldBy(2)],
      [2, heldBy(3)],
      [3, { kind: 'gone', proof: 'no peer' }],
    ]);
    return new OrphanedSet([1, 2, 3], async (pid) => ({
      pids: new Set([pid]),
      endable: new Set([pid]),
      peers: [peers.get(pid) as StdinPeer],
    }));
  };

  it('a holder that is being ended, or has just ended, is worth waiting for', async () => {
    const set = chain();
    assert.ok(!set.areEnding([2]), 'before any scan nothing is known');
    assert.deepEqual([...(await set.companionsOf(1))].sort(), [2, 3]);
    assert.ok(set.areEnding([2, 3]));
  });

  it('a stranger is not, nor a server of the set that stays, nor a holder that cannot be seen', async () => {
    const set = chain();
    await set.companionsOf(1);
    assert.ok(!set.areEnding([2, 99]));
    assert.ok(!set.areEnding([]), 'nobody visible');
    set.stays(2);
    assert.ok(!set.areEnding([2]));
    assert.ok(!set.areEnding([2, 3]));
    assert.ok(set.areEnding([3]));
  });
});
