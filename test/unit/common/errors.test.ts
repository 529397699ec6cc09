import { strict as assert } from 'node:assert';
import { codeOf, messageOf } from '../../../src/common/errors';

describe('errors', () => {
  it('copes with anything that is thrown', () => {
    assert.equal(messageOf(new TypeError('x')), 'x');
    assert.equal(messageOf('x'), 'x');
    assert.equal(messageOf(undefined), 'undefined');
  });

  it('takes only a text for a code', () => {
    assert.equal(codeOf(Object.assign(new Error(), { code: 'ENOENT' })), 'ENOENT');
    for (const error of [new Error('x'), Object.assign(new Error(), { code: 1 }), null, undefined, 'x']) {
      assert.equal(codeOf(error), undefined);
    }
  });
});
