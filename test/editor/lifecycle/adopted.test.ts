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

  type End = (arm: Arm, window: BusyWindow) => unknown;

  /** Opens a window in each editor, and ends both in one way after the other, each time with all servers running. */
  async function compare(name: string, ...ends: readonly End[]): Promise<void> {
    const arms = [without, withUs] as const;
    let [alone, guarded] = await Promise.all([without.openWindow(name), withUs.openWindow(name)]);
    for (const [at, end] of ends.entries()) {
      if (at > 0) [alone, guarded] = await Promise.all([without.startAgain(alone), withUs.startAgain(guarded)]);
      await namedByUs(guarded);
      const windows = [alone, guarded] as const;
      for (const [which, window] of windows.entries()) await end(arms[which] as Arm, window);
      for (const { host } of windows) await waitFor('the host is gone', () => !isAlive(host), 40_000);
      await left(alone, LEFT_WITHOUT_US);
      await left(guarded, 0);
      // Control arm: nothing has ended the others meanwhile. What no scan can have seen stays in both.
      await left(alone, LEFT_WITHOUT_US);
      console.log(`      left of ${PROCESSES}: ${living(alone.pids).length} without, 0 with us`);
      for (const { escapee, languageServer, signals } of windows) {
        assert.deepEqual(living([escapee, languageServer]), [escapee, languageServer]);
        // K16
        assert.equal(signals(), '');
      }
    }
    for (const { page } of [alone, guarded]) if (!page.isClosed()) await page.close();
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
  async function namedByUs({ folder, host, languageServer }: BusyWindow): Promise<void> {
    const session = withUs.world.sessions().find(({ owner }) => owner.pid === host);
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

  it('L13 K16 window reloaded, then closed', () =>
    compare(
      'window',
      (_, { page }) => page.reload(),
      (_, { page }) => page.close(),
    ));

  it("L08 L09 K16 extension host killed with -9, then the editor's server process", () =>
    compare(
      'killed',
      (_, { host }) => process.kill(host, 'SIGKILL'),
      ({ server }) => process.kill(server.pid, 'SIGKILL'),
    ));
});
