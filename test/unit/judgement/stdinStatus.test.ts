import assert from 'node:assert/strict';
import { joinStdinPeers } from '../../../src/judgement/stdinStatus';
import type { StdinPeer } from '../../../src/os/platform';
import { UNSEEN } from '../../../src/os/users';
import { heldBy } from '../../support/codes';

describe('stdin of a whole server', () => {
  const gone: StdinPeer = { kind: 'gone', proof: 'no peer' };
  const unknown: StdinPeer = { kind: 'unknown', reason: { kind: 'said', text: 'x' } };
  const alive = heldBy;
  const unseen: StdinPeer = { kind: 'alive', by: UNSEEN };

  it('K05 K09 one process that is served makes it served, one that is unknown makes it unknown', () => {
    const table: [StdinPeer[], StdinPeer['kind']][] = [
      [[gone], 'gone'],
      [[gone, gone], 'gone'],
      [[unknown], 'unknown'],
      [[gone, unknown], 'unknown'],
      [[unknown, gone], 'unknown'],
      [[unseen], 'alive'],
      [[gone, unknown, unseen], 'alive'],
      [[alive(9)], 'alive'],
      // Held by one of its own processes: no client.
      [[gone, alive(5)], 'gone'],
      [[gone, alive(5, 6)], 'gone'],
      // Held by one of its own processes and by a stranger.
      [[gone, alive(5, 9)], 'alive'],
      // Held by a process that cannot be seen: a stranger.
      [[gone, alive()], 'alive'],
      // No process that decides for the whole server.
      [[alive(5)], 'unknown'],
      [[], 'unknown'],
    ];
    for (const [peers, kind] of table) {
      assert.equal(joinStdinPeers(peers, new Set([5, 6])).kind, kind, JSON.stringify(peers));
    }
  });

  it('K09 a failed probe is not hidden behind a stdin that says nothing', () => {
    const failed: StdinPeer = { kind: 'unknown', reason: { kind: 'said', text: 'x' }, failure: 'failed' };
    const blind: StdinPeer = { kind: 'unknown', reason: { kind: 'said', text: 'x' }, failure: 'no means' };
    const orders = [
      [gone, unknown, blind, failed],
      [failed, blind, unknown, gone],
    ];
    for (const peers of orders) assert.deepEqual(joinStdinPeers(peers, new Set()), failed);
    assert.deepEqual(joinStdinPeers([unknown, blind], new Set()), blind);
  });
});
