import assert from 'node:assert/strict';
import type { EndCaution } from '../../../src/model/endPreview';
import { seen } from '../../../src/os/users';
import { cautionSentence } from '../../../src/wording/endPreview';
import { evidenceSentence } from '../../../src/wording/evidence';
import { refusalSentence } from '../../../src/wording/refusals';
import { ALL_EVIDENCE, ALL_REFUSALS } from './samples';

describe('sentences', () => {
  for (const [refusal, sentence] of ALL_REFUSALS) {
    it(`refusal: ${JSON.stringify(refusal)}`, () => assert.equal(refusalSentence(refusal), sentence));
  }

  for (const [fact, sentence] of ALL_EVIDENCE) {
    it(`evidence: ${JSON.stringify(fact)}`, () => assert.equal(evidenceSentence(fact), sentence));
  }

  const node = { pid: 7, name: 'node' };
  const cautions: [EndCaution, string][] = [
    [{ kind: 'connected', many: false, by: seen(node) }, 'It is connected to node (pid 7).'],
    [{ kind: 'connected', many: true, by: seen(node) }, 'They are connected to node (pid 7).'],
    [
      { kind: 'connections-unknown', many: false, reason: '`ss` failed' },
      'Cannot determine what is connected to it: `ss` failed.',
    ],
    [
      { kind: 'connections-unknown', many: true, reason: '`ss` failed' },
      'Cannot determine what is connected to them: `ss` failed.',
    ],
    [{ kind: 'below', many: false, count: 1 }, '1 more process below it will keep running.'],
    [{ kind: 'below', many: true, count: 1 }, '1 more process below them will keep running.'],
    [{ kind: 'below', many: false, count: 2 }, '2 more processes below it will keep running.'],
    [{ kind: 'below', many: true, count: 2 }, '2 more processes below them will keep running.'],
    [{ kind: 'stdin-held', by: seen(node) }, 'Its stdin is held by node (pid 7).'],
    [{ kind: 'stdin-held', pid: 5, by: seen(node) }, 'pid 5: Its stdin is held by node (pid 7).'],
    [{ kind: 'stdin-unknown', reason: '`ss` failed' }, 'Cannot determine what holds its stdin: `ss` failed.'],
    [{ kind: 'runs-under', pid: 5, parent: node }, 'pid 5: It runs under node (pid 7).'],
  ];
  for (const [caution, sentence] of cautions) {
    it(`caution: ${JSON.stringify(caution)}`, () => assert.equal(cautionSentence(caution), sentence));
  }
});
