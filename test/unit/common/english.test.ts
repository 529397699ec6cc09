import assert from 'node:assert/strict';
import * as l10n from '@vscode/l10n';
import { t } from '../../../src/common/english';

describe('messages of the command line', () => {
  it('are what @vscode/l10n makes of them in English', () => {
    const all: [string, ...(string | number)[]][] = [
      ['plain'],
      ['{0} and {1} and {0}', 'a', 2],
      ['"{0}" uses {1}', '{1}', '$&'],
      ['{name} {2}', 'a'],
    ];
    for (const [message, ...args] of all) assert.equal(t(message, ...args), l10n.t(message, ...args), message);
  });
});
