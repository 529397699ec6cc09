import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Inventory } from '../../../src/model/inventory';
import { FakeOwner, PLAIN } from '../../support/fakeOwner';
import { isAlive, SERVER } from '../../support/sandbox';
import { waitFor } from '../../support/waitFor';
import { withSandbox } from '../../support/withSandbox';
import { EditorSandbox, ROOT } from '../support/editorSandbox';
import { Panel } from '../support/panel';
import { REMOTE_CONTROL, RemoteControl } from '../support/remoteControl';

/** The number of ladders that run at a time. */
const AT_A_TIME = 100;
const LATER = 10;
const GRACE = { stdin: 4_000, term: 4_000 };

describe('reaping is cancelled, or ends with the extension', function () {
  this.timeout(300_000);
  const world = withSandbox(() => new EditorSandbox());

  it('Cancel is pressed while the first ones are being ended: those that wait for their turn stay alive', async () => {
    const owner = await new FakeOwner(world).open();
    const own: number[] = [];
    const deaf = ['-c', 'trap "" TERM; exec sleep 1000'];
    for (let count = 0; count < AT_A_TIME + LATER; count++) {
      own.push((await owner.start(deaf, { command: 'sh', record: { grace: GRACE } })).pid);
    }
    owner.write({ automatic: 'ask' });
    // A server of another client, configured here: with one among the orphans a person chooses, and can cancel.
    const args = [PLAIN, '--deaf', `--mark=${owner.id}`];
    const foreign = await owner.start(args, { cookie: false, record: false });
    const workspace = world.workspace('project');
    const servers = { theirs: { command: process.execPath, args } };
    writeFileSync(join(workspace, '.vscode/mcp.json'), JSON.stringify({ servers }));
    await owner.kill();

    const control = new RemoteControl(join(world.path, 'control'));
    const { page } = await world.openEditor(workspace, {
      installed: [ROOT, REMOTE_CONTROL],
      environment: control.environment,
    });
    const panel = await new Panel(page).open();
    await waitFor(
      'all are proven to be orphaned',
      async () => {
        const { servers } = await control.ask<Inventory>(workspace, { api: 'sweep' });
        return servers.filter(({ verdict }) => verdict === 'orphaned').length === own.length + 1;
      },
      90_000,
    );
    await panel.run('Reap Orphaned MCP Servers');
    await panel.choice('server 1').waitFor();
    await page.locator('.quick-input-widget .monaco-button').filter({ hasText: 'OK' }).click();
    // Without focus the editor keeps its notifications behind the bell.
    await page.locator('.statusbar-item[id="status.notifications"]').click();
    const notice = page.locator('.notification-list-item').filter({ hasText: 'Ending orphaned' });
    await notice.hover();
    await notice.locator('.monaco-button').filter({ hasText: 'Cancel' }).click();

    await waitFor('those that had begun are ended', () => own.filter(isAlive).length === LATER, 90_000);
    assert.ok(isAlive(foreign.pid));
    await waitFor('the others are still listed', async () => (await panel.status.textContent())?.includes(`${LATER}`));
    assert.equal(own.filter(isAlive).length, LATER);
  });

  it('K18 the extension is disabled while the window lives: its servers run until the window is reloaded, and none comes back', async () => {
    const workspace = world.workspace('project');
    const server = (...flags: string[]) => ({ command: process.execPath, args: [SERVER, ...flags] });
    const { page } = await world.openEditor(workspace, {
      settings: {
        'mcpProcesses.servers': {
          polite: server(),
          eof: server('--deaf-to-eof'),
          deaf: server('--deaf-to-eof', '--deaf-to-term', '--child=setsid'),
        },
        'mcpProcesses.launch.autoStart': true,
        'mcpProcesses.reap.grace': { '*': { stdinSeconds: 1, termSeconds: 1 } },
      },
    });
    const pids = await waitFor('all run', () => {
      const [session] = world.sessions();
      const recorded = session?.records.flatMap(({ root, census }) => [root?.pid, ...census.map(({ pid }) => pid)]);
      const living = [...new Set(recorded)].filter((pid) => pid !== undefined && isAlive(pid));
      return living.length === 4 ? (living as number[]) : undefined;
    });
    const panel = new Panel(page);
    const icon = page.locator('.activitybar a[aria-label^="MCP Processes"]');
    await icon.waitFor();
    await panel.runEditors('Extensions: Disable All Installed Extensions');
    const { readDisabled } = await import('../host/window.mjs');
    await waitFor('it is disabled', async () => (await readDisabled(page)).includes('mcp-processes.mcp-processes'));
    // The editor keeps the extension running until the window is reloaded.
    assert.deepEqual(pids.filter(isAlive), pids);
    await page.reload();
    await waitFor('nothing is left', () => !pids.some(isAlive) && world.guards().length === 0, 60_000);
    await page.locator('.activitybar a[aria-label^="Extensions"]').waitFor();
    await icon.waitFor({ state: 'detached' });
    assert.deepEqual(world.sessions(), []);
  });
});
