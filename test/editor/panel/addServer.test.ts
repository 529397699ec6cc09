import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'jsonc-parser';
import { SERVER } from '../../support/sandbox';
import { waitFor } from '../../support/waitFor';
import { withSandbox } from '../../support/withSandbox';
import { AddServer } from '../support/addServer';
import { EditorSandbox } from '../support/editorSandbox';
import { Panel } from '../support/panel';
import { lineOf, TextEditor } from '../support/textEditor';

const SETTINGS = `{
  // Quiet, please.
  "workbench.startupEditor": "none", // no page
  "chat.disableAIFeatures": true,
  "mcpProcesses.servers": {
    // Mine.
    "mine": { "command": "true" } // keep me
  },
  /* last words */
  "telemetry.telemetryLevel":   "off"
}
`;

describe('Add Server…', function () {
  this.timeout(300_000);
  const world = withSandbox(() => new EditorSandbox());

  /** Opens an editor with these remote settings. */
  const open = async (settings: string, environment: Record<string, string> = {}) => {
    const workspace = world.workspace('project');
    const { page, server } = await world.openEditor(workspace, { environment });
    const machine = join(server.folder, 'user/Machine/settings.json');
    writeFileSync(machine, settings);
    const panel = await new Panel(page).open();
    return { page, panel, add: new AddServer(page), editor: new TextEditor(page), machine, workspace };
  };

  it('a pasted command line: writes it and keeps comments, shows and starts it; cancelled, it changes nothing', async () => {
    const { page, panel, add, editor, machine } = await open(SETTINGS);
    await panel.shows('Not Running', ['mine']);
    const command = `"${process.execPath}" "${SERVER}"`;

    const answer = [
      () => add.pick('Command'),
      () => add.type(command),
      () => add.type('new'),
      () => add.pick('Remote Settings'),
      () => add.row('Add and Start').waitFor(),
    ];
    for (let last = 1; last <= answer.length; last++) {
      await panel.run('Add Server…');
      for (let step = 1; step < last; step++) {
        await add.at(step);
        await answer[step - 1]?.();
      }
      await add.at(last);
      await add.escape();
    }
    assert.equal(readFileSync(machine, 'utf8'), SETTINGS);
    assert.equal(await page.locator('.tab').count(), 0);

    await page.locator('.composite.title, .pane-header').first().hover();
    await page.locator('.actions-container a[aria-label^="Add Server"]').first().click();
    await (await add.at(1)).pick('Command');
    await add.at(2);
    for (const [text, why] of [
      ['node x | tee log', 'This line needs a shell'],
      ['node "x', 'A quotation mark is not closed'],
      ['a && b', 'several commands'],
      ['A=1', 'does not name a program'],
    ] as const) {
      await add.type(text);
      await add.refuses(why);
    }
    await add.type(command);
    await add.at(3);
    assert.equal(await add.offered(), 'test');
    await add.type('mine');
    await add.refuses('A server with this name already exists');
    await add.back();
    await add.at(2);
    assert.equal(await add.offered(), command);
    await add.accept();
    await (await add.at(3)).type('new');
    await (await add.at(4)).pick('Remote Settings');
    await (await add.at(5)).pick('Add and Start');

    await panel.row(/new.*active/).waitFor({ timeout: 60_000 });
    await panel.shows('This Window', ['new']);
    const expected = SETTINGS.replace(
      '"mine": { "command": "true" } // keep me\n',
      `"mine": { "command": "true" }, // keep me\n    "new": {\n      "command": ${JSON.stringify(process.execPath)},\n      "args": [${JSON.stringify(SERVER)}]\n    }\n`,
    );
    assert.equal(readFileSync(machine, 'utf8'), expected);
    await editor.selects('/Machine/settings.json', lineOf(expected, '"new"'), '"new"');
  });

  it('servers of another client: offers those in its file; secrets go to the secret storage and reach the server', async () => {
    const home = join(world.path, 'user');
    mkdirSync(home);
    const seen = join(world.path, 'seen');
    const secret = 'not-to-be-written-anywhere';
    const script = `printf %s "$API_TOKEN $LEVEL" > ${seen}; exec "$0" "$1"`;
    const entry = {
      command: 'sh',
      args: ['-c', script, process.execPath, SERVER],
      env: { API_TOKEN: secret, LEVEL: 'debug' },
    };
    writeFileSync(
      join(home, '.claude.json'),
      JSON.stringify({ mcpServers: { theirs: entry, other: { command: 'true' } } }),
    );
    const { page, panel, add, machine, workspace } = await open('{}\n', { HOME: home });
    await page.getByText('No MCP servers yet.').waitFor({ timeout: 30_000 });
    await panel.view.locator('.monaco-button').filter({ hasText: 'Add Server' }).click();
    await (await add.at(1)).pick('Import from Another Client');
    await (await add.at(2)).tick('theirs');
    await add.accept();
    await (await add.at(3)).pick('Store in the Secret Storage');
    await (await add.at(4)).pick('Workspace Settings');
    await (await add.at(5)).pick('Add and Start');

    await panel.row(/theirs.*active/).waitFor({ timeout: 60_000 });
    assert.equal(readFileSync(seen, 'utf8'), `${secret} debug`);
    const settings = readFileSync(join(workspace, '.vscode/settings.json'), 'utf8');
    assert.ok(!settings.includes(secret));
    const id = 'theirs-api-token';
    assert.deepEqual(parse(settings), {
      'mcpProcesses.servers': {
        theirs: { ...entry, env: { API_TOKEN: `\${input:${id}}`, LEVEL: 'debug' } },
      },
      'mcpProcesses.inputs': [{ id, type: 'promptString', description: 'API_TOKEN (theirs)', password: true }],
    });
    assert.equal(readFileSync(machine, 'utf8'), '{}\n');
  });

  it('a broken settings.json: says where, opens it there, and changes nothing', async () => {
    const broken = '{\n  // Mine.\n  "files.eol": ,\n}\n';
    const { panel, add, editor, machine, workspace } = await open(broken);
    await panel.view.getByText('No MCP servers yet.').waitFor({ timeout: 30_000 });
    await panel.run('Start');
    await panel.notified('There is no server to start.');
    await panel.notifications.locator('.monaco-button').filter({ hasText: 'Add Server' }).click();
    await (await add.at(1)).pick('npm Package');
    await (await add.at(2)).type('-y x');
    await add.refuses('Enter a package such as');
    await add.type('@modelcontextprotocol/server-memory');
    await (await add.at(3)).accept();
    await (await add.at(4)).accept();
    await add.at(5);
    assert.equal(await add.offered(), 'memory');
    await add.accept();
    await (await add.at(6)).pick('Remote Settings');
    await (await add.at(7)).pick('without starting');
    await panel.notified(/settings\.json is not valid JSON \(line 3\), so nothing was changed\./);
    await waitFor('it is open at that place', async () => {
      const { path, line } = await editor.cursor();
      return path.endsWith('/Machine/settings.json') && line === 3;
    });
    assert.equal(readFileSync(machine, 'utf8'), broken);
    assert.ok(!existsSync(join(workspace, '.vscode/settings.json')));
  });
});
