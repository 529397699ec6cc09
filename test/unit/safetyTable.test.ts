import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');
const page = readFileSync(join(root, 'docs/safety.md'), 'utf8');
const rows = new Map(
  [...page.matchAll(/^\| ([LK]\d\d) \|[^|]*\|([^|]*)\|/gm)].map((match) => [match[1] as string, match[2] as string]),
);
const expected = [...ids('L', 33), ...ids('K', 38)];

/** The tests that a cell names: files, and beginnings of titles in them. */
function testsIn(cell: string): { file: string; title: string }[] {
  return [...cell.matchAll(/`([^`]+)`: “([^”]+)”/g)].map((match) => ({
    file: match[1] as string,
    title: match[2] as string,
  }));
}

/** Whether a test file has a title with this beginning. */
function hasTitle(source: string, title: string): boolean {
  const text = title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`\\bit\\(\\s*(?:'|"|\`)${text}`).test(source);
}

describe('the table of hazards in docs/safety.md', () => {
  it('has every row, each once, and no other', () => {
    assert.deepEqual([...rows.keys()], expected);
    assert.equal([...page.matchAll(/^\| [LK]\d\d \|/gm)].length, expected.length);
  });

  for (const id of expected) {
    it(`${id} names tests that exist, or says why there is none`, () => {
      const cell = rows.get(id) ?? '';
      if (/^\s*not covered: \S/.test(cell)) return;
      const tests = testsIn(cell);
      assert.ok(tests.length > 0, 'no test is named');
      for (const { file, title } of tests) {
        assert.ok(existsSync(join(root, file)), `${file} does not exist`);
        assert.ok(hasTitle(readFileSync(join(root, file), 'utf8'), title), `${file} has no test "${title}…"`);
      }
      // A test's title has the id; where rows share a test, the id may come from a list of cases in its file.
      const named = tests.some(
        ({ file, title }) => title.includes(id) || readFileSync(join(root, file), 'utf8').includes(`['${id}', '`),
      );
      assert.ok(named, `none of its tests is named after ${id}`);
    });
  }

  it('finds no title that is gone', () => {
    assert.ok(hasTitle("it('K01 a stranger', () => {})", 'K01 a stranger'));
    assert.ok(!hasTitle("it('K02 a stranger', () => {}) // K01 a stranger", 'K01 a stranger'));
  });
});

function ids(letter: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${letter}${String(index + 1).padStart(2, '0')}`);
}
