import assert from 'node:assert/strict';
import type { GuardProblem } from '../../../src/model/inventory';
import { guardProblemText } from '../../../src/wording/guard';

describe('sentences about the guard', () => {
  const why = { kind: 'system', code: 'ENOENT' } as const;
  const problems: { readonly [Kind in GuardProblem['kind']]: readonly [GuardProblem, string] } = {
    'not-run': [{ kind: 'not-run', program: 'node', why }, 'node cannot be run (ENOENT)'],
    'not-node': [{ kind: 'not-node', program: 'true' }, 'true is not Node.js'],
    ended: [{ kind: 'ended', count: 4 }, 'other programs ended it 4 times'],
    failed: [{ kind: 'failed', why }, 'ENOENT'],
  };
  for (const [problem, sentence] of Object.values(problems)) {
    it(sentence, () => assert.equal(guardProblemText(problem), sentence));
  }
});
