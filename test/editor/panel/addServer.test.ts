import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'jsonc-parser';
import type { Page } from 'playwright-core';
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
  const world = withSandbox(() => new EditorSandbox(), 'suite');
  const secret = 'not-to-be-written-anywhere';
  let theirs: { command: string; args: string[]; env: Record<string, string> };
  let seen: string;
  let page: Page;
  let panel: Panel;
  let add: AddServer;
  let editor: TextEditor;
  let machine: string;
  let ofWorkspace: string;

  before(async () => {
    const home = join(world.path, 'user');
    mkdirSync(home);
    seen = join(world.path, 'seen');
    const script = `printf %s "$API_TOKEN $LEVEL" > ${seen}; exec "$0" "$1"`;
    const env = { API_TOKEN: secret, LEVEL: 'debug' };
    theirs = { command: 'sh', args: ['-c', script, process.execPath, SERVER], env };
    writeFileSync(join(home, '.claude.json'), JSON.stringify({ mcpServers: { theirs, other: { command: 'true' } } }));
    const workspace = world.workspace('project');
    const opened = await world.openEditor(workspace, { environment: { HOME: home } });
    page = opened.page;
    machine = join(opened.server.folder, 'user/Machine/settings.json');
    ofWorkspace = join(workspace, '.vscode/settings.json');
    panel = await new Panel(page).open();
    await panel.view.getByText('No MCP servers yet.').waitFor({ timeout: 30_000 });
    add = new AddServer(page);
    editor = new TextEditor(page);
  });
  beforeEach(async () => {
    writeFileSync(machine, '{}\n');
    if (await panel.row('This Window').isVisible()) {
      await panel.run('Stop All Servers in This Window');
      await panel.answer('Stop All');
    }
    await panel.runEditors('View: Close All Editors');
  });

  it('a broken settings.json: says where, opens it there, and changes nothing', async () => {
    const broken = '{\n  // Mine.\n  "files.eol": ,\n}\n';
    writeFileSync(machine, broken);
    await panel.run('Start');
    await panel.pressNotified('There is no server to start.', 'Add Server');
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
    assert.ok(!existsSync(ofWorkspace));
  });

  it('servers of another client: offers those in its file; secrets go to the secret storage and reach the server', async () => {
    await panel.view.locator('.monaco-button').filter({ hasText: 'Add Server' }).click();
    await (await add.at(1)).pick('Import from Another Client');
    await (await add.at(2)).tick('theirs');
    await add.accept();
    await (await add.at(3)).pick('Store in the Secret Storage');
    await (await add.at(4)).pick('Workspace Settings');
    await (await add.at(5)).pick('Add and Start');

    await panel.row(/theirs.*active/).waitFor({ timeout: 60_000 });
    assert.equal(readFileSync(seen, 'utf8'), `${secret} debug`);
    const settings = readFileSync(ofWorkspace, 'utf8');
    assert.ok(!settings.includes(secret));
    const id = 'theirs-api-token';
    assert.deepEqual(parse(settings), {
      'mcpProcesses.servers': {
        theirs: { ...theirs, env: { API_TOKEN: `\${input:${id}}`, LEVEL: 'debug' } },
      },
      'mcpProcesses.inputs': [{ id, type: 'promptString', description: 'API_TOKEN (theirs)', password: true }],
    });
    assert.equal(readFileSync(machine, 'utf8'), '{}\n');
  });

  it('a pasted command line: writes it and keeps comments, shows and starts it; cancelled, it changes nothing', async () => {
    writeFileSync(machine, SETTINGS);
    await panel.row(/mine.*not running/).waitFor();
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
});
