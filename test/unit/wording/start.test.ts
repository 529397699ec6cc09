import assert from 'node:assert/strict';
import type { StartProblem } from '../../../src/model/startProblem';
import { failedStartText, startProblemSentence, unexpectedExitText } from '../../../src/wording/start';

const exited = { kind: 'exited', exit: { code: 3 } } as const;

// One of each. A new kind does not compile until it is listed here.
const PROBLEMS: { readonly [Kind in StartProblem['kind']]: readonly (readonly [StartProblem, string])[] } = {
  'nul-byte': [
    [
      { kind: 'nul-byte' },
      'its command, arguments or environment contain a NUL byte. Remove it from "command", "args", "env" or "envFile".',
    ],
  ],
  'too-large': [
    [
      { kind: 'too-large' },
      'its arguments and environment are larger than this system allows. Shorten "args", "env" or "envFile".',
    ],
  ],
  'folder-missing': [
    [{ kind: 'folder-missing', folder: '/x' }, 'its working folder /x does not exist. Correct "cwd".'],
  ],
  'folder-is-file': [
    [{ kind: 'folder-is-file', folder: '/x' }, 'its working folder /x is not a folder. Correct "cwd".'],
  ],
  'command-is-folder': [
    [{ kind: 'command-is-folder', command: '/x' }, '/x is a folder. "command" must name a program.'],
  ],
  'not-found': [
    [
      { kind: 'not-found', command: 'x' },
      'the program "x" was not found. Install it, or give its full path in "command".',
    ],
  ],
  'not-executable': [
    [
      { kind: 'not-executable', command: 'x' },
      '"x" is not executable for you. Make it executable, or correct "command".',
    ],
  ],
  'no-interpreter': [
    [
      { kind: 'no-interpreter', command: 'x' },
      '"x" needs an interpreter that was not found (see its first line). Install the interpreter, or correct "command".',
    ],
  ],
  'bad-path': [
    [
      { kind: 'bad-path', command: 'x', code: 'ELOOP' },
      '"x" is not a valid path to a program (ELOOP). Correct "command".',
    ],
  ],
  refused: [[{ kind: 'refused', code: 'EAGAIN' }, 'the system refused to start it (EAGAIN). Correct "command".']],
  said: [[{ kind: 'said', text: 'ENOSPC: no space' }, 'ENOSPC: no space']],
  exited: [
    [exited, 'it exited with code 3 before it answered.'],
    [{ kind: 'exited', exit: { signal: 'SIGKILL' } }, 'it was ended by SIGKILL before it answered.'],
    [{ kind: 'exited', exit: {} }, 'it ended before it answered.'],
  ],
  'no-answer': [
    [
      { kind: 'no-answer', seconds: 1 },
      'it did not answer within 1 s. Check its command, or raise mcpProcesses.launch.timeoutSeconds.',
    ],
  ],
  'no-mcp': [
    [{ kind: 'no-mcp', said: 'odd' }, 'it did not speak MCP: odd. Check that its command starts an MCP server.'],
  ],
};

describe('sentences about starts', () => {
  for (const [problem, sentence] of Object.values(PROBLEMS).flat()) {
    it(JSON.stringify(problem), () => assert.equal(startProblemSentence(problem), sentence));
  }

  it('say that a start failed, with the last output if the server ran', () => {
    const text = (stderr: string | undefined) => failedStartText('one', exited, stderr);
    const bare = '"one" cannot start: it exited with code 3 before it answered.';
    assert.equal(text(undefined), bare);
    assert.equal(text(''), `${bare} It wrote nothing to stderr.`);
    assert.equal(text('a\nb'), `${bare} The last lines of its stderr:\na\nb`);
  });

  it('say that a server ended unexpectedly', () => {
    const nothing = 'It wrote nothing to stderr.';
    const how = (exit: { code?: number; signal?: string }) => unexpectedExitText('one', exit, '');
    assert.equal(how({ code: 3 }), `"one" stopped unexpectedly: it exited with code 3. ${nothing}`);
    assert.equal(how({ signal: 'SIGKILL' }), `"one" stopped unexpectedly: it was ended by SIGKILL. ${nothing}`);
    assert.equal(how({}), `"one" stopped unexpectedly: it ended. ${nothing}`);
  });
});
