import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ask, FakeOwner, identityOf, PLAIN, pidIn, procfs, unused } from '../support/fakeOwner';
import { DEAD_OWNER_UNREAPED, mainThreadGone, SUBREAPER, withoutMainThread } from '../support/parents';
import { isAlive, killHard, type Sandbox, SERVER } from '../support/sandbox';
import { waitFor } from '../support/waitFor';
import { withSandbox } from '../support/withSandbox';

describe('leaks that must be caught', function () {
  this.timeout(120_000);
  const sandbox = withSandbox();

  /** Sweeps once as a new window does; afterwards no process of the sandbox may be alive. */
  async function sweepAll(): Promise<void> {
    await (await sandbox.tracker()).sweep();
    assert.deepEqual(sandbox.living(), []);
  }

  const run = (command: string, args: string[], detached = false) =>
    `--run=${JSON.stringify({ command, args, detached })}`;
  const node = (args: string[], detached = false) => run(process.execPath, args, detached);

  it('L02 ends a server that spins on its closed stdin and ignores SIGTERM; control: until then it spins', async () => {
    const owner = await new FakeOwner(sandbox).open();
    const { pid } = await owner.start([PLAIN, '--deaf', '--spin', `--answer=${owner.path('a')}`]);
    assert.equal(await ask(owner.path('a')), pid);
    await owner.kill();
    const time = async () => (await procfs().snapshot()).processes.get(pid)?.cpuTime ?? 0;
    const before = await time();
    await waitFor('it burns a core', async () => (await time()) > before + 100);
    await sweepAll();
  });

  it('L03 ends children that inherited an ignored SIGTERM; control: SIGTERM alone does not', async () => {
    const owner = await new FakeOwner(sandbox).open();
    const { pid } = await owner.start(['-c', 'trap "" TERM HUP INT; sleep 300 & sleep 300 & wait'], { command: 'sh' });
    await waitFor('its children run', () => sandbox.living().length === 4);
    await owner.kill();
    for (const member of sandbox.living()) process.kill(member, 'SIGTERM');
    assert.equal(sandbox.living().length, 3, 'control arm');
    assert.ok(isAlive(pid));
    await sweepAll();
  });

  it('L04 finds the server whose wrappers died first; control: nothing else ends it', async () => {
    const owner = await new FakeOwner(sandbox).open();
    const server = `'${process.execPath}' '${PLAIN}' --deaf --pid-file='${owner.path('pid')}'; :`;
    const { pid: wrapper } = await owner.start(['-c', `sh -c "${server}"; :`], { command: 'sh' });
    const pid = await pidIn(owner.path('pid'));
    const inner = (await procfs().snapshot()).processes.get(pid)?.ppid as number;
    assert.notEqual(inner, wrapper);
    for (const one of [wrapper, inner]) process.kill(one, 'SIGTERM');
    await waitFor('both wrappers are gone', () => !isAlive(wrapper) && !isAlive(inner));
    await owner.kill();
    assert.ok(isAlive(pid), 'control arm');
    await sweepAll();
  });

  it('L06 finds independent grandchildren after their server has ended; control: they stay', async () => {
    const owner = await new FakeOwner(sandbox).open();
    const paths = [owner.path('browser'), owner.path('language')] as const;
    const children = paths.map((path) => node([PLAIN, '--deaf', `--answer=${path}`], true));
    await owner.start([PLAIN, ...children]);
    const pids = await Promise.all(paths.map(ask));
    await owner.kill();
    await waitFor('the polite server has ended', () => sandbox.living().length === 2);
    assert.deepEqual(await Promise.all(paths.map(ask)), pids, 'control arm');
    await unused(...pids);
    await sweepAll();
  });

  it('L10 ends what was still starting when its session ended; control: it stays', async () => {
    const host = sandbox.startHost({ slow: ['--silent', '--deaf-to-eof', '--deaf-to-term'] });
    const pid = await waitFor('its root is recorded', () => recordedRoot(sandbox));
    await killHard(host);
    assert.deepEqual(sandbox.living(), [pid], 'control arm');
    await sweepAll();
  });

  for (const delay of [0, 40]) {
    it(`L11 leaves nothing of a launcher that is killed ${delay} ms after its first record`, async () => {
      const host = sandbox.startHost({ one: ['--deaf-to-eof', '--deaf-to-term'], two: ['--deaf-to-eof'] });
      await waitFor('its first record', () => readdirSync(sandbox.folder.sessions).length > 0);
      await new Promise((resolve) => setTimeout(resolve, delay));
      await killHard(host);
      // A process between its fork and its exec shows its cookie a moment later.
      const tracker = await sandbox.tracker();
      await waitFor('nothing is left', async () => {
        await tracker.sweep();
        return sandbox.living().length === 0;
      });
    });
  }

  it('L12 a restart ends the process that it replaces; control: two names are two processes', async () => {
    const tracker = await sandbox.tracker();
    await tracker.servers.launch(sandbox.server('one', '--deaf-to-eof', '--deaf-to-term'));
    const [before] = sandbox.living();
    await tracker.servers.restart('one');
    const [after, ...more] = sandbox.living();
    assert.ok(after !== before && more.length === 0);
    await tracker.servers.launch(sandbox.server('two'));
    assert.equal(sandbox.living().length, 2, 'control arm');
    await tracker.deactivate();
    // A reap that takes longer continues meanwhile.
    await waitFor('both are ended', () => sandbox.living().length === 0);
  });

  it('L14 ends orphans whose parent is a subreaper, not process 1', async () => {
    const owner = new FakeOwner(sandbox, ['python3', '-c', SUBREAPER, sandbox.path]);
    const reaper = owner.child.pid as number;
    const ownerPid = await pidIn(join(sandbox.path, 'owner.pid'));
    await owner.open(ownerPid);
    const { pid } = await owner.start();
    process.kill(ownerPid, 'SIGKILL');
    await waitFor('the owner is gone', () => !existsSync(`/proc/${ownerPid}`));
    const parent = () => readFileSync(`/proc/${pid}/status`, 'latin1').match(/^PPid:\t(\d+)/m)?.[1];
    await waitFor('it is adopted', () => parent() === String(reaper));
    await (await sandbox.tracker()).sweep();
    assert.deepEqual(sandbox.living(), [reaper]);
  });

  it('L15 takes a zombie for dead: owners and members that their parent does not wait for', async () => {
    const owner = new FakeOwner(sandbox, ['python3', '-c', DEAD_OWNER_UNREAPED, sandbox.path]);
    const ownerPid = await pidIn(join(sandbox.path, 'owner.pid'));
    await owner.open(ownerPid);
    await owner.start();
    const { pid } = await owner.start(
      ['-c', 'import subprocess, time; c = subprocess.Popen(["true"]); time.sleep(300)'],
      { command: 'python3' },
    );
    const statOf = (one: string | number) => readFileSync(`/proc/${one}/stat`, 'latin1');
    await waitFor('its child is a zombie', () => {
      const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
      return children.length === 1 && / Z /.test(statOf(children[0] as string));
    });
    process.kill(ownerPid, 'SIGKILL');
    // The state is Z before the last thread is gone.
    await waitFor('the owner is a zombie', () => !isAlive(ownerPid));
    assert.match(statOf(ownerPid), / Z /);
    // Control arm: the check of most tools says that it is alive.
    assert.doesNotThrow(() => process.kill(ownerPid, 0));
    const tracker = await sandbox.tracker();
    await tracker.sweep();
    assert.deepEqual(sandbox.living(), [owner.child.pid]);
    assert.ok(existsSync(`/proc/${ownerPid}`), 'its parent has still not waited for it');
  });

  it('L16 takes in what appears between scan and signal, and ends a storm of 200 forks', async () => {
    const owner = await new FakeOwner(sandbox).open();
    // On SIGTERM it starts a successor in another group, which does the same.
    const race =
      'import os, signal, sys, time\ndef again(*_):\n  if os.fork() == 0: os.setpgid(0, 0)\n  else: os._exit(0)\n' +
      'signal.signal(signal.SIGTERM, again)\nopen(sys.argv[1], "w")\nwhile True: time.sleep(300)';
    const { pid } = await owner.start(['-c', race, owner.path('ready')], { command: 'python3' });
    const storm =
      'import os, signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n' +
      `for _ in range(200):\n  if os.fork() == 0: time.sleep(300)\nopen(${JSON.stringify(owner.path('done'))}, "w")\ntime.sleep(300)`;
    await owner.start(['-c', storm], { command: 'python3' });
    await waitFor('200 forks', () => existsSync(owner.path('done')) && existsSync(owner.path('ready')));
    await owner.kill();
    // Control arm: SIGTERM to the process found by a scan leaves another one.
    const before = sandbox.living();
    process.kill(pid, 'SIGTERM');
    await waitFor('its successor', () => sandbox.living().some((one) => !before.includes(one)));
    await sweepAll();
  });

  it('L17 finds by the census a process that has overwritten its environment and left its tree', async () => {
    const owner = await new FakeOwner(sandbox).open();
    // A Perl program that sets $0: the title overwrites the environment, and the cookie is gone.
    const perl =
      '$SIG{TERM} = $SIG{HUP} = "IGNORE"; $0 = "language server " . ("x" x 20000); ' +
      'open(my $f, ">", $ARGV[0]) or die; print $f $$; close $f; rename $ARGV[0], $ARGV[1]; sleep 300';
    const file = owner.path('perl');
    const { record } = await owner.start([PLAIN, '--deaf', run('perl', ['-e', perl, `${file}.new`, file], false)]);
    const pid = await pidIn(file);
    await owner.kill();
    // Control arm: without the census only the root is found.
    const carriesCookie = readFileSync(`/proc/${pid}/environ`, 'latin1').includes('MCP_PROCESSES_COOKIE=1:');
    assert.equal(carriesCookie, false, 'the cookie is really lost');
    process.kill(record.root?.pid as number, 'SIGKILL');
    await waitFor('its parent is gone', () => !isAlive(record.root?.pid as number));
    await (await sandbox.tracker()).sweep();
    assert.ok(isAlive(pid), 'control arm');
    owner.write({ records: [{ ...record, census: [await identityOf(pid)] }] });
    await (await sandbox.tracker()).sweep();
    assert.ok(!isAlive(pid));
  });

  it('L18 finds by its cookie a process that was spawned but not yet recorded', async () => {
    const owner = await new FakeOwner(sandbox).open();
    const { pid, record } = await owner.start([PLAIN, '--deaf'], {
      record: { root: undefined, posixSession: undefined },
    });
    await owner.kill();
    assert.ok(isAlive(pid), 'control arm');
    assert.equal(record.root, undefined);
    await sweepAll();
  });

  it('gives SIGTERM and its wait to what an older ladder spared; control: that ladder continues', async () => {
    for (const isSpared of [true, false]) {
      const owner = await new FakeOwner(sandbox).open();
      const noted = owner.path(`term-${isSpared}`);
      const ladder = { step: 'kill' as const, remaining: 0 };
      const { pid } = await owner.start([SERVER, '--deaf-to-eof', `--note-term=${noted}`], {
        record: { ladder, grace: { stdin: 100, term: 20_000 } },
      });
      // A server that is ended: only then is anything written.
      await owner.start(undefined, { record: { ladder } });
      await waitFor('it listens', () => existsSync(`/proc/${pid}/fd/0`) && listensToTerm(pid));
      owner.write({ handedOver: Date.now() });
      await owner.kill();
      if (isSpared) {
        await (await sandbox.tracker({ neverReap: ['--note-term'] })).sweep();
        assert.ok(isAlive(pid));
      }
      await sweepAll();
      assert.equal(existsSync(noted), isSpared);
    }
  });

  it('L24 judges nothing by the clock: a session from 1970 lives, one from the future is dead', async () => {
    const live = await new FakeOwner(sandbox).open();
    const dead = await new FakeOwner(sandbox).open();
    const survivor = await live.start([PLAIN, '--deaf', `--answer=${live.path('live')}`]);
    const orphan = await dead.start();
    live.write({ startedAt: 0 });
    dead.write({ startedAt: Date.now() + 10 * 365 * 86_400_000 });
    await dead.kill();
    const now = Date.now;
    // The laptop wakes up a year later.
    Date.now = () => now() + 365 * 86_400_000;
    try {
      await (await sandbox.tracker()).sweep();
    } finally {
      Date.now = now;
    }
    assert.ok(!isAlive(orphan.pid));
    assert.equal(await ask(live.path('live')), survivor.pid);
  });

  it('L25 ends a server whose main thread is gone and whose other threads run', async () => {
    const owner = await new FakeOwner(sandbox).open();
    const threaded = withoutMainThread('import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)');
    const named = await owner.start(['-c', threaded], { command: 'python3' });
    // Known only by its cookie, which only a living thread shows.
    const unnamed = await owner.start(['-c', threaded], { command: 'python3', record: { root: undefined } });
    for (const { pid } of [named, unnamed]) await mainThreadGone(pid);
    await owner.kill();
    assert.ok(isAlive(named.pid) && isAlive(unnamed.pid), 'control arm: `Z`, and alive');
    await sweepAll();
    assert.ok(!isAlive(named.pid) && !isAlive(unnamed.pid));
  });
});

function recordedRoot(sandbox: Sandbox): number | undefined {
  const [file] = readdirSync(sandbox.folder.sessions).filter((name) => name.endsWith('.json'));
  if (!file) return undefined;
  return JSON.parse(readFileSync(join(sandbox.folder.sessions, file), 'utf8')).records[0]?.root?.pid;
}

/** Whether a process handles SIGTERM. */
function listensToTerm(pid: number): boolean {
  const caught = /^SigCgt:\s+([0-9a-f]+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? '0';
  return (BigInt(`0x${caught}`) & (1n << 14n)) !== 0n;
}
