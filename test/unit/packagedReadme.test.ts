import assert from 'node:assert/strict';
import { packagedReadme } from '../../scripts/packagedReadme.mjs';

const OPEN = '<!-- repository only -->';
const CLOSE = '<!-- /repository only -->';
const lines = (...all: string[]) => all.join('\n');

describe('the README of the package', () => {
  it('leaves out what is marked, and the marks', () => {
    const text = lines(
      '# A',
      '',
      OPEN,
      '',
      'npm start',
      '',
      CLOSE,
      '',
      'spared',
      '',
      OPEN,
      'cut',
      CLOSE,
      '',
      'end',
      '',
    );
    assert.equal(packagedReadme(text), lines('# A', '', 'spared', '', 'end', ''));
  });

  it('changes nothing where nothing is marked', () => {
    const text = lines('# A', '', '<!-- another remark -->', '', '```', 'npm start', '```', '');
    assert.equal(packagedReadme(text), text);
  });

  for (const [what, text] of [
    ['never closed', lines('a', OPEN, 'b')],
    ['never opened', lines('a', CLOSE, 'b')],
    ['opened twice', lines(OPEN, 'a', OPEN, 'b', CLOSE)],
    ['not alone on its line', lines(`a ${OPEN}`, 'b', CLOSE)],
    ['indented', lines(`  ${OPEN}`, 'b', `  ${CLOSE}`)],
  ] as const) {
    it(`refuses a mark that is ${what}`, () => {
      assert.throws(() => packagedReadme(text), /^Error: README\.md/);
    });
  }
});
