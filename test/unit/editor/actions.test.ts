import '../views/fakeEditor';
import assert from 'node:assert/strict';
import { createActions } from '../../../src/editor/actions';
import { type Editor, newEditor } from '../views/fakeEditor';

/** Only the setting is used. */
const actions = createActions(...([] as unknown as Parameters<typeof createActions>));

describe('what is never reaped', () => {
  let editor: Editor;
  beforeEach(() => {
    editor = newEditor();
  });

  it('gets a pattern once, and loses it again', async () => {
    editor.settings = { 'reap.neverReap': ['a'] };
    await actions.keep('b');
    await actions.keep('b');
    assert.deepEqual(editor.settings['reap.neverReap'], ['a', 'b']);
    await actions.unkeep('a');
    assert.deepEqual(editor.settings['reap.neverReap'], ['b']);
  });

  it('whatever settings.json holds, only patterns are written back', async () => {
    for (const set of ['postgres', 3, null, { a: 1 }, undefined]) {
      editor.settings = { 'reap.neverReap': set };
      await actions.keep('node server.js');
      assert.deepEqual(editor.settings['reap.neverReap'], ['node server.js'], JSON.stringify(set));
    }
  });
});
