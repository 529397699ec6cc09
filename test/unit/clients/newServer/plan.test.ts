// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders are what is tested here
import assert from 'node:assert/strict';
import { planOf, secretNames } from '../../../../src/clients/newServer/plan';

const draft = (name: string, env: Record<string, string>, args: string[] = []) => ({
  ...{ name, entry: { command: 'x', args, env }, inputs: [] },
});

describe('what is written for new servers', () => {
  const drafts = [draft('a', { TOKEN: 't1', LEVEL: 'debug' }, ['${input:url}']), draft('b', { TOKEN: 't2' })];

  it('secrets are kept apart unless they are to be written', () => {
    assert.deepEqual(secretNames(drafts), ['TOKEN', 'TOKEN']);
    const stored = planOf(drafts, 'store', new Set(['a-token']));
    assert.deepEqual(stored.servers.a?.env, { TOKEN: '${input:a-token-2}', LEVEL: 'debug' });
    assert.deepEqual(stored.servers.b?.env, { TOKEN: '${input:b-token}' });
    assert.deepEqual(
      [...stored.answers],
      [
        ['a-token-2', 't1'],
        ['b-token', 't2'],
      ],
    );
    assert.deepEqual(
      stored.inputs.map(({ id, password }) => [id, password ?? false]),
      [
        ['a-token-2', true],
        ['url', false],
        ['b-token', true],
      ],
    );
    assert.ok(!JSON.stringify([stored.servers, stored.inputs]).includes('t1'));

    const asked = planOf(drafts, 'ask', new Set());
    assert.equal(asked.answers.size, 0);
    assert.deepEqual(asked.servers.b?.env, { TOKEN: '${input:b-token}' });

    const written = planOf(drafts, 'write', new Set());
    assert.deepEqual(written.servers.b?.env, { TOKEN: 't2' });
    assert.deepEqual(
      written.inputs.map(({ id }) => id),
      ['url'],
    );
  });

  it('an input that is defined already is used, not defined again', () => {
    assert.deepEqual(planOf([draft('a', {}, ['${input:url}'])], 'store', new Set(['url'])).inputs, []);
  });
});
