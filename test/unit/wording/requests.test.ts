import assert from 'node:assert/strict';
import type { RequestProblem } from '../../../src/model/requestProblem';
import { failedCallText, failedListText } from '../../../src/wording/requests';

const EXITED = '"one" exited before it answered. Start it again.';
const NO_ANSWER = '"one" did not answer in time. Try again, or restart it.';

// One of each. A new kind does not compile until it is listed here.
const PROBLEMS: { readonly [Kind in RequestProblem['kind']]: readonly [RequestProblem, call: string, list: string] } = {
  exited: [{ kind: 'exited' }, EXITED, EXITED],
  'no-answer': [{ kind: 'no-answer' }, NO_ANSWER, NO_ANSWER],
  said: [
    { kind: 'said', said: 'no' },
    '"one" did not run the tool "echo". Check its name and arguments. The answer was: no',
    '"one" did not list its tools. Its output may say why. The answer was: no',
  ],
};

describe('sentences about requests', () => {
  for (const [problem, call, list] of Object.values(PROBLEMS)) {
    it(problem.kind, () => {
      assert.equal(failedCallText('one', 'echo', problem), call);
      assert.equal(failedListText('one', problem), list);
    });
  }
});
