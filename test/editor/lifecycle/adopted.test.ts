import assert from 'node:assert/strict';
import type { ServerView } from '../../../src/model/serverView';
import { isAlive } from '../../support/sandbox';
import { waitFor } from '../../support/waitFor';
import { Arm, adoptionTimes, type BusyWindow, commandLine, living, NAMES, PROCESSES } from '../support/editorsServers';

/** Two of thirteen ignore end-of-file, and their children ignore everything. */
const LEFT_WITHOUT_US = 4;

/**
 * The same servers, started by the editor's own MCP client and never by us, in two editors side by side: one without
 * the extension, one with it.
 */
describe('servers that VS Code starts itself', function () {
  this.timeout(420_000);
  let without: Arm;
  let withUs: Arm;
  before(() => {
    without = new Arm(false);
    withUs = new Arm(true);
  });
  after(() => Promise.all([without.world.dispose(), withUs.world.dispose()]));

  /** Ends one window of each editor in the same way, and compares what is left. */
  async function compare(name: string, end: (arm: Arm, window: BusyWindow) => unknown): Promise<void> {
    const open = async (arm: Arm) => ({ arm, window: await arm.openWindow(name) });
    const [alone, guarded] = await Promise.all([open(without), open(withUs)]);
    await namedByUs(guarded.window);
    for (const { arm, window } of [alone, guarded]) await end(arm, window);
    for (const { window } of [alone, guarded]) {
      await waitFor('the host is gone', () => !isAlive(window.host), 40_000);
    }
    await left(alone.window, LEFT_WITHOUT_US);
    await left(guarded.window, 0);
    // Control arm: nothing has ended the others meanwhile. What no scan can have seen stays in both.
    await left(alone.window, LEFT_WITHOUT_US);
    console.log(`      left of ${PROCESSES}: ${living(alone.window.pids).length} without, 0 with us`);
    for (const { window } of [alone, guarded]) {
      assert.deepEqual(living([window.escapee, window.languageServer]), [window.escapee, window.languageServer]);
      // K16
      assert.equal(window.signals(), '');
      if (!window.page.isClosed()) await window.page.close();
    }
  }

  function left({ pids }: BusyWindow, expected: number): Promise<unknown> {
    assert.equal(pids.length, PROCESSES);
    return waitFor(
      `${expected} are left`,
      () => living(pids).length === expected || Promise.reject(new Error(living(pids).map(commandLine).join('\n'))),
      60_000,
    );
  }

  /** Every server has a row with its name and its process, and the language server has none. */
  async function namedByUs({ folder, languageServer }: BusyWindow): Promise<void> {
    const session = withUs.world.sessions().find((one) => one.folder === folder);
    assert.deepEqual(
      session?.records.map(({ server, kind }) => `${kind} ${server}`).sort(),
      NAMES.map((name) => `adopted ${name}`),
    );
    console.log(`      recorded after ${Math.max(...adoptionTimes(session?.records ?? []))} ms at most`);
    const rows = await waitFor('all are named', async () => {
      const servers = await withUs.control.ask<ServerView[]>(folder, { api: 'servers' });
      const running = servers.filter((one) => one.kind === 'adopted' && one.recordId && one.pid);
      return running.length === NAMES.length ? running : undefined;
    });
    assert.deepEqual(rows.map(({ name }) => name).sort(), NAMES);
    assert.ok(rows.every(({ pid, verdict }) => verdict === 'active' && pid !== languageServer));
  }

  it('L13 K16 window closed', () => compare('closed', (_, { page }) => page.close()));

  it('L13 K16 window reloaded', () => compare('reloaded', (_, { page }) => page.reload()));

  it('L08 L09 K16 extension host killed with -9', () =>
    compare('host', (_, { host }) => process.kill(host, 'SIGKILL')));

  it("L08 K16 the editor's server process killed with -9", () =>
    compare('server', ({ server }) => process.kill(server.pid, 'SIGKILL')));
});
