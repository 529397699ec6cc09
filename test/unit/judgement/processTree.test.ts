import assert from 'node:assert/strict';
import { ancestorsOf, childrenOf, descendantsOf, parentOf } from '../../../src/judgement/processTree';
import type { ProcessEntry, Snapshot } from '../../../src/os/platform';
import { entry, table } from './table';

function pids(entries: readonly ProcessEntry[]): number[] {
  return entries.map(({ pid }) => pid);
}

function at(snapshot: Snapshot, pid: number): ProcessEntry {
  return snapshot.processes.get(pid) as ProcessEntry;
}

describe('process tree', () => {
  const snapshot = table(entry(1, 0), entry(10, 1), entry(20, 10), entry(21, 10), entry(30, 20), entry(40, 1));

  it('gives parents, ancestors, children, descendants', () => {
    assert.equal(parentOf(snapshot, at(snapshot, 30))?.pid, 20);
    assert.equal(parentOf(snapshot, at(snapshot, 1)), undefined);
    assert.deepEqual(pids(ancestorsOf(snapshot, at(snapshot, 30))), [20, 10, 1]);
    assert.deepEqual(pids(childrenOf(snapshot, 10) as ProcessEntry[]).sort(), [20, 21]);
    assert.deepEqual(pids(descendantsOf(snapshot, 10)), [20, 21, 30]);
    assert.deepEqual(pids(descendantsOf(snapshot, 30)), []);
    assert.deepEqual(pids(descendantsOf(snapshot, 999)), []);
  });

  it('L21 K37 a parent pid that now belongs to a younger process is no parent', () => {
    const recycled = table(entry(1, 0), entry(10, 1, { start: 't500' }), entry(20, 10), entry(30, 20));
    assert.equal(parentOf(recycled, at(recycled, 20)), undefined);
    assert.deepEqual(pids(ancestorsOf(recycled, at(recycled, 30))), [20]);
    assert.deepEqual(descendantsOf(recycled, 10), []);
    // Control: the same with an older parent.
    const true_ = table(entry(1, 0), entry(10, 1, { start: 't20' }), entry(20, 10), entry(30, 20));
    assert.deepEqual(pids(descendantsOf(true_, 10)), [20, 30]);
  });

  it('L21 start times that cannot be compared make no parent', () => {
    for (const start of ['', 'e10', 'w10', 'garbage']) {
      const mixed = table(entry(10, 1, { start }), entry(20, 10));
      assert.equal(parentOf(mixed, at(mixed, 20)), undefined, start);
      assert.deepEqual(descendantsOf(mixed, 10), [], start);
    }
  });

  it('stops at cycles, which an inconsistent snapshot can show', () => {
    const same = { start: 't5' };
    const circle = table(entry(10, 12, same), entry(11, 10, same), entry(12, 11, same), entry(13, 13, same));
    assert.deepEqual(pids(ancestorsOf(circle, at(circle, 10))), [12, 11]);
    assert.deepEqual(pids(descendantsOf(circle, 10)), [11, 12]);
    assert.equal(parentOf(circle, at(circle, 13)), undefined);
    assert.deepEqual(descendantsOf(circle, 13), []);
  });

  it('walks a chain as long as a process table', () => {
    const chain = table(...Array.from({ length: 20_000 }, (_, index) => entry(index + 2, index + 1)));
    assert.equal(descendantsOf(chain, 2).length, 19_999);
    assert.equal(ancestorsOf(chain, at(chain, 20_001)).length, 19_999);
  });
});
