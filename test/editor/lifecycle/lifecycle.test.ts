import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, Sandbox, SERVER } from '../../support/sandbox';
import { waitFor } from '../../support/waitFor';

const root = join(__dirname, '../../..');
const DEAF = ['--deaf-to-eof', '--deaf-to-term', '--child=plain'];
const FIXTURES = { polite: [], eof: ['--deaf-to-eof'], deaf: DEAF };
/** Three servers, and the child of one. */
const ALL = 4;

/** The extension installed, as users have it: an extension host that dies gets a successor. */
describe('what becomes of servers when an editor goes', function () {
  this.timeout(150_000);
  let sandbox: Sandbox;
  let workspace: string;
  const stops: (() => Promise<unknown>)[] = [];

  beforeEach(() => {
    sandbox = new Sandbox();
    workspace = join(sandbox.path, 'workspace');
    mkdirSync(workspace);
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') console.error(sandbox.log.join('\n'));
    for (const stop of stops.splice(0).reverse()) await stop();
    await sandbox.dispose();
  });

  const fixtures = (except: readonly number[] = []) =>
    sandbox.living().filter((pid) => {
      if (except.includes(pid)) return false;
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(SERVER);
      } catch {
        return false;
      }
    });

  async function openEditor({ autoStart = true, grace = 5 } = {}) {
    const { startEditorServer } = await import('../host/editorServer.mjs');
    const { startBrowser, openWindow } = await import('../host/window.mjs');
    const servers = Object.fromEntries(
      Object.entries(FIXTURES).map(([name, flags]) => [name, { command: process.execPath, args: [SERVER, ...flags] }]),
    );
    const server = await startEditorServer({
      installed: root,
      reconnectionGrace: grace,
      environment: sandbox.environment,
      settings: {
        'mcpProcesses.servers': servers,
        'mcpProcesses.launch.autoStart': autoStart,
        'mcpProcesses.sweep.intervalSeconds': 5,
      },
    });
    stops.push(() => server.stop());
    const browser = await startBrowser(server.chromium);
    stops.push(() => browser.close());
    const page = await openWindow(browser, server, workspace);
    if (autoStart) await waitFor('all servers run', () => fixtures().length >= ALL, 60_000);
    return { server, browser, page };
  }

  const nothingLeft = (except: readonly number[] = []) =>
    waitFor(
      'nothing is left',
      () => {
        const left = fixtures(except);
        return left.length === 0 || Promise.reject(new Error(`pids ${left}`));
      },
      40_000,
    );

  it('L13 window closed: what deactivate cannot finish in its 4 s is handed over, and the next activation ends it', async () => {
    const { server, page } = await openEditor();
    await page.close();
    await waitFor('the extension host has exited', () => server.extensionHosts().length === 0, 30_000);
    // Control arm: only the one that ignores SIGTERM, and its child, outlive the ladder's first steps.
    assert.equal(fixtures().length, 2);
    const [file] = readdirSync(sandbox.folder.sessions);
    const session = JSON.parse(readFileSync(join(sandbox.folder.sessions, file as string), 'utf8'));
    assert.ok(session.handedOver > 0);
    assert.deepEqual(
      session.records.map((record: { server: string; ladder: { step: string } }) => [
        record.server,
        record.ladder.step,
      ]),
      [['deaf', 'term']],
    );
    await openEditor({ autoStart: false });
    await nothingLeft();
  });

  it('L13 window reloaded: the old ones go, new ones come', async () => {
    const { page } = await openEditor();
    const before = fixtures();
    await page.reload();
    await waitFor('the old ones are gone', () => !fixtures().some((pid) => before.includes(pid)), 40_000);
    await waitFor('new ones run', () => fixtures().length >= ALL, 60_000);
  });

  it('L09 extension host killed with -9: its successor reaps; a live session beside it stays', async () => {
    const beside = await sandbox.host({ twin: DEAF });
    await waitFor('its child runs', () => fixtures().length === 2);
    const others = fixtures();
    stops.push(async () => beside.child.kill('SIGKILL'));
    const { server } = await openEditor();
    const before = fixtures(others);
    const [host] = server.extensionHosts();
    process.kill(host as number, 'SIGKILL');
    await waitFor('the old ones are gone', () => !fixtures().some((pid) => before.includes(pid)), 60_000);
    assert.deepEqual(
      others.filter((pid) => fixtures().includes(pid)),
      others,
    );
  });

  it('L08 whole editor killed with -9: they stay (control), and the next activation reaps them', async () => {
    const { server, browser } = await openEditor();
    const hosts = server.extensionHosts();
    server.kill();
    await browser.close();
    await waitFor('the extension hosts are gone', () => !hosts.some(isAlive));
    // Control arm: at least the one that ignores everything is left behind, with its child.
    assert.ok(fixtures().length >= 2);
    await openEditor({ autoStart: false });
    await nothingLeft();
  });

  it('K14 browser killed, the host outlives it: everything lives, and sweeps go on', async () => {
    const { browser } = await openEditor({ grace: 600 });
    const before = fixtures();
    await browser.close();
    const [session] = readdirSync(sandbox.folder.sessions);
    // An orphan of another, dead session appears: sweeps without a client must find and end it.
    for (let round = 0; round < 2; round++) {
      const other = await sandbox.host({ orphan: ['--deaf-to-eof'] });
      const [orphan] = other.servers;
      other.child.kill('SIGKILL');
      await waitFor('a sweep has reaped the orphan', () => !fixtures().includes(orphan as number), 30_000);
    }
    assert.deepEqual(fixtures().sort(), before.sort());
    assert.ok(readdirSync(sandbox.folder.sessions).includes(session as string));
  });
});
