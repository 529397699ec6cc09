import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerRecord, SessionFile } from '../../../src/registry/schema';
import { FakeOwner, identityOf, PLAIN } from '../../support/fakeOwner';
import { isAlive, SERVER } from '../../support/sandbox';
import { waitFor } from '../../support/waitFor';
import { withSandbox } from '../../support/withSandbox';
import { EditorSandbox } from '../support/editorSandbox';
import { Panel } from '../support/panel';

const EVERYTHING = join(__dirname, '../../../node_modules/@modelcontextprotocol/server-everything/dist/index.js');

describe('what a person sees', function () {
  this.timeout(120_000);
  const world = withSandbox(() => new EditorSandbox());

  it('orphans in tree and status bar, servers, their records, a broken mcp.json; reap and stop all', async () => {
    const owner = await new FakeOwner(world).open();
    const orphans: number[] = [];
    for (let count = 0; count < 4; count++) orphans.push((await owner.start()).pid);
    owner.write({ automatic: 'ask' });
    await owner.kill();
    const workspace = world.workspace('project');
    writeFileSync(
      join(workspace, '.vscode/mcp.json'),
      '{\n  "servers": {\n    "whole": { "command": "node" },\n    "half": { "command": }\n  }\n}\n',
    );
    const { page, server } = await world.openEditor(workspace, {
      settings: {
        'mcpProcesses.servers': {
          everything: { command: process.execPath, args: [EVERYTHING, 'stdio'] },
          deaf: { command: process.execPath, args: [SERVER, '--child=plain'] },
        },
      },
    });
    const panel = new Panel(page);

    await panel.status.waitFor({ timeout: 30_000 });
    assert.equal((await panel.status.textContent())?.trim(), '4 orphaned MCP servers');
    assert.ok(await panel.status.locator('.codicon-warning').isVisible());
    await panel.status.click();
    await panel.shows('Orphaned', ['server 1', 'server 2', 'server 3', 'server 4']);
    await panel.shows('Not Running', ['deaf', 'everything', 'whole']);
    assert.match((await panel.view.textContent()) ?? '', /mcp\.json:4:26: Invalid JSON/);
    assert.match((await panel.rows())[1]?.description ?? '', /^orphaned · .*MB/);

    for (const name of ['deaf', 'everything']) {
      await panel.press(new RegExp(`${name}.*not running`), 'Start');
      await panel.row(new RegExp(`${name}.*active`)).waitFor();
    }
    await panel.shows('This Window', ['deaf', 'everything']);
    await panel.unfold(/deaf.*active/);
    const shown = async () =>
      (await panel.rows())
        .filter(({ level }) => level > 2)
        .map(({ description }) => /^pid (\d+)/.exec(description)?.[1]);
    await waitFor('the server and its child', async () => (await shown()).length === 2).catch(async (e) => {
      console.log(await panel.rows());
      throw e;
    });
    assert.ok((await shown()).every((pid) => isAlive(Number(pid))));
    const session = world.sessions().find(({ folder }) => folder === workspace) as SessionFile;
    assert.deepEqual(session.records.map(({ server: name }) => name).sort(), ['deaf', 'everything']);
    await waitFor('the records are in workspaceState', async () => {
      const state = (await panel.workspaceState()) as Record<string, ServerRecord | undefined>;
      return session.records.every(
        ({ id, root }) => state[`mcpProcesses.record.${session.id}.${id}`]?.root?.pid === root?.pid,
      );
    });

    await panel.run('Reap Orphaned MCP Servers');
    await panel.status.waitFor({ state: 'hidden', timeout: 30_000 });
    assert.deepEqual(orphans.filter(isAlive), []);
    await panel.shows('Orphaned', []);

    // K07 K13 A dead session's file that names the editor, its extension host and everything below it.
    const hosts = server.extensionHosts();
    const [record] = session.records;
    const claims = [server.pid, ...hosts, ...session.records.map(({ root }) => root?.pid as number)];
    const hostile = { ...session, id: randomUUID(), owner: owner.identity };
    const claimed = await Promise.all(claims.map(identityOf));
    const file = join(world.folder.sessions, `${hostile.id}.json`);
    writeFileSync(
      file,
      JSON.stringify({ ...hostile, records: [{ ...record, id: randomUUID(), root: claimed[0], census: claimed }] }),
    );
    // Windows are connected to these processes: they are in use, and so not orphaned.
    await panel.shows('Other Clients', ['deaf']);
    assert.ok((await panel.rows()).some(({ description }) => description.startsWith('in use')));
    await panel.run('Reap Orphaned MCP Servers');
    // Short runs of programs by the host, such as `ss`, are below it too and may end meanwhile.
    await panel.notified(/\d+ processes spared/);
    rmSync(file);
    await panel.shows('Other Clients', []);
    await panel.status.waitFor({ state: 'hidden', timeout: 30_000 });
    assert.deepEqual(claims.filter(isAlive), claims);

    await panel.run('Stop All Servers in This Window');
    assert.match(await panel.answer('Cancel'), /Stop the 2 MCP servers in this window\?.*deaf.*everything/s);
    await panel.shows('This Window', ['deaf', 'everything']);
    await panel.run('Stop All Servers in This Window');
    await panel.answer('Stop All');
    await panel.shows('This Window', []);
    await waitFor('no session file is left', () => readdirSync(world.folder.sessions).length === 0);
    assert.deepEqual(session.records.map(({ root }) => root?.pid as number).filter(isAlive), []);
  });

  it('an untrusted workspace: nothing of it is read or started, and the panel says so; once trusted, it is', async () => {
    const workspace = world.workspace('somebodys');
    const started = join(world.path, 'started');
    const entry = { command: process.execPath, args: [PLAIN, `--pid-file=${started}`] };
    writeFileSync(join(workspace, '.vscode/mcp.json'), JSON.stringify({ servers: { 'of-the-file': entry } }));
    writeFileSync(
      join(workspace, '.vscode/settings.json'),
      JSON.stringify({ 'mcpProcesses.servers': { 'of-the-setting': entry }, 'mcpProcesses.launch.autoStart': true }),
    );
    const { page, server } = await world.openEditor(workspace, { trust: false });
    await page.locator('.statusbar-item').filter({ hasText: 'Restricted Mode' }).waitFor();
    const panel = await new Panel(page).open();
    await page.getByText('are ignored until you trust it').waitFor({ timeout: 30_000 });
    await panel.run('Scan Now');
    assert.deepEqual(await panel.rows(), []);
    assert.deepEqual(readdirSync(world.folder.sessions), []);
    // The user's server would start in the folder, where `npx` finds what a stranger put there.
    const settings = join(server.folder, 'user/Machine/settings.json');
    const ofUser = join(world.path, 'started-of-user');
    const own = {
      'mcpProcesses.servers': { 'of-the-user': { ...entry, args: [PLAIN, `--pid-file=${ofUser}`] } },
      'mcpProcesses.launch.autoStart': true,
    };
    writeFileSync(settings, JSON.stringify({ ...JSON.parse(readFileSync(settings, 'utf8')), ...own }));
    await panel.shows('Not Running', ['of-the-user']);
    await panel.run('Scan Now');
    await panel.shows('Not Running', ['of-the-user']);
    assert.ok(!existsSync(ofUser));
    assert.ok(!existsSync(started));
    // Control arm: the same window, once a person trusts it.
    await page.locator('.statusbar-item').filter({ hasText: 'Restricted Mode' }).click();
    await page.locator('.workspace-trust-editor .monaco-button').filter({ hasText: 'Trust' }).first().click();
    await page.locator('.monaco-modal-editor-block a[aria-label^="Close"]').click();
    await waitFor('servers with autoStart have started', () => existsSync(started) && existsSync(ofUser));
    await panel.shows('Not Running', ['of-the-file']);
  });

  it('an unusable data folder: the extension says so and what to do, and does nothing else', async () => {
    const file = join(world.path, 'file');
    writeFileSync(file, '');
    const { page, server } = await world.openEditor(world.workspace('project'), {
      environment: { MCP_PROCESSES_HOME: file },
    });
    const panel = new Panel(page);
    const said = await panel.notified('MCP Processes could not start');
    assert.match(said, /The data folder .*file cannot be used: .*MCP_PROCESSES_HOME/);
    assert.equal(server.extensionHosts().length, 1);
    await panel.open();
    await panel.view.getByText(/The data folder .*file cannot be used: .*Fix this and reload the window\./).waitFor();
    // Control arm: repaired and reloaded, it works.
    rmSync(file);
    await panel.pressNotified('MCP Processes could not start', 'Reload Window');
    await panel.view.getByText('No MCP servers yet').waitFor();
  });
});
