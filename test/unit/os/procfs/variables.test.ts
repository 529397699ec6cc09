import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createProcfsPlatform } from '../../../../src/os/procfs/procfsPlatform';
import { waitFor } from '../../../support/waitFor';

describe('variables of another process', () => {
  let child: ChildProcess;
  beforeEach(() => {
    child = spawn('sleep', ['60'], { env: { PATH: process.env.PATH, DOCKER_HOST: 'unix:///a=b', TOKEN: 'x' } });
  });
  afterEach(() => child.kill('SIGKILL'));

  it('reads only those that are asked for, and only of the process that is meant', async () => {
    const platform = createProcfsPlatform() ?? assert.fail();
    const pid = child.pid as number;
    const entry = await waitFor('it runs', async () => {
      const found = await platform.inspect(pid);
      return found.kind === 'present' && found.entry.name === 'sleep' ? found.entry : undefined;
    });
    const identity = { pid, start: entry.start, scope: platform.scope };
    const names = ['DOCKER_HOST', 'DOCKER_CONTEXT'];
    assert.deepEqual(platform.variablesOf?.(identity, names), { DOCKER_HOST: 'unix:///a=b' });
    assert.equal(platform.variablesOf?.({ ...identity, start: 't1' }, names), undefined);
    assert.equal(platform.variablesOf?.({ ...identity, scope: 't0000000000000000' }, names), undefined);
    child.kill('SIGKILL');
    await waitFor('it is gone', () => platform.variablesOf?.(identity, names) === undefined);
  });
});
