import assert from 'node:assert/strict';
import { withSs } from '../support/programs';
import seeds from './seeds.json';
import { type TreesReport, treeRounds } from './trees';

describe('random process trees whose owner is killed at a random moment', function () {
  this.timeout(600_000);

  it('every seed that failed before: nothing is left, every stranger answers', async () => {
    for (const seed of seeds) await treeRounds(1, seed, 1);
  });

  it('50 rounds: nothing is left, every stranger answers', async () => {
    // Without `ss` connections are unknown, and more is spared than belongs to a stranger.
    assert.ok(withSs);
    const seed = Number(process.env.CHAOS_SEED ?? Date.now() % 1_000_000);
    const report: TreesReport = await treeRounds(50, seed, 6);
    assert.equal(report.rounds, 50);
    for (const [arm, rounds] of Object.entries(report.arms)) assert.ok(rounds > 0, `seed ${seed}: no round of ${arm}`);
    assert.ok(report.complete > 0 && report.complete < 50, `seed ${seed}: all died at the same moment`);
  });
});
