import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, copyFileSync, readdirSync, readFileSync, readlinkSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { reapDeadSession } from '../../src/reaping/deadSession';
import { readHistory } from '../../src/registry/history';
import { FakeOwner, identityOf } from '../support/fakeOwner';
import { GUARD, isAlive, killHard, Sandbox } from '../support/sandbox';
import { findShell } from '../support/shells';
import { waitFor } from '../support/waitFor';
import { withSandbox } from '../support/withSandbox';

const DEAF = ['--deaf-to-eof', '--deaf-to-term'];
const EVERY_MANNER = {
  polite: [],
  eof: ['--deaf-to-eof'],
  term: [...DEAF, '--child=plain'],
  escape: [...DEAF, '--child=setsid'],
};

describe('the guard', function () {
  this.timeout(120_000);
  const sandbox = withSandbox();

  const nothingLeft = () => waitFor('nothing is left', () => sandbox.living().length + sandbox.guards().length === 0);

  it('L08 L05 ends everything after kill -9 of the host, writes it down, and is gone; control: unguarded, it stays', async () => {
    const other = new Sandbox();
    try {
      const unguarded = await other.host(EVERY_MANNER);
      const guarded = await sandbox.host(EVERY_MANNER, 'on', { guard: true });
      assert.equal(sandbox.watchers().length, 1, 'one guard for all servers');
      await Promise.all([killHard(unguarded.child), killHard(guarded.child)]);
      await nothingLeft();
      assert.deepEqual(readdirSync(sandbox.folder.sessions), []);
      assert.deepEqual(new Set(readHistory(sandbox.folder, 0, 100).map(({ by }) => by)), new Set(['guard']));
      assert.ok(other.living().length >= 5, 'control arm: without a guard the deaf ones and their children live');
    } finally {
      await other.dispose();
    }
  });

  it('ends with the last server, and leaves nothing', async () => {
    const tracker = await sandbox.tracker({ guard: true });
    await tracker.servers.launch(sandbox.server('one'));
    await tracker.servers.launch(sandbox.server('two'));
    assert.equal(sandbox.watchers().length, 1);
    await tracker.servers.stop('one');
    assert.equal(sandbox.watchers().length, 1, 'one server is still guarded');
    await tracker.servers.stop('two');
    await waitFor('the guard is gone', () => sandbox.guards().length === 0);
    assert.equal(tracker.guard.state.kind, 'off');
  });

  it('is armed again when it is killed', async () => {
    const tracker = await sandbox.tracker({ guard: true });
    await tracker.servers.launch(sandbox.server('one'));
    const [first] = sandbox.watchers() as [number];
    process.kill(first, 'SIGKILL');
    await waitFor('a new guard', () => sandbox.watchers().length === 1 && sandbox.watchers()[0] !== first);
    await tracker.servers.stop('one');
    await waitFor('the guard is gone', () => sandbox.guards().length === 0);
  });

  it('survives a signal to its group that ends everything else', async () => {
    const host = await sandbox.host({ deaf: DEAF }, 'on', { guard: true });
    const [guard] = sandbox.watchers() as [number];
    for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT'] as const) process.kill(guard, signal);
    await killHard(host.child);
    await nothingLeft();
  });

  it('L19 killed together with the host: the next sweep finishes the work', async () => {
    const host = await sandbox.host({ deaf: [...DEAF, '--child=setsid'] }, 'on', { guard: true });
    for (const guard of sandbox.guards()) process.kill(guard, 'SIGKILL');
    await killHard(host.child);
    await waitFor('the guard is gone', () => sandbox.guards().every((pid) => !isAlive(pid)));
    // The host may have armed a second guard before it died.
    for (const guard of sandbox.guards()) process.kill(guard, 'SIGKILL');
    await (await sandbox.tracker()).sweep();
    await nothingLeft();
  });

  it('killed five times during its ladder: each one takes over the claim of the last', async () => {
    // Long enough to kill the guard during it.
    const grace = { stdin: 5_000, term: 300 };
    const host = await sandbox.host({ deaf: [...DEAF, '--child=plain'] }, 'on', { guard: true, grace });
    const session = (readdirSync(sandbox.folder.sessions)[0] as string).slice(0, 36);
    const copy = join(sandbox.folder.guard, readdirSync(sandbox.folder.guard)[0] as string, 'guard.js');
    await killHard(host.child);
    const claimers = new Set<string>();
    for (let round = 0; round < 5; round++) {
      const claim = await waitFor('a guard has claimed', () => {
        const [name = ''] = readdirSync(sandbox.folder.sessions).filter((each) => /\.claim-[^.]*\.json$/.test(each));
        return name !== '' && !claimers.has(name) ? name : undefined;
      });
      claimers.add(claim);
      for (const guard of sandbox.guards()) process.kill(guard, 'SIGKILL');
      // A dying process loses its command line before it is gone. Until then its claim holds.
      const claimer = Number(/\.claim-(\d+)-/.exec(claim)?.[1]);
      await waitFor('the guard is gone', () => sandbox.guards().length === 0 && !isAlive(claimer));
      assert.notEqual(sandbox.living().length, 0, 'it was killed during its ladder');
      if (round < 4) spawn(process.execPath, [copy, session], { env: sandbox.environment, stdio: 'ignore' });
    }
    assert.equal(claimers.size, 5);
    await (await sandbox.tracker()).sweep();
    await nothingLeft();
    assert.deepEqual(readdirSync(sandbox.folder.sessions), []);
  });

  /** A dead session of one deaf server, claimed by a process that may be killed. */
  const claimed = async () => {
    const owner = await new FakeOwner(sandbox).open();
    const { pid } = await owner.start();
    await owner.kill();
    const claimer = spawn('sleep', ['300'], { env: sandbox.environment });
    const { pid: holder, start, scope } = await identityOf(claimer.pid as number);
    const own = join(sandbox.folder.sessions, `${owner.id}.json`);
    const claim = join(sandbox.folder.sessions, `${owner.id}.claim-${holder}-${start}-${scope}.json`);
    renameSync(own, claim);
    return { id: owner.id, pid, claimer, own, claim, platform: owner.platform };
  };
  const start = (session: string) =>
    spawn(process.execPath, [GUARD, session], { env: sandbox.environment, cwd: '/', stdio: 'ignore' });

  for (const what of ['is killed during its work', 'gives the claim back'] as const) {
    it(`waits while a window holds the claim, and ends what is left when that ${what}`, async () => {
      const { id, pid, claimer, own, claim } = await claimed();
      const guard = start(id);
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      assert.ok(isAlive(pid) && isAlive(guard.pid as number), 'the window is working');
      if (what === 'is killed during its work') await killHard(claimer);
      else renameSync(claim, own);
      await waitFor('the server has ended', () => !isAlive(pid));
      await waitFor('the guard is gone', () => !isAlive(guard.pid as number));
      assert.deepEqual(readdirSync(sandbox.folder.sessions), []);
    });
  }

  it('ends as soon as the window that holds the claim has finished', async () => {
    const { id, pid, claim } = await claimed();
    const guard = start(id);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    assert.ok(isAlive(guard.pid as number));
    process.kill(pid, 'SIGKILL');
    rmSync(claim);
    await waitFor('the guard is gone', () => !isAlive(guard.pid as number), 5_000);
    assert.deepEqual(readdirSync(sandbox.folder.sessions), []);
  });

  it('waits a minute, not forever, for a claim that is not given back', async () => {
    const { id, pid, platform, claim } = await claimed();
    let now = 0;
    const clock = {
      now: () => now,
      sleep: async (milliseconds: number) => {
        now += milliseconds;
      },
    };
    const said: string[] = [];
    const write = (message: string) => said.push(message);
    const log = { info: write, warn: write, error: write };
    const self = await platform.self();
    const parts = { platform, folder: sandbox.folder, self, log, by: 'guard', clock } as const;
    assert.deepEqual(await reapDeadSession(id, parts), []);
    assert.equal(now, 60_000);
    assert.match(said.join('\n'), /another process still holds its claim/);
    assert.ok(isAlive(pid));
    assert.deepEqual(readdirSync(sandbox.folder.sessions), [claim.slice(sandbox.folder.sessions.length + 1)]);
  });

  for (const automatic of ['ask', 'off']) {
    it(`ends nothing if mcpProcesses.reap.automatic is "${automatic}", and says so`, async () => {
      const host = await sandbox.host({ deaf: DEAF }, automatic, { guard: true });
      await killHard(host.child);
      await waitFor('the guard is gone', () => sandbox.guards().length === 0);
      await waitFor('its log says why', () => sandbox.guardLog().includes(`automatic is "${automatic}"`));
      assert.equal(sandbox.living().length, 1);
      const tracker = await sandbox.tracker({ automatic: 'on' });
      await tracker.sweep();
      assert.equal(tracker.inventory.servers[0]?.verdict, 'orphaned', 'the next window shows it');
      assert.equal(sandbox.living().length, 1, 'the dead session decides, not the next window');
    });
  }

  it('does nothing while the host is merely stopped (SIGSTOP); afterwards the server answers', async () => {
    const host = await sandbox.host({ deaf: ['--deaf-to-eof'] }, 'on', { guard: true });
    const [server] = host.servers as [number];
    process.kill(host.child.pid as number, 'SIGSTOP');
    const sweeping = await sandbox.tracker();
    await sweeping.sweep();
    assert.ok(isAlive(server) && sandbox.watchers().length === 1);
    process.kill(host.child.pid as number, 'SIGCONT');
    assert.equal(await host.ask('deaf'), server);
  });

  it('a server launched later does not hold its pipe open', async () => {
    const host = await sandbox.host({ first: DEAF, second: DEAF }, 'on', { guard: true });
    const [guard] = sandbox.watchers() as [number];
    const inode = readlinkSync(`/proc/${guard}/fd/0`);
    const holders = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .filter((pid) => descriptorsOf(Number(pid)).includes(inode));
    assert.deepEqual(holders.map(Number), [guard], 'only the guard has its end');
    await killHard(host.child);
    await nothingLeft();
  });

  it('finds another Node when an update has removed the editor’s own', async () => {
    const node = join(sandbox.path, 'node');
    copyFileSync(process.execPath, node);
    chmodSync(node, 0o755);
    const host = await sandbox.host({ deaf: DEAF }, 'on', { guard: true, node });
    rmSync(node);
    await killHard(host.child);
    await nothingLeft();
  });

  for (const name of ['dash', 'bash', 'busybox'] as const) {
    it(`waits and ends what is left under ${name}`, async () => {
      const guardShell = findShell(name, sandbox.path).path;
      const host = await sandbox.host({ deaf: DEAF }, 'on', { guard: true, guardShell });
      const [guard] = sandbox.watchers() as [number];
      for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT'] as const) process.kill(guard, signal);
      assert.match(readFileSync(`/proc/${guard}/cmdline`, 'latin1'), new RegExp(`^${guardShell}\0`));
      await killHard(host.child);
      await nothingLeft();
    });
  }

  it('ends nothing if the data folder has become read-only; the next sweep finishes the work', async () => {
    const host = await sandbox.host({ deaf: DEAF });
    const session = (readdirSync(sandbox.folder.sessions)[0] as string).slice(0, 36);
    await killHard(host.child);
    // Root can write into folders without write permission.
    const script = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@"';
    const rights = process.getuid?.() === 0 ? ['-m'] : ['-rm'];
    const args = [...rights, 'sh', '-c', script, 'sh', sandbox.folder.path, process.execPath, GUARD, session];
    const guard = spawn('unshare', args, { env: sandbox.environment, stdio: 'ignore' });
    assert.equal(await new Promise((resolve) => guard.once('exit', resolve)), 0);
    assert.ok(isAlive(host.servers[0] as number));
    await (await sandbox.tracker()).sweep();
    await nothingLeft();
  });

  it('is unavailable, with the reason, if no Node can be run; servers still start', async () => {
    const tracker = await sandbox.tracker({ guard: true }, { node: '/nonexistent/node' });
    await tracker.servers.launch(sandbox.server('one'));
    assert.equal(tracker.guard.state.kind, 'unavailable');
    const why = { kind: 'system', code: 'ENOENT' } as const;
    assert.deepEqual(tracker.guard.state.problem, { kind: 'not-run', program: '/nonexistent/node', why });
    assert.match(
      sandbox.log.join('\n'),
      /The guard is unavailable: \/nonexistent\/node cannot be run \(ENOENT\)\. If this window crashes/,
    );
    await tracker.servers.stop('one');
  });
});

function descriptorsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
  } catch {
    return [];
  }
}
