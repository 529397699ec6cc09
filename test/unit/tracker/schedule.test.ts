import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { SweepSchedule } from '../../../src/tracker/schedule';

describe('the schedule of sweeps', () => {
  afterEach(() => mock.timers.reset());

  it('sweeps soon after activation, then at intervals; a failed sweep does not stop the next', () => {
    mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
    const calls: (number | undefined)[] = [];
    const silent = { info: () => {}, warn: () => {}, error: () => {} };
    const schedule = new SweepSchedule((interval) => {
      calls.push(interval);
      return Promise.reject(new Error('no table'));
    }, silent);
    schedule.setInterval(60);
    mock.timers.tick(10_000);
    assert.deepEqual(calls, [undefined, undefined, undefined, undefined]);
    mock.timers.tick(110_000);
    assert.deepEqual(calls.slice(4), [60_000, 60_000]);
    // An interval below the minimum is raised to it.
    schedule.setInterval(1);
    mock.timers.tick(5_000);
    assert.deepEqual(calls.slice(6), [5_000]);
    // Milliseconds by mistake: longer than a timer can wait.
    schedule.setInterval(3_600_000);
    mock.timers.tick(600_000);
    assert.equal(calls.length, 7);
    mock.timers.tick(86_400_000);
    assert.deepEqual(calls.slice(7), [86_400_000]);
    schedule.setInterval(0);
    mock.timers.tick(600_000);
    assert.equal(calls.length, 8);
    schedule.dispose();
  });
});
