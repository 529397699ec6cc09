import assert from 'node:assert/strict';
import { IdleTracker } from '../../../src/scan/idleTracker';

describe('since when a server has been idle', () => {
  let watch: IdleTracker;
  beforeEach(() => {
    watch = new IdleTracker();
  });

  it('is told from the second look on, and begins anew when it has worked', () => {
    assert.equal(watch.observe('a', 500, 1_000), undefined);
    assert.equal(watch.observe('a', 500, 61_000), 1_000);
    // Its runtime's own timers are no work.
    assert.equal(watch.observe('a', 520, 121_000), 1_000);
    assert.equal(watch.observe('a', 900, 181_000), undefined);
    assert.equal(watch.observe('a', 900, 241_000), 181_000);
  });

  it('each for itself; a process that has gone from the tree is no rest', () => {
    watch.observe('a', 500, 0);
    watch.observe('b', 500, 0);
    assert.equal(watch.observe('a', 100, 60_000), undefined);
    assert.equal(watch.observe('b', 500, 60_000), 0);
    watch.retain(new Set(['a']));
    assert.equal(watch.observe('b', 500, 120_000), undefined);
  });
});
