import './views/fakeEditor';
import assert from 'node:assert/strict';
import type { LaunchDefinition } from '../../src/api';
import { createApi } from '../../src/api';
import type { StdioServerDefinition } from '../../src/clients/serverDefinition';
import { inventoryOf, launchedView } from './views/rows';

describe('launch, as other extensions call it', () => {
  /** The definition as it reached the launch, if it did. */
  async function launch(definition: unknown): Promise<StdioServerDefinition | undefined> {
    let launched: StdioServerDefinition | undefined;
    const tracker = {
      servers: { launch: async () => {} },
      inventory: inventoryOf([launchedView({ key: 'api:files' })]),
    };
    const configured = {
      describe: async (server: StdioServerDefinition) => {
        launched = server;
      },
    };
    const api = createApi(...([tracker, configured] as unknown as Parameters<typeof createApi>));
    await api.launch(definition as LaunchDefinition);
    return launched;
  }

  it('takes all that it documents, and needs only a command', async () => {
    const source = { client: 'MCP Processes', file: undefined, folder: undefined };
    const files = { name: 'files', command: 'node' };
    assert.deepEqual(await launch(files), {
      ...{ type: 'stdio', ...files, source, args: [], env: {}, envFile: undefined, cwd: undefined },
    });
    const all = { ...files, args: ['a'], env: { A: '1', B: 2, C: null }, envFile: '.env', cwd: '/tmp' };
    assert.deepEqual(await launch({ ...all, type: 'http', url: 'http://localhost' }), {
      type: 'stdio',
      source,
      ...all,
    });
  });

  it('reports an invalid definition before anything is launched', async () => {
    const table: [unknown, RegExp][] = [
      [undefined, /needs a "name"/],
      [{ command: 'node' }, /needs a "name"/],
      [{ name: '', command: 'node' }, /empty name/],
      [{ name: 'files' }, /"files" needs a "command"/],
      [{ name: 'files', command: 'node', args: 'server.js' }, /"args" of "files" must be a list of strings/],
      [{ name: 'files', command: 'node', args: [1] }, /"args" of "files" must be a list of strings/],
      [{ name: 'files', command: 'node', env: 'A=1' }, /"env" of "files" must be an object/],
      [{ name: 'files', command: 'node', env: { A: true } }, /variable A of "files" must be a string/],
      [{ name: 'files', command: 'node', cwd: 1 }, /"cwd" of "files" must be a path/],
    ];
    for (const [definition, message] of table) {
      await assert.rejects(launch(definition), { message }, JSON.stringify(definition));
    }
  });
});
