import { strict as assert } from 'node:assert';
import { type ProgramCall, runProgram } from '../../../src/os/runCommand';

describe('runProgram', () => {
  const node = (script: string, change: Partial<ProgramCall> = {}) =>
    runProgram({
      program: process.execPath,
      args: ['-e', script],
      environment: { ONLY: 'this' },
      timeout: 60_000,
      maxOutput: 1_000,
      ...change,
    });

  it('returns output and exit code; the program inherits nothing and gets no input', async () => {
    const script = `
      console.log(process.env.ONLY, process.env.PATH, process.cwd() !== ${JSON.stringify(process.cwd())});
      console.error('to stderr');
      process.stdin.resume().on('end', () => process.exit(7));`;
    const expected = { kind: 'exited', code: 7, stdout: 'this undefined true\n', stderr: 'to stderr\n' };
    assert.deepEqual(await node(script), expected);
  });

  it('says what ended it', async () => {
    assert.deepEqual(await node('process.kill(process.pid, "SIGKILL")'), {
      ...{ kind: 'signal', signal: 'SIGKILL', stdout: '', stderr: '' },
    });
    assert.equal((await node('console.log("x".repeat(2_000))')).kind, 'too-much');
    const missing = await node('', { program: '/nonexistent/program' });
    assert.deepEqual(missing, { kind: 'not-run', code: 'ENOENT', stdout: '', stderr: '' });
    assert.equal((await node('', { args: ['a\0b'] })).kind, 'not-run');
  });

  it('ends a program that takes too long, without waiting for what that started', async function () {
    if (process.platform === 'win32') this.skip();
    // The helper holds the outputs; it ends on its own, after the test.
    const script = `
      const { spawn } = require('node:child_process');
      console.log(spawn('/bin/sleep', ['30'], { stdio: ['ignore', 'inherit', 'inherit'] }).pid);
      setInterval(() => {}, 1_000);`;
    const end = await node(script, { timeout: 1_500 });
    assert.equal(end.kind, 'timeout');
    // The helper is still running, so the signal reaches it.
    assert.ok(Number(end.stdout) > 1 && process.kill(Number(end.stdout), 'SIGKILL'));
  });
});
