import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FakeOwner, PLAIN } from '../../support/fakeOwner';
import { isAlive, SERVER } from '../../support/sandbox';
import { waitFor } from '../../support/waitFor';
import { withSandbox } from '../../support/withSandbox';
import { EditorSandbox } from '../support/editorSandbox';
import { Panel } from '../support/panel';

/** No scans in the background: what is shown comes from a person's scan, or is noticed. */
const NO_SCANS = { MCP_PROCESS_CLEANUP_INTERVAL: '0' };
/** Makes the end of a server take long enough to be seen. */
const SLOW = { 'mcpProcesses.reap.grace': { '*': { stdinSeconds: 4, termSeconds: 4 } } };

describe('the panel during scans and reaps', function () {
  this.timeout(180_000);
  const world = withSandbox(() => new EditorSandbox());

  /** Starts servers of another client that `.vscode/mcp.json` names: three copies of one, and one more. */
  async function foreign(owner: FakeOwner): Promise<{ workspace: string; pids: number[] }> {
    const workspace = world.workspace('project');
    const entry = (name: string) => ({ command: process.execPath, args: [PLAIN, '--deaf', `--${name}=${owner.id}`] });
    const servers = { notes: entry('notes'), tickets: entry('tickets') };
    writeFileSync(join(workspace, '.vscode/mcp.json'), JSON.stringify({ servers }));
    const pids: number[] = [];
    for (const { args } of [servers.notes, servers.notes, servers.notes, servers.tickets]) {
      pids.push((await owner.start(args, { cookie: false, record: false })).pid);
    }
    return { workspace, pids };
  }

  it('L30 a client dies: its servers are proven orphans; Scan Now takes no proof back; a reap says "ending …"', async () => {
    const owner = await new FakeOwner(world).open();
    const { workspace, pids } = await foreign(owner);
    const { page } = await world.openEditor(workspace, { environment: NO_SCANS, settings: SLOW });
    const panel = await new Panel(page).open();
    await panel.row('Other Clients').waitFor({ timeout: 60_000 });
    const seen = await panel.recordGroups();
    await owner.kill();
    await panel.row('Orphaned').waitFor({ timeout: 30_000 });
    await panel.shows('Orphaned', ['notes ×3', 'tickets']);
    await panel.view.getByText(/^4 orphaned servers of other clients · \d+ MB$/).waitFor();
    assert.ok(!(await panel.status.isVisible()), 'the status bar counts ours');

    const isReapable = async () => {
      await panel.row('tickets').hover();
      return panel.row('tickets').locator('a[aria-label^="End Orphaned Server"]').isVisible();
    };
    await waitFor('it can be reaped', isReapable);
    await panel.run('Scan Now');
    await panel.row(/tickets.*checking … · orphaned/).waitFor();
    await panel.row(/notes ×3.*checking …/).waitFor();
    assert.ok(await isReapable());
    await panel.row('checking …').waitFor({ state: 'detached' });
    await panel.shows('Orphaned', ['notes ×3', 'tickets']);
    assert.deepEqual(
      (await seen()).filter((group) => group === 'Owner Unknown'),
      [],
    );

    await panel.press('tickets', 'End Orphaned Server');
    const ending = panel.row(/tickets.*ending …/);
    await ending.waitFor();
    await ending.hover();
    assert.ok(await ending.locator('.codicon-loading').isVisible());
    assert.equal(await ending.locator('a[aria-label^="End Orphaned Server"]').count(), 0);
    await panel.notified(/^Ended 1 orphaned server/);
    await panel.shows('Orphaned', ['notes ×3']);
    await panel.view.getByText(/^3 orphaned servers of other clients · \d+ MB$/).waitFor();

    await panel.run('Reap Orphaned MCP Servers');
    await panel.choice('notes').waitFor();
    await page.locator('.quick-input-widget .monaco-button').filter({ hasText: 'OK' }).click();
    await panel.row(/notes ×3.*ending …/).waitFor();
    await panel.shows('Orphaned', []);
    assert.deepEqual(pids.filter(isAlive), []);
    assert.deepEqual(
      (await seen()).filter((group) => group === 'Owner Unknown'),
      [],
    );

    await panel.run('Preview Cleanup');
    await panel.notified('No orphaned servers found.');
    assert.equal(await page.locator('.tab').filter({ hasText: 'Cleanup Preview' }).count(), 0);
  });

  it('"ask" asks once, and ends what is chosen', async () => {
    const owner = await new FakeOwner(world).open();
    const orphans = [(await owner.start()).pid, (await owner.start()).pid];
    owner.write({ automatic: 'ask' });
    const other = await new FakeOwner(world).open();
    const { workspace } = await foreign(other);
    await Promise.all([owner.kill(), other.kill()]);
    const { page } = await world.openEditor(workspace, { settings: SLOW });
    const panel = new Panel(page);
    await panel.notified(/^2 MCP servers were left running by a crashed window \(\d+ MB\)\.$/);
    await panel.status.waitFor();
    await waitFor('the tooltip mentions other clients’ orphans too', async () => {
      await page.locator('.statusbar').hover({ position: { x: 600, y: 5 } });
      await panel.status.hover();
      const tooltip = page.locator('.workbench-hover:visible');
      await tooltip.waitFor({ timeout: 3_000 });
      return /2 orphaned MCP servers\. Click to review\.\s*4 orphaned servers of other clients · \d+ MB/.test(
        (await tooltip.textContent()) ?? '',
      );
    });
    await panel.run('Scan Now');
    const question = panel.notifications.locator('.notification-list-item').filter({ hasText: 'crashed window' });
    await panel.notified(/crashed window/);
    assert.equal(await question.count(), 1);
    await question.hover();
    await question.locator('.monaco-button').filter({ hasText: 'Review' }).click();
    await panel.choice('server 1').waitFor();
    assert.equal(await panel.choice('notes').count(), 0, 'it asks about ours');
    await page.locator('.quick-input-widget .monaco-button').filter({ hasText: 'OK' }).click();
    await panel.status.waitFor({ state: 'hidden', timeout: 60_000 });
    assert.deepEqual(orphans.filter(isAlive), []);
  });

  it('a server that the editor starts has one row, and the age of its process, without a scan', async () => {
    const workspace = world.workspace('project');
    const servers = { parent: { command: process.execPath, args: [SERVER, '--child=plain'] } };
    writeFileSync(join(workspace, '.vscode/mcp.json'), JSON.stringify({ servers }));
    const { page } = await world.openEditor(workspace, { environment: NO_SCANS });
    const panel = await new Panel(page).open();
    await panel.unfold('Not Running');
    const seen = await panel.recordGroups();
    const running = panel.row(/parent.*active/);
    await waitFor(
      'it is started',
      async () => {
        if (await running.isVisible()) return true;
        await panel.press(/parent.*not running/, 'Start');
        await running.waitFor({ timeout: 10_000 });
        return true;
      },
      60_000,
    );
    const ageOf = (text: string) => {
      const [, seconds] = /· (\d+) s(?: ·|$)/.exec(text) ?? [];
      return seconds === undefined ? Number.NaN : Number(seconds);
    };
    await waitFor('it grows older', async () => ageOf((await running.textContent()) ?? '') >= 5, 60_000);
    await waitFor('it is adopted', () =>
      world.sessions().some(({ records }) => records.some(({ kind }) => kind === 'adopted')),
    );
    await panel.unfold(/parent.*active/);
    const ages = await waitFor('its processes are shown', async () => {
      const rows = (await panel.rows()).filter(({ level }) => level >= 2);
      return rows.length === 3 ? rows.map(({ description }) => ageOf(description)) : undefined;
    });
    assert.ok(Math.max(...ages) - Math.min(...ages) <= 1, ages.join());
    assert.deepEqual(
      (await seen()).filter((group) => group === 'Other Clients'),
      [],
    );
  });
});
