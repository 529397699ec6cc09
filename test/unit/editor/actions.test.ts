import '../views/fakeEditor';
import assert from 'node:assert/strict';
import { type ActionsParts, createActions } from '../../../src/editor/actions';
import { type Editor, env, newEditor } from '../views/fakeEditor';

/** Only the setting is used. */
const actions = createActions({} as ActionsParts);

describe('what is never reaped', () => {
  let editor: Editor;
  beforeEach(() => {
    editor = newEditor();
  });

  it('gets a pattern once, and loses it again', async () => {
    editor.settings = { 'reap.neverReap': ['a'] };
    await actions.neverReap('b');
    await actions.neverReap('b');
    assert.deepEqual(editor.settings['reap.neverReap'], ['a', 'b']);
    await actions.allowReap('a');
    assert.deepEqual(editor.settings['reap.neverReap'], ['b']);
  });

  it('whatever settings.json holds, only patterns are written back, and nothing is lost', async () => {
    for (const set of ['postgres', null, undefined]) {
      editor.settings = { 'reap.neverReap': set };
      await actions.neverReap('node server.js');
      const before = set ? [set] : [];
      assert.deepEqual(editor.settings['reap.neverReap'], [...before, 'node server.js'], JSON.stringify(set));
    }
    for (const set of [3, { a: 1 }, ['a', 5]]) {
      editor.settings = { 'reap.neverReap': set };
      await assert.rejects(
        actions.neverReap('node server.js'),
        /must be a list of strings. Correct it, then try again/,
      );
      assert.equal(editor.settings['reap.neverReap'], set);
    }
  });
});

describe('a setting that is shown', () => {
  afterEach(() => {
    env.remoteName = undefined;
  });

  it('is looked for where the window has it: the settings of a remote machine are not the user’s', async () => {
    for (const [remoteName, command] of [
      [undefined, 'workbench.action.openSettings'],
      ['ssh-remote', 'workbench.action.openRemoteSettings'],
    ] as const) {
      const asked: unknown[] = [];
      newEditor().command = (...one) => asked.push(one);
      env.remoteName = remoteName;
      await actions.showSetting('mcpProcesses.reap.neverReap');
      assert.deepEqual(asked, [[command, [{ query: 'mcpProcesses.reap.neverReap' }]]]);
    }
  });
});
