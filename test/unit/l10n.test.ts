import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

describe('messages for translation', () => {
  it('are in l10n/bundle.l10n.json, as `npm run l10n` writes it', async function () {
    this.timeout(30_000);
    const { BUNDLE, bundleText } = await import('../../scripts/l10n.mjs');
    assert.equal(readFileSync(BUNDLE, 'utf8'), bundleText(), 'Run `npm run l10n` and commit the result.');
  });
});
