import './fakeEditor';
import assert from 'node:assert/strict';
import type { Inventory } from '../../../src/model/inventory';
import type { ServerView } from '../../../src/model/serverView';
import type { ReapOptions } from '../../../src/reaping/reapQueue';
import { AskToReap } from '../../../src/views/askToReap';
import { registerCommands } from '../../../src/views/commands/register';
import { type Editor, newEditor, settled } from './fakeEditor';
import { actionsOver, foreignView, inventoryOf, resultOf, serverView } from './rows';

describe('the setting "ask" asks', () => {
  let editor: Editor;
  beforeEach(() => {
    editor = newEditor();
  });

  const waiting = (over: { key?: string; awaitsAnswer?: 'window' | 'client'; state?: 'stopping' } = {}) =>
    serverView({ awaitsAnswer: 'window', memory: 43 << 20, ...over });

  /** What a window says, and what it reaps, while these inventories are published. */
  async function ask(...inventories: ServerView[][]): Promise<{ texts: string[]; reaped: ReapOptions[] }> {
    let publish: (inventory: Inventory) => void = () => {};
    const reaped: ReapOptions[] = [];
    const actions = actionsOver(inventories.at(-1) ?? [], {
      onDidChange: (listener) => {
        publish = listener;
        return { dispose() {} };
      },
      reapOrphans: async (options = {}) => {
        reaped.push(options);
        return [resultOf()];
      },
    });
    const { reviewOrphans } = registerCommands({ subscriptions: [] }, actions, { info() {}, error() {} });
    new AskToReap(actions, reviewOrphans).dispose();
    for (const servers of inventories) publish(inventoryOf(servers));
    await settled();
    return { texts: editor.messages.map(({ text }) => text), reaped };
  }

  const table: [string, ServerView[][], string[]][] = [
    ['one', [[waiting()]], ['1 MCP server was left running by a crashed window (43 MB).']],
    [
      'two, once in a window',
      [[], [waiting({ key: 'a' }), waiting({ key: 'b' })], [waiting({ key: 'c' })]],
      ['2 MCP servers were left running by a crashed window (86 MB).'],
    ],
    [
      'one of a client that is protected by mcp-processes run',
      [[waiting({ awaitsAnswer: 'client' })]],
      ['1 MCP server was left running by its client (43 MB).'],
    ],
    ['no server that is reaped without asking, or never', [[serverView(), foreignView()]], []],
    ['no server that is being ended already', [[waiting({ state: 'stopping' })]], []],
  ];
  for (const [what, inventories, texts] of table) {
    it(`about ${what}`, async () => {
      assert.deepEqual((await ask(...inventories)).texts, texts);
      assert.ok(editor.messages.every(({ buttons }) => buttons.join() === 'Review,Not Now'));
    });
  }

  it('Review opens the list to choose from, and ends what is chosen', async () => {
    editor.click = (buttons) => buttons.find((button) => button === 'Review');
    editor.pick = (items) => items.slice(0, 1);
    const { reaped } = await ask([waiting({ key: 'a' }), waiting({ key: 'b' })]);
    assert.deepEqual(editor.picks, ['Reap Orphaned MCP Servers']);
    assert.deepEqual(
      reaped.map(({ only }) => only),
      [['a']],
    );
  });

  it('Review says so if the orphans are gone by then', async () => {
    editor.click = (buttons) => buttons.find((button) => button === 'Review');
    const { texts, reaped } = await ask([waiting()], []);
    assert.deepEqual([texts[1], reaped], ['No orphaned servers found.', []]);
  });

  it('Not Now ends nothing', async () => {
    editor.click = (buttons) => buttons.find((button) => button === 'Not Now');
    const { reaped } = await ask([waiting()]);
    assert.deepEqual([editor.picks, reaped], [[], []]);
  });
});
