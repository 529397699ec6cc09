import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { factsOf } from '../support/codes';
import { isAlive, killHard } from '../support/sandbox';
import { Stranger } from '../support/stranger';
import { waitFor } from '../support/waitFor';
import { withSandbox } from '../support/withSandbox';

const DEAF = ['--deaf-to-eof', '--deaf-to-term'];

// reaping.test.ts has the tests that do not depend on the platform.
describe('reaping on the portable platform', function () {
  this.timeout(120_000);
  const sandbox = withSandbox();
  let before: string | undefined;
  beforeEach(() => {
    before = process.env.MCP_PROCESSES_PLATFORM;
    process.env.MCP_PROCESSES_PLATFORM = 'portable';
  });
  afterEach(() => {
    if (before === undefined) delete process.env.MCP_PROCESSES_PLATFORM;
    else process.env.MCP_PROCESSES_PLATFORM = before;
  });

  function session(): { path: string; text: string } {
    const [file] = readdirSync(sandbox.folder.sessions);
    const path = join(sandbox.folder.sessions, file as string);
    return { path, text: readFileSync(path, 'utf8') };
  }

  it('L01 L05 L08 ends deaf servers, children and setsid grandchildren after kill -9 of the host; control: until then they live', async () => {
    const host = await sandbox.host({
      eof: ['--deaf-to-eof'],
      term: [...DEAF, '--child=plain'],
      escape: [...DEAF, '--child=setsid'],
    });
    assert.match(session().text, /"start": "e\d+"/, 'the host runs on the portable platform');
    await killHard(host.child);
    assert.equal(sandbox.living().length, 5);
    assert.ok(host.servers.every(isAlive));
    const tracker = await sandbox.tracker({ automatic: 'on' });
    await tracker.sweep();
    assert.deepEqual(sandbox.living(), []);
    assert.deepEqual(readdirSync(sandbox.folder.sessions), []);
    assert.deepEqual(tracker.inventory.servers, []);
  });

  it('L23 finds them by the cookie alone when the registry is lost', async () => {
    const host = await sandbox.host({ deaf: DEAF });
    await killHard(host.child);
    rmSync(session().path);
    await (await sandbox.tracker()).sweep();
    assert.deepEqual(sandbox.living(), []);
  });

  it('L08 the guard ends them, on the same platform', async () => {
    const host = await sandbox.host({ deaf: DEAF }, 'on', { guard: true });
    await killHard(host.child);
    await waitFor('all are gone', () => sandbox.living().length === 0);
    await waitFor('its session file is gone', () => readdirSync(sandbox.folder.sessions).length === 0);
  });

  it('K04 leaves a live session of another window alone, with the same command line', async () => {
    const dead = await sandbox.host({ twin: DEAF });
    const live = await sandbox.host({ twin: DEAF });
    await killHard(dead.child);
    await (await sandbox.tracker()).sweep();
    assert.ok(!isAlive(dead.servers[0] as number));
    assert.equal(await live.ask('twin'), live.servers[0]);
    await killHard(live.child);
  });

  it('K33 spares a server of the editor’s while a stranger is connected, and ends it when that is gone', async () => {
    const address = join(sandbox.path, 'it.port');
    const host = await sandbox.host({ it: [...DEAF, `--serve=${address}`] });
    const [server] = host.servers as [number];
    const stranger = await Stranger.at(sandbox, address);
    await killHard(host.child);
    // This platform does not notice children, so the record comes from a session on another platform.
    const { path, text } = session();
    assert.match(text, /"start": "e\d+"/, 'the host runs on the portable platform');
    writeFileSync(path, text.replaceAll('"kind": "launched"', '"kind": "adopted"'));
    const tracker = await sandbox.tracker();
    await waitFor('its row says who uses it', async () => {
      await tracker.sweep();
      return factsOf(tracker.inventory.servers[0], 'in-use').some(({ by }) => stranger.isAmong(by));
    });
    assert.equal(await stranger.ask(), server);
    await stranger.leave();
    await waitFor('control: now it is ended', async () => {
      await tracker.sweep();
      return !isAlive(server);
    });
  });

  it('K10 K12 acts on nothing of another boot; control: in this one it is ended', async () => {
    const host = await sandbox.host({ deaf: DEAF });
    const scope = /"scope": "(e[0-9a-f]{16})"/.exec(session().text)?.[1] as string;
    await killHard(host.child);
    const { path, text } = session();
    writeFileSync(path, text.replaceAll(scope, 'e0000000000000000'));
    await (await sandbox.tracker()).sweep();
    assert.ok(isAlive(host.servers[0] as number));
    writeFileSync(path, text);
    await (await sandbox.tracker()).sweep();
    assert.deepEqual(sandbox.living(), []);
  });

  it('K27 procfs, which writes start times differently, touches nothing of a live portable session, nor of a dead one', async () => {
    const live = await sandbox.host({ twin: DEAF });
    const dead = await sandbox.host({ deaf: DEAF });
    await killHard(dead.child);
    delete process.env.MCP_PROCESSES_PLATFORM;
    await (await sandbox.tracker()).sweep();
    assert.equal(await live.ask('twin'), live.servers[0]);
    assert.ok(isAlive(dead.servers[0] as number));
    await killHard(live.child);
  });
});
