import assert from 'node:assert/strict';
import { abandonedTogether, type HeldServer } from '../../../src/judgement/abandonedTogether';
import type { StdinPeer } from '../../../src/os/platform';
import { heldBy } from '../../support/codes';

const GONE: StdinPeer = { kind: 'gone', proof: 'no peer' };
const UNKNOWN: StdinPeer = { kind: 'unknown', reason: { kind: 'said', text: 'x' } };
const held = heldBy;
const UNSEEN: StdinPeer = { kind: 'alive', by: { kind: 'unseen' } };

interface Named extends HeldServer {
  readonly name: string;
}

/** A server with these processes, of which `spared` are spared for another reason. */
function server(name: string, pids: readonly number[], peer: StdinPeer | StdinPeer[], spared: number[] = []): Named {
  const endable = new Set(pids.filter((pid) => !spared.includes(pid)));
  return { name, pids: new Set(pids), endable, peers: [peer].flat() };
}

describe('orphans that hold only each other’s stdin', () => {
  const a = (peer: StdinPeer | StdinPeer[], ...spared: number[]) => server('a', [10, 11], peer, spared);
  const b = (peer: StdinPeer | StdinPeer[], ...spared: number[]) => server('b', [20], peer, spared);
  const c = (peer: StdinPeer | StdinPeer[], ...spared: number[]) => server('c', [30], peer, spared);

  const table: [what: string, servers: Named[], abandoned: string][] = [
    ['L29 none', [], ''],
    ['L29 no process holds it', [a(GONE)], 'a'],
    ['L29 each holds the other', [a(held(20)), b(held(10))], 'ab'],
    ['L29 one holds the other, no process holds the first', [a(held(20)), b(GONE)], 'ab'],
    ['L29 a chain, in any order', [a(held(20)), b(held(30)), c(GONE)], 'abc'],
    ['L29 a ring of three', [a(held(20)), b(held(30)), c(held(11))], 'abc'],
    ['L29 several hold one', [a(held(20, 30)), b(held(10, 30)), c(GONE)], 'abc'],
    ['L29 held by itself and another', [a(held(11, 20)), b(held(10))], 'ab'],
    ['K05 a stranger holds one of them, and so all', [a(held(20)), b(held(10, 99))], ''],
    ['K05 a stranger at the end of a chain', [a(held(20)), b(held(30)), c(held(99))], ''],
    ['K05 a stranger holds one that holds no other', [a(held(99)), b(GONE)], 'b'],
    ['K05 a stranger and one that no process holds both hold it', [a(held(20, 99)), b(GONE)], 'b'],
    ['K05 a hidden process holds one', [a(held(20)), b(UNSEEN)], ''],
    ['K05 the holders are unknown', [a(held(20)), b(held())], ''],
    ['K09 one of them is unknown', [a(held(20)), b(UNKNOWN)], ''],
    ['K09 one of two at the top is unknown', [a([held(20), UNKNOWN]), b(held(10))], ''],
    ['only itself holds it, which proves nothing', [a(held(11))], ''],
    ['a spared server spares what it holds', [a(held(20)), b(GONE, 20)], 'b'],
    ['a spared server in a ring spares the ring', [a(held(20)), b(held(30)), c(held(10), 30)], ''],
    ['a spared server that holds nothing spares no other', [a(held(20), 11), b(held(10))], 'ab'],
    ['a spared server is one of its holders', [a(held(20)), b(held(10, 11), 20)], ''],
  ];
  for (const [what, servers, expected] of table) {
    for (const order of [servers, servers.toReversed()]) {
      it(`${what}${order === servers ? '' : ', the other way round'}`, () => {
        const names = [...abandonedTogether(order)].map(({ name }) => name).sort();
        assert.equal(names.join(''), expected);
      });
    }
  }
});
