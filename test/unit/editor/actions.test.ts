import '../views/fakeEditor';
import assert from 'node:assert/strict';
import { type ActionsParts, createActions } from '../../../src/editor/actions';
import { type Editor, env, newEditor } from '../views/fakeEditor';

/** The tests use only the setting. */
const actions = createActions({} as ActionsParts);

describe('the list of servers never to be reaped', () => {
  let editor: Editor;
  beforeEach(() => {
    editor = newEditor();
  });

  it('takes a pattern once, and drops it again', async () => {
    editor.settings = { 'reap.neverReap': ['a'] };
    await actions.neverReap('b');
    await actions.neverReap('b');
    assert.deepEqual(editor.settings['reap.neverReap'], ['a', 'b']);
    await actions.allowReap('a');
    assert.deepEqual(editor.settings['reap.neverReap'], ['b']);
  });

  it('whatever settings.json contains: only patterns are written back, and nothing is lost', async () => {
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

describe('showing a setting', () => {
  afterEach(() => {
    env.remoteName = undefined;
  });

  it('opens the settings that the window uses: those of a remote machine are not the user’s', async () => {
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
