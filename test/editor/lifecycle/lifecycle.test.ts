import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import type { SessionFile } from '../../../src/registry/schema';
import { isAlive, SERVER } from '../../support/sandbox';
import { waitFor } from '../../support/waitFor';
import { withSandbox } from '../../support/withSandbox';
import { EditorSandbox } from '../support/editorSandbox';
import { Panel } from '../support/panel';

const DEAF = ['--deaf-to-eof', '--deaf-to-term', '--child=plain'];
const FIXTURES = { polite: [], eof: ['--deaf-to-eof'], deaf: DEAF };
/** Three servers, and the child of one. */
const ALL = 4;

/** With the extension installed as users have it: an extension host that dies gets a successor. */
describe('servers when their editor goes', function () {
  this.timeout(420_000);
  const world = withSandbox(() => new EditorSandbox());
  let workspace: string;

  beforeEach(() => {
    workspace = world.workspace('workspace');
  });

  const fixtures = (except: readonly number[] = []) =>
    world.living().filter((pid) => {
      if (except.includes(pid)) return false;
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(SERVER);
      } catch {
        return false;
      }
    });

  async function openEditor({ autoStart = true, grace = 5, guard = true } = {}) {
    const servers = Object.fromEntries(
      Object.entries(FIXTURES).map(([name, flags]) => [name, { command: process.execPath, args: [SERVER, ...flags] }]),
    );
    const opened = await world.openEditor(workspace, {
      grace,
      settings: {
        'mcpProcesses.servers': servers,
        'mcpProcesses.launch.autoStart': autoStart,
        'mcpProcesses.guard.enabled': guard,
      },
    });
    if (autoStart) await allRun();
    return opened;
  }

  /** Waits until all servers of a window are running and recorded. */
  const allRun = (folder = workspace, except: readonly number[] = []) =>
    waitFor(
      'all servers are running',
      () => {
        const session = world.sessions().find((one) => one.folder === folder && one.handedOver === undefined);
        const recorded = session?.records.filter(({ root }) => root).length ?? 0;
        const running = fixtures(except).length;
        if (running >= ALL && recorded === 3) return session as SessionFile;
        throw new Error(`${running} processes are running, ${recorded} servers are recorded`);
      },
      60_000,
    );

  const nothingLeft = () =>
    waitFor(
      'nothing is left',
      () => {
        const left = fixtures();
        return left.length === 0 || Promise.reject(new Error(`pids ${left}`));
      },
      40_000,
    );

  it('L13 window closed, no guard: what deactivate cannot finish is handed over, and the next activation ends it', async () => {
    const { server, page } = await openEditor({ guard: false });
    await page.close();
    await waitFor('the extension host has exited', () => server.extensionHosts().length === 0);
    // Control arm: at least the one that ignores SIGTERM, and its child, outlive the time that deactivate has.
    assert.ok(fixtures().length >= 2);
    const [session] = world.sessions();
    assert.ok((session?.handedOver ?? 0) > 0);
    // On a busy machine the ladder may not be further.
    const { ladder } = session?.records.find(({ server: name }) => name === 'deaf') ?? {};
    assert.ok(ladder?.step === 'stdin' || ladder?.step === 'term', JSON.stringify(ladder));
    await openEditor({ autoStart: false });
    await nothingLeft();
  });

  it('L09 K04 K17 extension host killed with -9: its successor reaps; a second live window’s servers still answer', async () => {
    const { server, browser } = await openEditor();
    const first = await allRun();
    const before = fixtures();
    const { openWindow } = await import('../host/window.mjs');
    const folder = world.workspace('beside');
    const beside = await openWindow(browser, server, folder);
    // The same servers from the same configuration.
    await allRun(folder, before);
    const others = fixtures(before);
    assert.equal(others.length, ALL);
    process.kill(first.owner.pid, 'SIGKILL');
    await waitFor('the old ones are gone', () => !fixtures().some((pid) => before.includes(pid)), 60_000);
    // The dead session's file may still exist for a moment.
    await waitFor('its successor runs them', async () => {
      const { owner } = await allRun(workspace, others);
      return owner.pid !== first.owner.pid;
    });
    assert.deepEqual(others.filter(isAlive), others);
    const panel = await new Panel(beside).open();
    for (const name of Object.keys(FIXTURES)) {
      await panel.run('Call Tool…');
      await panel.pick(name);
      // What `tools/list` says.
      await panel.choice('whoami').waitFor();
      await beside.keyboard.press('Escape');
      await panel.choice('whoami').waitFor({ state: 'hidden' });
    }
  });

  it('L08 whole editor killed with -9, no guard: they stay (control), and the next activation reaps them', async () => {
    const { server, browser } = await openEditor({ guard: false });
    const hosts = server.extensionHosts();
    server.kill();
    await browser.close();
    await waitFor('the extension hosts are gone', () => !hosts.some(isAlive));
    // Control arm: at least the one that ignores everything is left behind, with its child.
    assert.ok(fixtures().length >= 2);
    await openEditor({ autoStart: false });
    await nothingLeft();
  });

  it('K14 L08 browser killed with -9: everything lives, and sweeps continue; then the editor: its guard leaves nothing', async () => {
    const { server, browser } = await openEditor({ grace: 600 });
    assert.equal(world.watchers().length, 1);
    const before = fixtures();
    const [session] = world.sessions();
    browser.kill();
    // An orphan of another, dead session appears. Sweeps without a window must find and end it.
    for (let round = 0; round < 2; round++) {
      const other = await world.host({ orphan: ['--deaf-to-eof'] });
      const [orphan] = other.servers;
      other.child.kill('SIGKILL');
      await waitFor('a sweep has reaped the orphan', () => !fixtures().includes(orphan as number));
    }
    assert.deepEqual(fixtures().sort(), before.sort());
    assert.ok(world.sessions().some(({ id }) => id === session?.id));
    server.kill();
    await nothingLeft();
    await waitFor('the guard is gone too', () => world.guards().length === 0);
    assert.deepEqual(readdirSync(world.folder.sessions), []);
  });
});
