// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders are what is tested here
import assert from 'node:assert/strict';
import { inputsFor, missingInputs, secretsIn, withInputs } from '../../../../src/clients/newServer/secrets';

describe('secrets in a new server', () => {
  const found = (command: string, args: string[], env = {}) =>
    secretsIn({ command, args, env }).map(({ label, value }) => `${label}=${value}`);

  it('are found by name and by shape; references and plain values are not secrets', () => {
    assert.deepEqual(
      found('npx', ['x'], {
        ...{ GITHUB_TOKEN: 'abc', LOG_LEVEL: 'debug', DB: 'postgres://me:pw@host/x', EMPTY_TOKEN: '' },
        ...{ API_KEY: '${input:key}', OTHER: `ghp_${'a'.repeat(30)}`, GONE_TOKEN: null, N: 3 },
      }),
      ['GITHUB_TOKEN=abc', 'DB=postgres://me:pw@host/x', `OTHER=ghp_${'a'.repeat(30)}`],
    );
    assert.deepEqual(found('x', ['--api-key', 'k1', '--token=t1', '--port', '3', '--key-file', 'f']), [
      ...['api-key=k1', 'token=t1'],
    ]);
    assert.deepEqual(
      found('docker', ['run', '-e', 'TOKEN=t', '-e', 'LEVEL=debug', '-e', 'NAME', '--env=PASSWORD=p', 'i']),
      [...['TOKEN=t', 'PASSWORD=p']],
    );
    assert.deepEqual(found('x', ['--token', '${env:T}', '--header', 'Authorization: Bearer ${input:t}']), []);
  });

  it('are replaced by inputs where they stand, and nothing else changes', () => {
    const entry = {
      command: 'x',
      args: ['--api-key', 'k1', '--token=t1', 'postgres://me:pw@host/x', '--port', '3'],
      env: { GITHUB_TOKEN: 'abc', LEVEL: 'debug' },
      cwd: '/c',
    };
    const secrets = secretsIn(entry);
    const inputs = inputsFor('git hub', secrets, new Set(['git-hub-token']));
    assert.deepEqual(
      inputs.map(({ input }) => input.id),
      ['git-hub-github-token', 'git-hub-api-key', 'git-hub-token-2', 'git-hub-secret'],
    );
    assert.ok(inputs.every(({ input }) => input.password && input.type === 'promptString'));
    const result = withInputs(entry, inputs);
    assert.deepEqual(result, {
      command: 'x',
      args: [
        ...['--api-key', '${input:git-hub-api-key}', '--token=${input:git-hub-token-2}'],
        ...['postgres://${input:git-hub-secret}@host/x', '--port', '3'],
      ],
      env: { GITHUB_TOKEN: '${input:git-hub-github-token}', LEVEL: 'debug' },
      cwd: '/c',
    });
    assert.deepEqual(secretsIn(result), []);
    // Filled in again, the stored values give the same arguments.
    const values = new Map(inputs.map(({ input, secret }) => [input.id, secret.value]));
    const filled = JSON.stringify(result).replace(/\$\{input:([^}]+)\}/g, (_, id) => values.get(id) ?? '');
    assert.deepEqual(JSON.parse(filled), entry);
  });

  it('are named after the server, each once', () => {
    const secrets = secretsIn({ command: 'x', env: { GITHUB_TOKEN: 'a' } });
    const ids = ['github', 'git', '日本'].map((name) => inputsFor(name, secrets, new Set())[0]?.input.id);
    assert.deepEqual(ids, ['github-token', 'git-github-token', 'github-token']);
  });

  it('inputs that an entry names and that are not defined get a definition', () => {
    const entry = { command: 'x', args: ['${input:a}', '${input:api-key}', '${input:known}'] };
    assert.deepEqual(missingInputs('n', entry, ['known']), [
      { id: 'a', type: 'promptString', description: 'a (n)' },
      { id: 'api-key', type: 'promptString', description: 'api-key (n)', password: true },
    ]);
  });
});
