import './fakeEditor';
import assert from 'node:assert/strict';
import { registerCommands } from '../../../src/views/commands/register';
import { newEditor, settled } from './fakeEditor';
import { actionsOver, foreignView, inventoryOf, serverView } from './rows';

describe('a command without a row', () => {
  it('says what to do if no server fits', async () => {
    const table: [string, boolean, string, string[]][] = [
      ['start', true, 'There is no server to start.', ['Add Server']],
      ['stop', true, 'No server is running.', []],
      ['reapServer', true, 'No orphaned servers found.', []],
      ['showConfiguration', true, 'No server is configured.', ['Add Server']],
      ['start', false, 'The first scan has not finished yet. Try again in a moment.', []],
    ];
    for (const [command, scanned, text, buttons] of table) {
      const editor = newEditor();
      const inventory = () => ({
        ...inventoryOf([foreignView({ group: 'otherClients', verdict: 'active' })]),
        scanned,
      });
      registerCommands({ subscriptions: [] }, actionsOver([], { inventory }), { info() {}, error() {} });
      await editor.registered.get(`mcpProcesses.${command}`)?.();
      assert.deepEqual(editor.messages, [{ kind: 'information', text, buttons }]);
      assert.deepEqual(editor.picks, []);
    }
  });

  it('offers the servers that fit, with their pids', async () => {
    const editor = newEditor();
    const orphans = [serverView(), serverView({ key: 's:2', pid: 600 })];
    registerCommands({ subscriptions: [] }, actionsOver(orphans), { info() {}, error() {} });
    await editor.registered.get('mcpProcesses.reapServer')?.();
    assert.deepEqual(editor.picks, ['Select an orphaned server to end']);
    assert.deepEqual(editor.described, ['MCP Processes · orphaned · pid 500', 'MCP Processes · orphaned · pid 600']);
  });

  it('offers to add a server if there is none', async () => {
    const editor = newEditor();
    const ran: string[] = [];
    editor.command = (id) => ran.push(id);
    editor.click = ([button]) => button;
    registerCommands({ subscriptions: [] }, actionsOver([]), { info() {}, error() {} });
    await editor.registered.get('mcpProcesses.start')?.();
    await settled();
    assert.deepEqual(ran, ['mcpProcesses.addServer']);
  });
});
