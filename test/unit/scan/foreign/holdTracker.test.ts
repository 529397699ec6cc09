import assert from 'node:assert/strict';
import { CONFIRM_FOREIGN_MS } from '../../../../src/common/limits';
import { HoldTracker } from '../../../../src/scan/foreign/holdTracker';

describe('L29 a stdin that only orphans hold', () => {
  let tracker: HoldTracker;
  beforeEach(() => {
    tracker = new HoldTracker();
  });

  const table: [what: string, scans: [isHeld: boolean, now: number][], isProven: boolean][] = [
    ['one scan', [[true, 0]], false],
    [
      'two scans',
      [
        [true, 0],
        [true, CONFIRM_FOREIGN_MS],
      ],
      true,
    ],
    [
      'two scans that are too close',
      [
        [true, 0],
        [true, CONFIRM_FOREIGN_MS - 1],
      ],
      false,
    ],
    [
      'two scans with another one in between',
      [
        [true, 0],
        [false, 1_000],
        [true, CONFIRM_FOREIGN_MS],
      ],
      false,
    ],
    [
      'not in the last scan',
      [
        [true, 0],
        [true, CONFIRM_FOREIGN_MS],
        [false, 2 * CONFIRM_FOREIGN_MS],
      ],
      false,
    ],
  ];
  for (const [what, scans, isProven] of table) {
    it(`is ${isProven ? '' : 'not '}proven: ${what}`, () => {
      assert.equal(scans.map(([isHeld, now]) => tracker.observe('a', isHeld, now)).at(-1), isProven);
    });
  }

  it('tracks each server separately, and forgets those that are gone', () => {
    tracker.observe('a', true, 0);
    tracker.observe('b', true, 0);
    assert.equal(tracker.observe('c', true, CONFIRM_FOREIGN_MS), false);
    tracker.retain(new Set(['a']));
    assert.equal(tracker.observe('b', true, CONFIRM_FOREIGN_MS), false);
    assert.equal(tracker.observe('a', true, CONFIRM_FOREIGN_MS), true);
  });

  it('forget() drops all findings so far', () => {
    tracker.observe('a', true, 0);
    tracker.forget();
    assert.equal(tracker.observe('a', true, CONFIRM_FOREIGN_MS), false);
  });
});
