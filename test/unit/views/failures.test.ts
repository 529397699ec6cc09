import './fakeEditor';
import assert from 'node:assert/strict';
import { offerToStop } from '../../../src/views/commands/containers';
import type { CommandContext } from '../../../src/views/commands/context';
import { neverReapServer } from '../../../src/views/commands/neverReap';
import { registerCommands } from '../../../src/views/commands/register';
import { Discovery } from '../../../src/views/discovery';
import { showFailure } from '../../../src/views/failures';
import { CancellationError, type Editor, newEditor, settled } from './fakeEditor';
import { actionsOver, foreignView, inventoryOf, resultOf, serverView } from './rows';

const BROKEN = 'Unable to write into user settings.';
const fail = async () => {
  throw new Error(BROKEN);
};
const clickOn = (button: string) => (buttons: readonly string[]) => buttons.find((one) => one === button);

const neverReap = (over: Parameters<typeof actionsOver>[1]) =>
  neverReapServer({ actions: actionsOver([serverView()], over) } as CommandContext, serverView().key);

describe('a button of a notification shows its failure', () => {
  let editor: Editor;
  beforeEach(() => {
    editor = newEditor();
  });

  it('undoing Never Reap This Server', async () => {
    editor.click = clickOn('Undo');
    await neverReap({ allowReap: fail });
    await settled();
    assert.deepEqual(editor.errors(), [BROKEN]);
  });

  it('showing the setting', async () => {
    editor.click = clickOn('Show Setting');
    await neverReap({ showSetting: fail });
    await settled();
    assert.deepEqual(editor.errors(), [BROKEN]);
  });

  it('showing the details of a reap', async () => {
    editor.click = clickOn('Show Details');
    editor.beforeShow = () => {
      throw new Error(BROKEN);
    };
    const log = { info() {}, error() {} };
    registerCommands({ subscriptions: [] }, actionsOver([], { reapOrphans: async () => [resultOf()] }), log);
    await editor.registered.get('mcpProcesses.reapOrphans')?.();
    await settled();
    assert.deepEqual(editor.errors(), [BROKEN]);
  });

  it('stopping a container', async () => {
    editor.click = clickOn('Stop Container');
    offerToStop([{ id: 'c', image: 'mcp/fetch' }], actionsOver([], { stopContainer: fail }));
    await settled();
    assert.equal(editor.errors().length, 1);
    assert.match(editor.errors()[0] ?? '', new RegExp(BROKEN));
  });

  it('reviewing the servers that other clients left', async () => {
    editor.click = clickOn('Review');
    editor.command = fail;
    const orphan = foreignView();
    const actions = actionsOver([], {
      announceOnce: () => true,
      onDidChange: (listener) => {
        listener(inventoryOf([orphan]));
        return { dispose() {} };
      },
    });
    new Discovery(actions).dispose();
    await settled();
    assert.deepEqual(editor.errors(), [BROKEN]);
  });

  it('control: a cancellation is no failure', async () => {
    showFailure(Promise.reject(new CancellationError()));
    await settled();
    assert.deepEqual(editor.errors(), []);
  });
});
