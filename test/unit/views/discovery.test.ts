import './fakeEditor';
import assert from 'node:assert/strict';
import type { Inventory } from '../../../src/model/inventory';
import { Discovery } from '../../../src/views/discovery';
import { newEditor, settled } from './fakeEditor';
import { actionsOver, foreignView, inventoryOf, NODE, serverView } from './rows';

describe('the notice of what other clients left behind', () => {
  it('counts processes, and is shown once', async () => {
    const table: [number, string][] = [
      [1, 'Found 2 orphaned MCP server processes (1 MB).'],
      [2, 'Found 4 orphaned MCP server processes (2 MB).'],
    ];
    for (const [count, text] of table) {
      const editor = newEditor();
      let publish: (inventory: Inventory) => void = () => {};
      const actions = actionsOver([], {
        announceOnce: () => true,
        onDidChange: (listener) => {
          publish = listener;
          return { dispose() {} };
        },
      });
      new Discovery(actions).dispose();
      const child = { ...NODE, pid: 501 };
      const orphans = Array.from({ length: count }, (_, index) =>
        foreignView({ key: `other:${index}`, processes: [{ ...NODE, children: [child] }] }),
      );
      publish(inventoryOf([serverView()]));
      publish(inventoryOf([serverView(), ...orphans]));
      publish(inventoryOf(orphans));
      await settled();
      assert.deepEqual(editor.messages, [{ kind: 'information', text, buttons: ['Review', "Don't Show Again"] }]);
    }
  });
});
