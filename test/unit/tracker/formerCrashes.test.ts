import assert from 'node:assert/strict';
import { isAnnouncedHere } from '../../../src/tracker/formerCrashes';

const MINUTE = 60_000;
/** A window that opened after the crashed one; the crash was found two minutes later. */
const CRASH = { at: 3 * MINUTE, sessionId: 's', startedAt: 1 * MINUTE, folder: '/ws', servers: [] };

describe('the window that announces a crash', () => {
  const table: [string, { startedAt: number; folder: string | undefined }, number, boolean][] = [
    ['the window that comes back, at once', { startedAt: 4 * MINUTE, folder: '/ws' }, 4 * MINUTE, true],
    [
      'that one too if it opened before the guard had finished',
      { startedAt: 2 * MINUTE, folder: '/ws' },
      3 * MINUTE,
      true,
    ],
    ['no other window at first', { startedAt: 4 * MINUTE, folder: '/other' }, 4 * MINUTE, false],
    ['another window if the first does not come back', { startedAt: 4 * MINUTE, folder: '/other' }, 5 * MINUTE, true],
    ['not at the moment of the crash', { startedAt: 2 * MINUTE, folder: '/other' }, 3 * MINUTE, false],
    ['no window without a folder at first', { startedAt: 4 * MINUTE, folder: undefined }, 4 * MINUTE, false],
    ['no window opened before the crash', { startedAt: 0, folder: '/ws' }, 9 * MINUTE, false],
    ['no other window opened before the crash', { startedAt: 0, folder: '/other' }, 9 * MINUTE, false],
  ];
  for (const [what, own, now, isAnnounced] of table) {
    it(what, () => assert.equal(isAnnouncedHere(CRASH, own, now), isAnnounced));
  }
});
