import assert from 'node:assert/strict';
import { join } from 'node:path';
import { readCrashes } from '../../../src/registry/crashes';
import type { SessionFile } from '../../../src/registry/schema';
import { isAlive, SERVER } from '../../support/sandbox';
import { waitFor } from '../../support/waitFor';
import { withSandbox } from '../../support/withSandbox';
import { EditorSandbox, ROOT } from '../support/editorSandbox';
import { Panel } from '../support/panel';
import { REMOTE_CONTROL, RemoteControl } from '../support/remoteControl';

const SERVERS = Object.fromEntries(
  Object.entries({
    fragile: ['--crash-on-usr2'],
    deaf: ['--deaf-to-eof', '--deaf-to-term'],
    polite: [],
  }).map(([name, flags]) => [name, { command: process.execPath, args: [SERVER, ...flags] }]),
);

describe('notifications when something ends unexpectedly', function () {
  this.timeout(240_000);
  const world = withSandbox(() => new EditorSandbox(), 'suite');
  let control: RemoteControl;
  let folder: string;
  let panel: Panel;

  before(async () => {
    control = new RemoteControl(join(world.path, 'control'));
    folder = world.workspace('project');
    const { page } = await world.openEditor(folder, {
      installed: [ROOT, REMOTE_CONTROL],
      environment: control.environment,
      settings: {
        'mcpProcesses.servers': SERVERS,
        'mcpProcesses.reap.grace': { '*': { stdinSeconds: 1, termSeconds: 1 } },
      },
    });
    panel = await new Panel(page).open();
    await control.hostOf(folder);
  });

  const session = () => world.sessions().find((one) => one.folder === folder);
  const pidOf = (server: string) => session()?.records.find((one) => one.server === server)?.root?.pid;
  const start = (server: string) => control.ask(folder, { command: 'mcpProcesses.start', args: [`setting:${server}`] });
  const running = (server: string) =>
    waitFor(`${server} runs`, () => {
      const pid = pidOf(server);
      return pid !== undefined && isAlive(pid) ? pid : undefined;
    });

  it('servers that are not running are expanded if there are no others', async () => {
    await waitFor('they show', async () => (await panel.rows()).filter(({ level }) => level === 2).length === 3);
  });

  it('a server crashes: row and history say how, and Restart starts it', async () => {
    await start('fragile');
    const before = await running('fragile');
    process.kill(before, 'SIGUSR2');
    await panel.row(/fragile.*failed · exit code 3/).waitFor();
    assert.equal(await panel.notified(/stopped unexpectedly/), 'fragile stopped unexpectedly (exit code 3).');
    await panel.pressNotified(/stopped unexpectedly/, 'Restart');
    assert.notEqual(await running('fragile'), before);
    await panel.row(/fragile.*active/).waitFor();
    process.kill(await running('fragile'), 'SIGKILL');
    await panel.row(/fragile.*failed · SIGKILL/).waitFor();
    assert.equal(await panel.notified(/SIGKILL/), 'fragile stopped unexpectedly (SIGKILL).');
    await panel.pressNotified(/stopped unexpectedly/, 'Restart');
    await panel.row(/fragile.*active/).waitFor();
    await panel.unfold('Recently Ended');
    await panel.row(/fragile.*exited unexpectedly · SIGKILL/).waitFor();
    await panel.row(/fragile.*exited unexpectedly · exit code 3/).waitFor();
  });

  it('the extension host is killed with -9: a message says once what was left, and Start Again starts what ran', async () => {
    for (const server of ['deaf', 'polite']) await start(server);
    const pids = await Promise.all(Object.keys(SERVERS).map(running));
    const { owner, id } = session() as SessionFile;
    process.kill(owner.pid, 'SIGKILL');
    await waitFor('nothing of it is left', () => !pids.some(isAlive), 60_000);
    const text = await panel.notified(/^After a crash/);
    assert.match(text, /^After a crash: 1 leftover server ended, \d+ MB freed\.$/);
    assert.deepEqual(readCrashes(world.folder), []);
    await waitFor('they show', async () => {
      const rows = await panel.rows();
      return rows.filter(({ description }) => /^not running/.test(description)).length === 3;
    });
    await panel.pressNotified(/^After a crash/, 'Details');
    await panel.row(/deaf.*after a crash/).waitFor();
    await panel.pressNotified(/^After a crash/, 'Start Again');
    const again = await Promise.all(Object.keys(SERVERS).map(running));
    assert.ok(again.every((pid) => !pids.includes(pid)));
    assert.notEqual(session()?.id, id);
    await panel.shows('This Window', ['deaf', 'fragile', 'polite']);
  });
});
