import assert from 'node:assert/strict';
import type { ConfiguredServer } from '../../../src/clients/configuredServer';
import { LaunchError } from '../../../src/launch/launchedServers';
import { AutoStart } from '../../../src/tracker/autoStart';
import { waitFor } from '../../support/waitFor';

const ERRORS: Record<string, Error> = {
  prompted: new Error('it needs an input'),
  crashed: new LaunchError('it exited with code 3'),
};

it('a server that does not start automatically is explained once: a failed launch is in the log already', async () => {
  const log: string[] = [];
  const started: string[] = [];
  const launched = {
    async start(key: string) {
      started.push(key);
      throw ERRORS[key];
    },
  };
  const write = (message: string) => log.push(message);
  const autoStart = new AutoStart(launched, { info: write, warn: write, error: write });
  const servers = ['crashed', 'prompted'].map((key) => ({ key, name: key, describe: async () => undefined }));
  for (let round = 0; round < 2; round++) autoStart.start(servers as unknown as ConfiguredServer[]);
  await waitFor('the log', () => log.length > 0);
  assert.deepEqual(started, ['crashed', 'prompted']);
  assert.deepEqual(log, ['"prompted" was not started: it needs an input']);
});
