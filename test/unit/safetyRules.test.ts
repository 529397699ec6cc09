import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kindRules } from '../../src/judgement/kindRules';
import { signalRules } from '../../src/judgement/signalRules';

const page = readFileSync(join(__dirname, '../../docs/safety.md'), 'utf8');
const rows = [...page.matchAll(/^\| `(\w+)` \| \S/gm)].map(([, name]) => name);

describe('the tables of rules in docs/safety.md', () => {
  it('have every rule of the kill policy by name, in order, and no other', () => {
    assert.deepEqual(rows, [...Object.keys(signalRules), ...Object.values(kindRules).flatMap(Object.keys)]);
  });
});
