import assert from 'node:assert/strict';
import type { Memento, SecretStorage } from 'vscode';
import type { InputDefinition } from '../../../src/clients/serverDefinition';
import { Inputs } from '../../../src/editor/inputs';

const token: InputDefinition = {
  id: 'token',
  type: 'promptString',
  description: '',
  default: undefined,
  password: true,
  options: [],
};
const name: InputDefinition = { ...token, id: 'name', password: false };

describe('inputs of servers', () => {
  let secrets: Map<string, string>;
  let state: Map<string, unknown>;
  let asked: string[];
  let answer: string | undefined;
  beforeEach(() => {
    secrets = new Map();
    state = new Map();
    asked = [];
    answer = 'given';
  });

  /** The inputs of one window; all windows share secrets and state. */
  const open = (change: Partial<SecretStorage> = {}) =>
    new Inputs(
      {
        get: async (key: string) => secrets.get(key),
        store: async (key: string, value: string) => void secrets.set(key, value),
        delete: async (key: string) => void secrets.delete(key),
        ...change,
      } as unknown as SecretStorage,
      {
        get: (key: string) => state.get(key),
        update: async (key: string, value: unknown) => void state.set(key, value),
      } as unknown as Memento,
      async ({ id }) => {
        asked.push(id);
        return answer;
      },
    );
  const given = async (inputs: Inputs, definition: InputDefinition, place?: string) =>
    (await inputs.valuesOf([definition.id], [definition], place)).get(definition.id);

  it('are asked for once: a password in all windows, anything else in each', async () => {
    for (const inputs of [open(), open()]) {
      for (let time = 0; time < 2; time++) {
        assert.equal(await given(inputs, token), 'given');
        assert.equal(await given(inputs, name), 'given');
      }
    }
    assert.deepEqual(asked, ['token', 'name', 'name']);
    assert.deepEqual([...secrets.values()], ['given']);
  });

  it('are not shared with another configuration that uses the same id', async () => {
    const inputs = open();
    for (const definition of [token, name]) {
      const values: (string | undefined)[] = [];
      for (const place of [undefined, '/repos/mine', '/repos/others', 'user']) {
        answer = `for ${place}`;
        values.push(await given(inputs, definition, place));
      }
      assert.deepEqual(values, ['for undefined', 'for /repos/mine', 'for /repos/others', 'for user']);
    }
    answer = 'not asked for';
    assert.equal(await given(inputs, token, '/repos/mine'), 'for /repos/mine');
    assert.equal(asked.length, 8);
  });

  it('that came with a new server are not asked for, in that configuration only', async () => {
    const inputs = open();
    await inputs.keep('token', 'known', '/a');
    assert.equal(await given(inputs, token, '/a'), 'known');
    assert.equal(await given(inputs, token, '/b'), 'given');
    assert.equal(await open().forget(), 2);
    assert.equal(secrets.size, 0);
  });

  it('are forgotten, in whichever window and session they were given', async () => {
    await given(open(), token, '/a');
    const inputs = open();
    await given(inputs, token, '/b');
    await given(inputs, name);
    assert.equal(await inputs.forget(), 3);
    assert.equal(secrets.size, 0);
    assert.equal(await inputs.forget(), 0);
    answer = 'anew';
    assert.equal(await given(inputs, token, '/a'), 'anew');
    assert.equal(await given(inputs, name), 'anew');
  });

  it('that could not be forgotten can be forgotten later', async () => {
    await given(open(), token);
    const fail = async () => {
      throw new Error('the keyring is locked');
    };
    await assert.rejects(open({ delete: fail }).forget(), /locked/);
    assert.equal(await open().forget(), 1);
    assert.equal(secrets.size, 0);
  });

  it('that are declined or not defined are not stored', async () => {
    answer = undefined;
    assert.equal(await given(open(), token), undefined);
    assert.deepEqual([secrets.size, state.size], [0, 0]);
    await assert.rejects(open().valuesOf(['other'], [token], undefined), /"other" is not defined/);
  });
});
