import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');
const page = readFileSync(join(root, 'docs/settings.md'), 'utf8');

interface Setting {
  readonly default: unknown;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
}

const { contributes } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const settings: Record<string, Setting> = contributes.configuration.properties;
const rows = [...page.matchAll(/^\| `(mcpProcesses\.[\w.]+)` +\| `([^`]*)` +\| (.+?) +\|$/gm)].map((row) => ({
  name: row[1] as string,
  standard: row[2] as string,
  text: row[3] as string,
}));

describe('docs/settings.md', () => {
  it('has one row per setting, and no other', () => {
    assert.deepEqual(rows.map(({ name }) => name).toSorted(), Object.keys(settings).toSorted());
  });

  for (const { name, standard, text } of rows) {
    it(`says the default and the values of ${name}`, () => {
      const setting = settings[name] as Setting;
      assert.deepEqual(JSON.parse(standard), setting.default);
      const said = [...text.matchAll(/`(\w+)`: /g)].map(([, value]) => value);
      assert.deepEqual(said, setting.enum ?? []);
    });
  }

  it('names only settings that exist', () => {
    const named = [...page.matchAll(/`(mcpProcesses\.\w+\.?\w*)`/g)].map(([, name]) => name as string);
    assert.deepEqual(
      named.filter((name) => !Object.hasOwn(settings, name)),
      [],
    );
  });
});
