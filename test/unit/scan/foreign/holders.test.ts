import assert from 'node:assert/strict';
import type { HeldServer } from '../../../../src/judgement/abandonedTogether';
import type { ProcessEntry, StdinPeer } from '../../../../src/os/platform';
import { UNSEEN } from '../../../../src/os/users';
import { holdersAmong } from '../../../../src/scan/foreign/holders';
import { heldBy } from '../../../support/codes';
import { entry, table } from '../../judgement/table';

/** A client (10) with something below it (11), a stranger (20), an editor (30), and servers `a` (500) and `b` (600). */
const SNAPSHOT = table(
  entry(1, 0),
  entry(10, 1, { name: 'client' }),
  entry(11, 10),
  entry(20, 1),
  entry(30, 1, { name: 'code' }),
  entry(500, 1),
  entry(600, 1),
);
const clientOf = ({ name }: ProcessEntry) => (name === 'client' ? 'A Client' : undefined);

const orphan = (pid: number, peer: StdinPeer, isEndable = true): HeldServer => ({
  pids: new Set([pid]),
  endable: new Set(isEndable ? [pid] : []),
  peers: [peer],
});

describe('the holders of a server’s stdin', () => {
  const GONE: StdinPeer = { kind: 'gone', proof: 'no peer' };
  const both = { a: orphan(500, heldBy(600)), b: orphan(600, heldBy(500)) };
  const unendable = { a: orphan(500, heldBy(600), false), b: both.b };

  const rows: [what: string, peer: StdinPeer | undefined, orphans: Record<string, HeldServer>, expected: string][] = [
    ['nothing', GONE, {}, 'clients'],
    ['not probed, below a client', undefined, {}, 'clients'],
    ['a client', heldBy(10), {}, 'clients'],
    ['a process below a client', heldBy(11), {}, 'clients'],
    ['an editor', heldBy(30), {}, 'clients'],
    ['a client beside a stranger', heldBy(20, 10), {}, 'clients'],
    ['an invisible process', { kind: 'alive', by: UNSEEN }, {}, 'clients'],
    ['a process that is not in the snapshot', heldBy(99), {}, 'clients'],
    ['a stranger', heldBy(20), {}, 'strangers'],
    ['L29 another orphan', heldBy(600), both, 'orphans b'],
    ['L29 another orphan, and the server itself', heldBy(500, 600), both, 'orphans b'],
    ['L29 another server that is no orphan', heldBy(600), { a: both.a }, 'orphans'],
    ['L29 another orphan, of a server that is none', heldBy(600), { b: both.b }, 'strangers'],
    ['L29 another orphan, of a server that another user’s process may reach', heldBy(600), unendable, 'strangers'],
    ['an orphan that nothing holds', GONE, both, 'clients'],
  ];
  for (const [what, peer, orphans, expected] of rows) {
    it(what, () => {
      const found = holdersAmong(new Map(Object.entries(orphans)), { id: 'a', peer }, SNAPSHOT, clientOf);
      assert.equal([found.heldBy ?? 'clients', ...found.heldWith].join(' '), expected);
    });
  }
});
