import './fakeEditor';
import assert from 'node:assert/strict';
import { registerCommands } from '../../../src/views/commands';
import { newEditor } from './fakeEditor';
import { actionsOver, pictureOf, serverView } from './rows';

describe('a command without a row', () => {
  it('says what to do where no server fits', async () => {
    const table: [boolean, RegExp][] = [
      [true, /^No MCP server can do this now\. .*"MCP Processes: Scan Now" looks again\.$/],
      [false, /^The first scan is still under way\. Try again in a moment\.$/],
    ];
    for (const [scanned, text] of table) {
      const editor = newEditor();
      const picture = () => ({ ...pictureOf([serverView()]), scanned });
      registerCommands({ subscriptions: [] }, actionsOver([], { picture }), { info() {}, error() {} });
      await editor.registered.get('mcpProcesses.start')?.();
      assert.equal(editor.messages.length, 1);
      assert.match(editor.messages[0]?.text ?? '', text);
      assert.deepEqual(editor.picks, []);
    }
  });

  it('offers those that fit by their pid', async () => {
    const editor = newEditor();
    const orphans = [serverView(), serverView({ key: 's:2', pid: 600 })];
    registerCommands({ subscriptions: [] }, actionsOver(orphans), { info() {}, error() {} });
    await editor.registered.get('mcpProcesses.reapServer')?.();
    assert.deepEqual(editor.picks, ['Which orphaned server is to be reaped?']);
    assert.deepEqual(editor.described, ['MCP Processes · orphaned · pid 500', 'MCP Processes · orphaned · pid 600']);
  });
});
