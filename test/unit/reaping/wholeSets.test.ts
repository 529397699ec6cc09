import assert from 'node:assert/strict';
import { wholeSets } from '../../../src/reaping/wholeSets';

describe('the number of orphans that one sweep may end', () => {
  const orphan = (key: string, ...heldWith: string[]) => ({ key, heldWith });
  const table: [what: string, orphans: ReturnType<typeof orphan>[], limit: number, chosen: string][] = [
    ['the first', [orphan('a'), orphan('b'), orphan('c')], 2, 'ab'],
    ['L29 with who holds it', [orphan('a', 'c'), orphan('b'), orphan('c')], 2, 'ac'],
    ['L29 with who holds those', [orphan('a', 'b'), orphan('b', 'c'), orphan('c')], 3, 'abc'],
    ['L29 nobody without who holds it', [orphan('a', 'b'), orphan('b', 'a'), orphan('c')], 1, 'c'],
    ['L29 who holds others can go first', [orphan('a', 'b'), orphan('b', 'c'), orphan('c')], 2, 'bc'],
    ['who holds it and is kept anyway', [orphan('a', 'x')], 1, 'a'],
    ['none', [orphan('a')], 0, ''],
  ];
  for (const [what, orphans, limit, chosen] of table) {
    it(what, () => {
      assert.equal(
        wholeSets(orphans, limit)
          .map(({ key }) => key)
          .sort()
          .join(''),
        chosen,
      );
    });
  }
});
