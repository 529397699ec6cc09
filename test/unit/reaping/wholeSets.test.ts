import assert from 'node:assert/strict';
import { wholeSets } from '../../../src/reaping/wholeSets';

describe('the number of orphans that one sweep may end', () => {
  const orphan = (key: string, ...heldWith: string[]) => ({ key, heldWith });
  const table: [what: string, orphans: ReturnType<typeof orphan>[], limit: number, chosen: string][] = [
    ['the first', [orphan('a'), orphan('b'), orphan('c')], 2, 'ab'],
    ['L29 with its holder', [orphan('a', 'c'), orphan('b'), orphan('c')], 2, 'ac'],
    ['L29 with the holder of its holder', [orphan('a', 'b'), orphan('b', 'c'), orphan('c')], 3, 'abc'],
    ['L29 none without its holder', [orphan('a', 'b'), orphan('b', 'a'), orphan('c')], 1, 'c'],
    ['L29 a holder of others can go first', [orphan('a', 'b'), orphan('b', 'c'), orphan('c')], 2, 'bc'],
    ['a holder that is spared anyway', [orphan('a', 'x')], 1, 'a'],
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
