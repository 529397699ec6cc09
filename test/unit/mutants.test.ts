import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';

const root = join(__dirname, '../..');

// A mutant whose text is missing breaks nothing. Without this test only the run of all mutants would show it.
describe('the mutants of the kill policy', () => {
  it('each have their text in the source, once', async () => {
    const { mutants, ruleMutants } = await import('../../scripts/mutants.mjs');
    const read = (file: string) => readFileSync(join(root, file), 'utf8');
    const all = [...mutants, ...ruleMutants(read)];
    assert.ok(all.length > 100);
    for (const { what, file, find, also } of all) {
      for (const text of also ? [find, also[0]] : [find]) assert.equal(read(file).split(text).length - 1, 1, what);
    }
  });
});
