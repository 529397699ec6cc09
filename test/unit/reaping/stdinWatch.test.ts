import assert from 'node:assert/strict';
import { StdinWatch } from '../../../src/reaping/stdinWatch';
import { identity } from '../judgement/table';

describe('stdin watch', () => {
  let now = 0;
  const watch = () => new StdinWatch({ now: () => now, sleep: async () => {} });

  it('K05 counts from the first of consecutive findings, per process', () => {
    const one = watch();
    now = 1_000;
    assert.equal(one.observe(identity(500), true), 0);
    now = 2_500;
    assert.equal(one.observe(identity(500), true), 1_500);
    assert.equal(one.observe(identity(501), true), 0);
    assert.equal(one.observe(identity(500, 't501'), true), 0, 'K01 another process with that pid');
    assert.equal(one.observe(identity(500), false), 0);
    now = 5_000;
    assert.equal(one.observe(identity(500), true), 0, 'starts over');
    now = 7_000;
    assert.equal(one.observe(identity(500), true), 2_000);
    assert.equal(one.observe(identity(501), true), 4_500);
  });

  it('forgets processes that are gone', () => {
    const one = watch();
    now = 0;
    one.observe(identity(500), true);
    one.observe(identity(501), true);
    one.retain(({ pid }) => pid === 501);
    now = 3_000;
    assert.equal(one.observe(identity(500), true), 0);
    assert.equal(one.observe(identity(501), true), 3_000);
  });
});
