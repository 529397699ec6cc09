import assert from 'node:assert/strict';
import { cookieIn, runsAsNodeIn, variablesIn } from '../../../../src/os/procfs/environment';

const block = (...variables: readonly string[]) => variables.map((one) => `${one}\0`).join('');

describe('an environment block', () => {
  const COOKIE = 'MCP_PROCESSES_COOKIE=v1.a';
  const cookies: [what: string, variables: string[], cookie: string | undefined][] = [
    ['empty', [], undefined],
    ['without it', ['PATH=/bin'], undefined],
    ['with it', ['PATH=/bin', COOKIE, 'HOME=/root'], 'v1.a'],
    ['with nothing in it', ['MCP_PROCESSES_COOKIE='], ''],
    ['with it twice', [COOKIE, COOKIE], 'v1.a'],
    ['with two that contradict each other', [COOKIE, 'MCP_PROCESSES_COOKIE=v1.b'], undefined],
    ['with it within another', ['X=MCP_PROCESSES_COOKIE=v1.a', 'MY_MCP_PROCESSES_COOKIE=v1.a'], undefined],
  ];
  for (const [what, variables, cookie] of cookies) {
    it(`${what}: ${cookie === undefined ? 'no cookie' : `the cookie "${cookie}"`}`, () => {
      assert.equal(cookieIn(Buffer.from(block(...variables))), cookie);
    });
  }

  it('shows whether a program of Electron runs as Node', () => {
    const table: [variable: string, runsAsNode: boolean][] = [
      ['ELECTRON_RUN_AS_NODE=1', true],
      ['ELECTRON_RUN_AS_NODE=', false],
      ['ELECTRON_RUN_AS_NODE=12', false],
      ['MY_ELECTRON_RUN_AS_NODE=1', false],
    ];
    for (const [variable, runsAsNode] of table) {
      assert.equal(runsAsNodeIn(Buffer.from(block('PATH=/bin', variable, 'A=b'))), runsAsNode, variable);
    }
  });

  it('returns the requested variables, the first of each name, and no others', () => {
    const environment = block('A=1', 'B=', 'A=2', 'C=x=y', 'TOKEN=secret', '=D=3', 'E');
    assert.deepEqual(variablesIn(environment, ['A', 'B', 'C', 'D', 'E', '', 'toString']), { A: '1', B: '', C: 'x=y' });
  });
});
