// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders are what is tested here
import assert from 'node:assert/strict';
import { importedServer, withOwnInputs } from '../../../../src/clients/newServer/imported';
import type { InputDefinition, StdioServerDefinition } from '../../../../src/clients/serverDefinition';

const definition = (over: Partial<StdioServerDefinition>, folder?: string): StdioServerDefinition => ({
  ...{ type: 'stdio', name: 'n', source: { client: 'C', file: '/f', folder }, command: 'x', args: [] },
  ...{ env: {}, envFile: undefined, cwd: undefined, ...over },
});
const input = (id: string, type: InputDefinition['type'] = 'promptString'): InputDefinition => ({
  ...{ id, type, description: id, default: undefined, password: true, options: [] },
});

describe('a server of another client', () => {
  it('is taken over unchanged, without empty parts', () => {
    const from = definition({ args: ['-y', 'a'], env: { A: '1', B: null } });
    assert.deepEqual(importedServer(from, [], '/w', 'linux').entry, {
      command: 'x',
      args: ['-y', 'a'],
      env: { A: '1', B: null },
    });
    assert.deepEqual(importedServer(definition({}), [], '/w', 'linux').entry, { command: 'x' });
  });

  it('keeps the folder of another workspace; with this one’s, or none, it follows ours', () => {
    const over = { args: ['${workspaceFolder}/a', '${workspaceFolderBasename}'], envFile: '.env' };
    assert.deepEqual(importedServer(definition(over, '/other'), [], '/w', 'linux').entry, {
      ...{ command: 'x', args: ['/other/a', 'other'], envFile: '/other/.env', cwd: '/other' },
    });
    assert.deepEqual(importedServer(definition({ cwd: 'sub' }, '/other'), [], '/w', 'linux').entry.cwd, '/other/sub');
    assert.deepEqual(importedServer(definition({ cwd: '/abs' }, '/other'), [], '/w', 'linux').entry.cwd, '/abs');
    assert.deepEqual(importedServer(definition(over, '/w'), [], '/w', 'linux').entry, {
      ...{ command: 'x', args: over.args, envFile: '.env' },
    });
  });

  it('has its variables written in our form', () => {
    const from = definition({ command: '${HOME}/x', env: { A: '${TOKEN}', B: '${env:C}', C: '${userHome}' } });
    assert.deepEqual(importedServer(from, [], undefined, 'linux').entry, {
      ...{ command: '${env:HOME}/x', env: { A: '${env:TOKEN}', B: '${env:C}', C: '${userHome}' } },
    });
  });

  it('brings the inputs that it names, renamed where ours have the same name', () => {
    const from = definition({ args: ['${input:a}', '${input:b}', '${input:c}'] });
    const imported = importedServer(
      from,
      [input('a'), input('b'), input('c', 'command'), input('unused')],
      '/w',
      'linux',
    );
    assert.deepEqual(
      imported.inputs.map(({ id }) => id),
      ['a', 'b'],
    );
    const own = withOwnInputs(imported, new Set(['a', 'a-2']));
    assert.deepEqual(own.entry.args, ['${input:a-3}', '${input:b}', '${input:c}']);
    assert.deepEqual(
      own.inputs.map(({ id }) => id),
      ['a-3', 'b'],
    );
  });
});
