import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { systemClock } from '../../src/common/clock';
import { RecordedContainers } from '../../src/containers/recordedContainers';
import { childrenOf } from '../../src/judgement/processTree';
import type { Refusal } from '../../src/model/refusal';
import type { Platform } from '../../src/os/platform';
import { Reaper } from '../../src/reaping/reaper';
import { StdinWatch } from '../../src/reaping/stdinWatch';
import { scanTree } from '../../src/reaping/treeScan';
import { COOKIE_VARIABLE } from '../../src/registry/cookie';
import type { ServerRecord } from '../../src/registry/schema';
import { readSessions } from '../../src/registry/sessionStore';
import { type ScannedSession, scanMachine } from '../../src/scan/scan';
import { evidenceSentence } from '../../src/wording/evidence';
import { DATABASE, DATABASE_CLIENT, MULTIPLEXER } from '../support/bystanders';
import { codeOf } from '../support/codes';
import { ask, FakeOwner, identityOf, PLAIN, pidIn, procfs, unused } from '../support/fakeOwner';
import { nextLine } from '../support/nextLine';
import { scripts, withSs } from '../support/programs';
import { isAlive, killHard, type Sandbox } from '../support/sandbox';
import { waitFor } from '../support/waitFor';
import { withSandbox } from '../support/withSandbox';

/** Built by the stage `build`. */
const CLI = join(__dirname, '../../dist/cli.js');

describe('kills that must never happen @root', function () {
  this.timeout(120_000);
  const sandbox = withSandbox();
  let owner: FakeOwner;
  beforeEach(async () => {
    owner = await new FakeOwner(sandbox).open();
  });

  const answering = (name: string) => [PLAIN, '--deaf', `--answer=${owner.path(name)}`];
  const askFor = (name: string) => ask(owner.path(name));
  const run = (command: string, args: string[], detached = true) =>
    `--run=${JSON.stringify({ command, args, detached })}`;

  async function sweep(settings: Parameters<Sandbox['tracker']>[0] = {}) {
    const tracker = await sandbox.tracker(settings);
    await tracker.sweep();
    return tracker;
  }

  /** Starts a process of the test that no session knows. */
  async function stranger(args: string[], options: { command?: string; env?: Record<string, string> } = {}) {
    const child = spawn(options.command ?? process.execPath, args, {
      env: { ...sandbox.environment, ...options.env },
      stdio: ['pipe', 'pipe', 'inherit'],
      detached: true,
    });
    await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
    return child as ChildProcess & { pid: number };
  }

  /** The reasons that the panel shows for spared processes. */
  const reasons = (tracker: Awaited<ReturnType<Sandbox['tracker']>>) =>
    tracker.inventory.servers.flatMap((row) => row.evidence.map(evidenceSentence)).join('\n');

  it('K03 a path on a command line names no server; control: the pattern of a process killer does', async () => {
    const { pid } = await owner.start();
    const editor = await stranger([...answering('s'), PLAIN, 'mcp-server', '--stdio']);
    assert.equal(await askFor('s'), editor.pid);
    await owner.kill();
    await sweep();
    assert.ok(!isAlive(pid));
    assert.equal(await askFor('s'), editor.pid);
    // Control arm: matching command lines ends it.
    const { processes } = await procfs().snapshot();
    const living = sandbox.living();
    for (const { pid: match, args } of processes.values()) {
      if (living.includes(match) && args?.join(' ').includes('mcp-server')) process.kill(match, 'SIGKILL');
    }
    await waitFor('control arm', () => !isAlive(editor.pid));
  });

  it('K05 a server behind a killed wrapper has parent 1 and is still served; control: without its client it goes @no-ss', async () => {
    const file = owner.path('pid');
    // A Python client uses a pipe. The wrapper between client and server dies.
    const client = await stranger(
      [
        '-c',
        `import subprocess, sys
server = subprocess.Popen(['sh', '-c', '"$@"; :', 'sh', *sys.argv[1:]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
for line in sys.stdin.buffer:
    server.stdin.write(line); server.stdin.flush()
    sys.stdout.buffer.write(server.stdout.readline()); sys.stdout.flush()`,
        process.execPath,
        ...[PLAIN, '--deaf', `--pid-file=${file}`],
      ],
      { command: 'python3' },
    );
    const pid = await pidIn(file);
    const wrapper = (await procfs().snapshot()).processes.get(pid)?.ppid as number;
    process.kill(wrapper, 'SIGKILL');
    await waitFor('the wrapper is gone', () => !isAlive(wrapper));
    // The strictest kind that is reaped automatically: adopted by a session that is dead now.
    const { record } = await owner.start([PLAIN]);
    owner.add({ ...record, id: owner.id, kind: 'adopted', root: await identityOf(pid), posixSession: wrapper });
    await owner.kill();
    const tracker = await sweep();
    assert.match(reasons(tracker), /its stdin is still held by \S+ \(pid \d+\)/);
    const answer = nextLine(client);
    client.stdin?.write('{"id":5}\n');
    assert.equal(JSON.parse(await answer).result.pid, pid);
    await killHard(client);
    await sweep();
    assert.ok(!isAlive(pid), 'control arm');
  });

  it('K06 a daemon that has parent 1 on purpose is not an orphan; control: with a record it is', async () => {
    // The same command line as the orphan beside it.
    const args = answering('d');
    const starter = await stranger(['-c', '"$@" & :', 'sh', process.execPath, ...args], { command: 'sh' });
    const daemon = await askFor('d');
    await waitFor('its parent is gone', () => !isAlive(starter.pid));
    const { record } = await owner.start();
    await owner.kill();
    const tracker = await sweep();
    assert.equal(await askFor('d'), daemon);
    assert.ok(!tracker.inventory.servers.some(({ pid }) => pid === daemon));
    const next = await new FakeOwner(sandbox).open();
    next.add({ ...record, root: await identityOf(daemon), posixSession: starter.pid });
    await next.kill();
    await sweep();
    assert.ok(!isAlive(daemon), 'control arm');
  });

  it('K07 never ends itself or what it runs under, though they carry the cookie; control: what is beside it goes', async () => {
    const { record } = await owner.start([PLAIN]);
    await owner.kill();
    // A terminal opened by the server: whatever is typed there inherits the cookie.
    const env = { [COOKIE_VARIABLE]: owner.cookie(record.id) };
    const beside = await stranger([PLAIN, '--deaf'], { env });
    const shell = await stranger(
      ['-c', '"$@"; echo "the shell lives"', 'sh', process.execPath, CLI, 'reap', '--json'],
      {
        command: 'sh',
        env,
      },
    );
    let output = '';
    shell.stdout?.on('data', (data) => {
      output += data;
    });
    await waitFor('the shell has printed its line', () => output.includes('the shell lives'));
    const processes = JSON.parse(output.slice(0, output.lastIndexOf('}') + 1)).results.flatMap(
      (result: { processes: { pid: number; reason?: Refusal }[] }) => result.processes,
    );
    const reasonOf = (pid: number) => processes.find((one: { pid: number }) => one.pid === pid)?.reason;
    assert.equal(codeOf(reasonOf(shell.pid)), 'notSelfOrAncestor: ancestor');
    assert.ok(processes.some(({ reason }: { reason?: Refusal }) => codeOf(reason) === 'notSelfOrAncestor: self'));
    assert.ok(!isAlive(beside.pid), 'control arm');
  });

  it('K08 the check can say both: alive at every start of a reaper, dead once its owner is', async () => {
    const server = await owner.start(answering('s'));
    // Each reaper is a new process without memory.
    for (let start = 0; start < 3; start++) {
      assert.match(await outputOf(process.execPath, [CLI, 'reap']), /^No orphaned MCP servers/);
      assert.equal(await askFor('s'), server.pid);
    }
    await owner.kill();
    assert.match(await outputOf(process.execPath, [CLI, 'reap']), /killed/, 'control arm');
    assert.ok(!isAlive(server.pid), 'control arm');
  });

  it('K09 an error is never "dead": every failing inspection spares; control: the same without the error ends it', async () => {
    const server = await owner.start(answering('s'));
    await owner.kill();
    const failing: Partial<Platform>[] = [
      { snapshot: () => Promise.reject(new Error('EMFILE')) },
      { inspect: async () => ({ kind: 'error', reason: { kind: 'system', code: 'EACCES' } }) },
      { serviceRole: async () => ({ kind: 'unknown', reason: { kind: 'system', code: 'EIO' } }) },
      // As on a system without a boot id: nothing can be compared.
      { scope: '', snapshot: async () => ({ ...(await procfs().snapshot()), scope: '' }) },
    ];
    for (const failure of failing) {
      const platform = Object.assign(Object.create(procfs()), failure) as Platform;
      const tracker = await sandbox.tracker({}, { platform });
      await tracker.sweep().catch(() => {});
      await tracker.reapOrphans().catch(() => {});
      assert.equal(await askFor('s'), server.pid, Object.keys(failure).join());
    }
    await sweep();
    assert.ok(!isAlive(server.pid), 'control arm');
  });

  it('K14 a window that is merely detached keeps its servers; control: when its host dies they go', async () => {
    const server = await owner.start(answering('s'));
    owner.write({ detachedSince: Date.now() - 3 * 3_600_000 });
    await sweep();
    assert.equal(await askFor('s'), server.pid);
    await owner.kill();
    await sweep();
    assert.ok(!isAlive(server.pid), 'control arm');
  });

  it('K15 another user’s process is spared, whatever a record says about it; control: our own goes', async () => {
    const asRoot = process.getuid?.() === 0;
    // As root: a server of ours that changed its user. As a user: a process of root's, which answers EPERM.
    const other = asRoot
      ? (await owner.start(['--reuid=65534', '--clear-groups', 'sleep', '300'], { command: 'setpriv' })).pid
      : await processOfRoot();
    if (asRoot) await waitFor('it has changed', async () => (await lookAt(other))?.uid === 65534);
    const { record, pid } = await owner.start();
    owner.add({ ...record, id: owner.id, root: await identityOf(other), posixSession: other, census: [] });
    await owner.kill();
    const tracker = await sweep();
    assert.ok(isAlive(other));
    assert.match(reasons(tracker), /it belongs to another user/);
    assert.ok(!isAlive(pid), 'control arm');
  });

  it('K19 a live server that is busy for a long time keeps running; control: as an orphan it goes', async () => {
    const server = await owner.start([...answering('s'), '--busy']);
    const time = async () => (await lookAt(server.pid))?.cpuTime ?? 0;
    const before = await time();
    await waitFor('it has used the CPU', async () => (await time()) > before + 300);
    await sweep();
    assert.equal(await askFor('s'), server.pid);
    await owner.kill();
    await sweep();
    assert.ok(!isAlive(server.pid), 'control arm');
  });

  it('K20 what the user lists under "keep" survives; control: without the list it goes', async () => {
    const server = await owner.start([...answering('s'), '--shared-daemon']);
    await owner.kill();
    const tracker = await sweep({ neverReap: ['--shared-daemon'] });
    assert.equal(await askFor('s'), server.pid);
    assert.match(reasons(tracker), /neverReap lists it/);
    await sweep();
    assert.ok(!isAlive(server.pid), 'control arm');
  });

  for (const how of ['its server crashes', 'its window closes'] as const) {
    it(`K20 what the user lists to keep survives when ${how}; control: a requested stop ends it`, async () => {
      const launch = async (name: string) => {
        const tracker = await sandbox.tracker({ neverReap: ['server.mjs --silent'] });
        await tracker.servers.launch(sandbox.server(name, '--child=setsid'));
        const [server] = tracker.inventory.servers;
        const root = server?.pid as number;
        const daemon = await waitFor('what it started is running', () =>
          sandbox.living().find((pid) => pid !== root && isListed(pid)),
        );
        return { tracker, root, daemon };
      };
      const isListed = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('--silent');
      const { tracker, root, daemon } = await launch('keeps');
      if (how === 'its window closes') await tracker.deactivate();
      else {
        process.kill(root, 'SIGKILL');
        await waitFor('its end has been handled', () => tracker.inventory.servers[0]?.state === 'failed');
      }
      assert.ok(!isAlive(root));
      assert.ok(isAlive(daemon));
      process.kill(daemon, 'SIGKILL');
      const other = await launch('goes');
      await other.tracker.servers.stop('goes');
      assert.ok(!isAlive(other.daemon), 'control arm');
    });
  }

  it('K20 a container stays with its listed client, even if that cannot be inspected; control: unlisted, it is stopped', async () => {
    const calls = owner.path('calls');
    const id = 'a'.repeat(64);
    const names = { session: owner.id, home: sandbox.folder.homeTag };
    for (const [name, neverReap, fails, isStopped] of [
      ['listed', ['--the-client'], false, false],
      ['unseen', ['--the-client'], true, false],
      ['unlisted', [], false, true],
    ] as const) {
      const client = await new FakeOwner(sandbox).open();
      const programs = mkdtempSync(join(sandbox.path, 'bin-'));
      // It runs under the name of an engine's client. A script stands for the engine.
      symlinkSync(process.execPath, join(programs, 'docker'));
      const { record } = await client.start([...answering(name), '--the-client'], {
        command: join(programs, 'docker'),
      });
      // The process before it still has its own socket.
      await askFor(name);
      const labels = { ...names, session: client.id, record: record.id };
      const inspected = {
        ...{ Id: id, Name: '/x', Path: 'x', Args: [], Created: '2026-01-01' },
        Config: {
          Image: 'i',
          OpenStdin: true,
          Labels: Object.fromEntries(Object.entries(labels).map(([key, value]) => [`mcp-processes.${key}`, value])),
        },
        State: { Status: 'running', StartedAt: '2026-01-01' },
      };
      const engine = mkdtempSync(join(sandbox.path, 'engine-'));
      writeFileSync(join(engine, 'inspected'), JSON.stringify([inspected]));
      scripts(engine, {
        docker: `echo "$@" >>'${calls}'; case $1 in ps) echo ${id};; container) cat '${engine}/inspected';; esac`,
      });
      const container = { program: join(engine, 'docker'), globalFlags: [], environment: {}, removable: false };
      client.write({ records: [{ ...record, container: { ...container, containerId: undefined } as never }] });
      await client.kill();
      const platform = procfs();
      const failing = { snapshot: () => Promise.reject(new Error('EMFILE')) };
      const seen = await scanMachine(platform, sandbox.folder, undefined, { automatic: 'off', neverReap: [] });
      const judged = seen.sessions.find(({ session }) => session.id === client.id) as ScannedSession;
      const write = (message: string) => void sandbox.log.push(message);
      const log = { info: write, warn: write, error: write };
      const reaper = new Reaper({
        platform: fails ? Object.assign(Object.create(platform), failing) : platform,
        folder: sandbox.folder,
        self: await platform.self(),
        log,
        containers: new RecordedContainers(log),
        by: 'window',
        neverReap: () => neverReap,
      });
      const [result] = await reaper.reap(judged);
      assert.equal(/^stop/m.test(existsSync(calls) ? readFileSync(calls, 'utf8') : ''), isStopped);
      assert.equal(isAlive(record.root?.pid as number), !isStopped);
      if (fails) assert.deepEqual(result?.containerProblem, { code: 'processes not seen' });
    }
  });

  it('K21 a terminal multiplexer that an agent started survives; control: one without a terminal goes', async () => {
    const socket = owner.path('tmux');
    await owner.start([
      PLAIN,
      '--deaf',
      run('python3', ['-c', MULTIPLEXER, socket]),
      run(process.execPath, [PLAIN, '--deaf']),
    ]);
    const multiplexer = await ask(socket);
    const environment = readFileSync(`/proc/${multiplexer}/environ`, 'latin1');
    assert.match(environment, new RegExp(`${COOKIE_VARIABLE}=1:`), 'it carries our cookie');
    const before = sandbox.living().length;
    await owner.kill();
    const tracker = await sweep();
    assert.equal(await ask(socket), multiplexer);
    assert.match(reasons(tracker), /it is in use: pid \d+ has a terminal/);
    assert.ok(before >= 5);
    // The multiplexer and its shell.
    assert.equal(sandbox.living().length, 2, 'control arm');
  });

  it('K22 an editor that a server started, and its live servers, survive; control: another name goes', async () => {
    const trees = ['code-server', 'helper'].map((name) => {
      symlinkSync(process.execPath, owner.path(name));
      return run(owner.path(name), [
        ...answering(`${name}.s`),
        run(process.execPath, answering(`${name}.child`), false),
      ]);
    });
    await owner.start([PLAIN, '--deaf', ...trees]);
    const names = ['code-server.s', 'code-server.child', 'helper.s', 'helper.child'];
    const pids = await Promise.all(names.map(askFor));
    await unused(...pids);
    await owner.kill();
    await sweep();
    assert.deepEqual(await Promise.all(names.slice(0, 2).map(askFor)), pids.slice(0, 2));
    assert.ok(!pids.slice(2).some(isAlive), 'control arm');
  });

  for (const kind of ['unix', 'tcp'] as const) {
    it(`K23 a database with a stranger’s client survives (${kind}); control: once it has gone, it goes @no-ss`, async () => {
      const address = owner.path('db');
      await owner.start([PLAIN, '--deaf', run('python3', ['-c', DATABASE, address, kind])]);
      await waitFor('the database listens', () => existsSync(address));
      const client = await stranger(['-c', DATABASE_CLIENT, address, kind], { command: 'python3' });
      const lines = createInterface({ input: client.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
      const request = async () => {
        client.stdin?.write('\n');
        return Number((await lines.next()).value);
      };
      const database = await request();
      assert.ok(isAlive(database));
      await owner.kill();
      const tracker = await sweep();
      assert.equal(await request(), database);
      assert.match(
        reasons(tracker),
        withSs || kind === 'tcp'
          ? /it is in use by python[\d.]* \(pid \d+\)/
          : /is connected to pid \d+, and `ss` is not/,
      );
      await killHard(client);
      await unused(database);
      await sweep();
      assert.ok(!isAlive(database), 'control arm');
    });
  }

  it('K24 a shell in a terminal that still has an old cookie survives; control: without a terminal it goes', async () => {
    const { record } = await owner.start([PLAIN]);
    const env = { [COOKIE_VARIABLE]: owner.cookie(record.id) };
    const script = 'import pty, sys; pty.spawn(sys.argv[1:])';
    const terminal = await stranger(['-c', script, process.execPath, ...answering('s')], { command: 'python3', env });
    const job = await stranger([PLAIN, '--deaf'], { env });
    const shell = await askFor('s');
    await owner.kill();
    await sweep();
    assert.equal(await askFor('s'), shell);
    assert.ok(!isAlive(job.pid), 'control arm');
    await killHard(terminal);
  });

  it('K24 a definition with an old cookie in its environment does not hand its server to the dead', async () => {
    const { record } = await owner.start([PLAIN]);
    const stale = owner.cookie(record.id);
    await owner.kill();
    const tracker = await sandbox.tracker();
    const server = sandbox.server('one');
    await tracker.servers.launch({ ...server, environment: { ...server.environment, [COOKIE_VARIABLE]: stale } });
    await sweep();
    const answer = (await tracker.servers.callTool('one', 'whoami', {})) as { content: { text: string }[] };
    assert.ok(isAlive(JSON.parse(answer.content[0]?.text as string).pid));
    await tracker.deactivate();
  });

  it('K24 K04 a process that executes with another server’s cookie between scan and signal is spared', async () => {
    const live = await new FakeOwner(sandbox).open();
    const { record: theirs } = await live.start([PLAIN]);
    const change = `while [ ! -e ${owner.path('go')} ]; do sleep 0.05; done; exec env "$0" "$@"`;
    const start = async (cookie: string[]) => {
      const args = ['-c', change, ...cookie, process.execPath, PLAIN, '--deaf'];
      return owner.start(args, { command: 'sh', record: { root: undefined, posixSession: undefined } });
    };
    const changing = await start([`${COOKIE_VARIABLE}=${live.cookie(theirs.id)}`]);
    const control = await start(['OTHER=1']);
    await owner.kill();
    const platform = procfs();
    const snapshot = await platform.snapshot();
    writeFileSync(owner.path('go'), '');
    // Between the shell and Node the process is `env`.
    const isNode = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, 'latin1').startsWith(`${process.execPath}\0`);
    await waitFor('both have executed', () => isNode(changing.pid) && isNode(control.pid));
    const [found] = readSessions(sandbox.folder).sessions.filter(({ session }) => session.id === owner.id);
    assert.ok(found);
    const context = {
      platform,
      self: await platform.self(),
      requester: { by: 'reaper' },
      liveOwners: [],
      neverReap: [],
      stdinWatch: new StdinWatch(systemClock),
    } as const;
    const decided = async (record: ServerRecord) => {
      const scan = scanTree(context, snapshot, found.session, record);
      return (await scan.decide(scan.members)).find(({ member }) => member.by === 'cookie')?.decision;
    };
    const decision = await decided(changing.record);
    assert.equal(codeOf(decision && 'spared' in decision ? decision.spared : undefined), 'notAnothers');
    const controlled = await decided(control.record);
    assert.ok(controlled && 'permit' in controlled, 'control');
  });

  it('K25 a configuration that matches a stranger’s process does not make it a target; control: a record would', async () => {
    const args = answering('postgres');
    // Not below this process: a child of the host may be its own server.
    const starter = await stranger(['-c', '"$@" & :', 'sh', process.execPath, ...args], { command: 'sh' });
    const database = await askFor('postgres');
    await waitFor('its parent is gone', () => !isAlive(starter.pid));
    const configured = [
      {
        key: 'ws0:postgres',
        name: 'postgres',
        client: 'VS Code',
        folder: undefined,
        file: undefined,
        managedBy: 'editor' as const,
        editorId: 'postgres',
        describe: undefined,
        matches: (words: readonly string[]) => args.every((word, index) => words[index + 1] === word),
      },
    ];
    const tracker = await sandbox.tracker({}, { configured: () => configured });
    await tracker.sweep();
    await tracker.reapOrphans();
    assert.equal(await askFor('postgres'), database);
    const { record } = await owner.start([PLAIN]);
    owner.add({ ...record, id: owner.id, root: await identityOf(database), posixSession: starter.pid });
    await owner.kill();
    await sweep();
    await waitFor('control arm', () => !isAlive(database));
  });

  it('K27 another time zone, locale and clock change no start time; control: the owner’s death does', async () => {
    const server = await owner.start(answering('s'));
    const before = { TZ: process.env.TZ, LC_ALL: process.env.LC_ALL };
    for (const TZ of ['Asia/Tokyo', 'America/Los_Angeles']) {
      Object.assign(process.env, { TZ, LC_ALL: 'tr_TR.UTF-8' });
      try {
        assert.deepEqual(await identityOf(server.pid), server.record.root);
        await sweep();
      } finally {
        for (const [name, value] of Object.entries(before)) {
          if (value === undefined) delete process.env[name];
          else process.env[name] = value;
        }
      }
    }
    assert.equal(await askFor('s'), server.pid);
    await owner.kill();
    await sweep();
    assert.ok(!isAlive(server.pid), 'control arm');
  });

  for (const [row, what, flags] of [
    ['K12', 'pid namespace, such as a container’s with the same home', ['--pid', '--mount-proc', '--fork']],
    ['K27', 'time namespace, where every start time reads differently', ['--time', '--boottime', '100000', '--fork']],
  ] as const) {
    it(`${row} a reaper in another ${what}, ends nothing; control: one beside it does`, async () => {
      const server = await owner.start(answering('s'));
      const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
      const reap = [process.execPath, CLI, 'reap'];
      assert.match(await outputOf('unshare', [...user, ...flags, ...reap]), /^No orphaned MCP servers/);
      assert.equal(await askFor('s'), server.pid);
      await owner.kill();
      assert.match(await outputOf('unshare', [...user, ...flags, ...reap]), /^No orphaned MCP servers/);
      assert.equal(await askFor('s'), server.pid);
      assert.match(await outputOf(process.execPath, reap.slice(1)), /terminated|killed/, 'control arm');
      assert.ok(!isAlive(server.pid), 'control arm');
    });
  }

  it('K28 a container monitor and what runs under it survive; control: under another name they go', async () => {
    const trees = ['conmon', 'monitor'].map((name) => {
      symlinkSync(process.execPath, owner.path(name));
      const below = run(process.execPath, answering(`${name}.child`), false);
      return run(owner.path(name), [...answering(`${name}.s`), below], false);
    });
    await owner.start([PLAIN, '--deaf', ...trees]);
    const names = ['conmon.s', 'conmon.child', 'monitor.s', 'monitor.child'];
    const pids = await Promise.all(names.map(askFor));
    await unused(...pids);
    await owner.kill();
    await sweep();
    assert.deepEqual(await Promise.all(names.slice(0, 2).map(askFor)), pids.slice(0, 2));
    assert.ok(!pids.slice(2).some(isAlive), 'control arm');
  });

  it('K29 the registry of a newer version is left alone, and its session counts as live; control: ours does not', async () => {
    const server = await owner.start(answering('s'));
    const path = join(sandbox.folder.sessions, readdirSync(sandbox.folder.sessions)[0] as string);
    const text = readFileSync(path, 'utf8');
    const newer = text.replace(/"schema": ?1/, '"schema": 99');
    assert.notEqual(newer, text);
    writeFileSync(path, newer);
    await owner.kill();
    await sweep();
    assert.equal(await askFor('s'), server.pid);
    assert.equal(readFileSync(path, 'utf8'), newer);
    writeFileSync(path, text);
    await sweep();
    assert.ok(!isAlive(server.pid), 'control arm');
  });

  /** Runs a program in the sandbox's environment. @returns its output. */
  function outputOf(command: string, args: string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      execFile(command, args, { env: sandbox.environment }, (error, stdout, stderr) =>
        error ? reject(new Error(`${error.message}\n${stdout}${stderr}`)) : resolve(stdout),
      );
    });
  }

  /** A process of root's without children: by this test's record, everything below it would be the server's. */
  async function processOfRoot(): Promise<number> {
    const snapshot = await procfs().snapshot();
    const found = [...snapshot.processes.values()].find(
      ({ uid, pid, zombie }) => uid === 0 && pid > 1 && !zombie && childrenOf(snapshot, pid).length === 0,
    );
    if (!found) throw new Error('No process of root’s without children can be seen, which this test needs.');
    return found.pid;
  }

  async function lookAt(pid: number) {
    const found = await procfs().inspect(pid);
    return found.kind === 'present' ? found.entry : undefined;
  }
});
