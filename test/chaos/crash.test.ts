import assert from 'node:assert/strict';
import { crashRounds } from './crash';

describe('a guarded host killed at a random moment', function () {
  this.timeout(600_000);

  it('25 rounds: nothing is left', async () => {
    const seed = Number(process.env.CHAOS_SEED ?? Date.now() % 1_000_000);
    const report = await crashRounds(25, seed, 3);
    assert.equal(report.rounds, 25);
    assert.ok(report.bySweep <= 3, `seed ${seed}: ${report.bySweep} times the guard left something`);
    assert.ok(report.withServers > 0, `seed ${seed}: no round had anything to reap`);
  });
});
