import './fakeEditor';
import assert from 'node:assert/strict';
import type { GuardView } from '../../../src/lifecycle/model';
import { notesOf } from '../../../src/views/notes';
import { pictureOf } from './rows';

describe('what stands below the servers', () => {
  it('the guard, and why there is none', () => {
    const guard: GuardView = { state: 'unavailable', pid: undefined, memory: undefined, problem: undefined };
    const table: [Partial<GuardView>, string | undefined][] = [
      [{ state: 'off' }, undefined],
      [{ state: 'armed', pid: 7, memory: 1 << 20 }, 'armed · pid 7 · 1 MB'],
      [{}, 'unavailable'],
      [{ problem: 'node cannot be run (ENOENT)' }, 'unavailable: node cannot be run (ENOENT)'],
    ];
    for (const [over, description] of table) {
      const [shown] = notesOf({ ...pictureOf([]), guard: { ...guard, ...over } });
      assert.equal(shown?.note.description, description);
    }
  });
});
