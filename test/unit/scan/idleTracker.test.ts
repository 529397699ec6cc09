import assert from 'node:assert/strict';
import { IdleTracker } from '../../../src/scan/idleTracker';

describe('the time since a server was last busy', () => {
  let watch: IdleTracker;
  beforeEach(() => {
    watch = new IdleTracker();
  });

  it('is known from the second scan on, and starts over when the server works', () => {
    assert.equal(watch.observe('a', 500, 1_000), undefined);
    assert.equal(watch.observe('a', 500, 61_000), 1_000);
    // Timers of its runtime do not count as work.
    assert.equal(watch.observe('a', 520, 121_000), 1_000);
    assert.equal(watch.observe('a', 900, 181_000), undefined);
    assert.equal(watch.observe('a', 900, 241_000), 181_000);
  });

  it('is kept per server; a process gone from the tree does not make it idle', () => {
    watch.observe('a', 500, 0);
    watch.observe('b', 500, 0);
    assert.equal(watch.observe('a', 100, 60_000), undefined);
    assert.equal(watch.observe('b', 500, 60_000), 0);
    watch.retain(new Set(['a']));
    assert.equal(watch.observe('b', 500, 120_000), undefined);
  });
});
