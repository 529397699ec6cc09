import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { COOKIE_VARIABLE, parseCookie } from '../../src/registry/cookie';
import { readHistory } from '../../src/registry/history';
import { ask, identityOf, pidIn, procfs } from '../support/fakeOwner';
import { DEAD_OWNER_UNREAPED, SUBREAPER } from '../support/parents';
import { programPath, scripts } from '../support/programs';
import { GUARD, isAlive, killHard } from '../support/sandbox';
import { waitFor } from '../support/waitFor';
import { withSandbox } from '../support/withSandbox';
import { type FakeClient, InstalledWrapper, napsOf } from '../support/wrapper';

const SHELLS = ['dash', 'bash', 'busybox'] as const;

describe('mcp-processes run', function () {
  this.timeout(120_000);
  const sandbox = withSandbox();
  const clients: FakeClient[] = [];
  const client = (installed: InstalledWrapper, under?: string[]) => {
    const one = installed.client(under);
    clients.push(one);
    return one;
  };
  afterEach(() => {
    for (const { child } of clients.splice(0)) child.kill('SIGKILL');
  });

  for (const shell of SHELLS) {
    describe(`under ${shell}`, () => {
      it('becomes the server: same pid, arguments, input, environment, exit code and signals', async () => {
        const installed = new InstalledWrapper(sandbox, shell);
        const input = randomBytes(100_000);
        const odd = { 'a.b-c': 'x=1\ny "2"', name: 'n' };
        const program = `
          const chunks = [];
          process.stdin.on('data', (chunk) => chunks.push(chunk)).on('end', () => {
            const input = Buffer.concat(chunks).toString('base64');
            const { env, pid, argv } = process;
            process.stdout.write(JSON.stringify({ env, pid, argv: argv.slice(1), input, cwd: process.cwd() }));
            process.exitCode = 23;
          });`;
        const args = ['two words', `quotes ' " \\ $HOME \`id\``, 'a\nb\n', '', '*', '-x', '--name', 'ü'];
        const child = installed.run([process.execPath, '-e', program, '--', ...args], {
          cwd: sandbox.path,
          env: { ...installed.environment, ...odd },
        });
        const said = read(child, 'stdout');
        const complained = read(child, 'stderr');
        child.stdin?.end(input);
        const code = await exitOf(child);
        const { env, pid, argv, input: got, cwd } = JSON.parse(await said);
        assert.equal(await complained, '');
        assert.deepEqual(code, { code: 23, signal: null });
        assert.equal(pid, child.pid);
        assert.deepEqual(argv, args);
        assert.equal(got, input.toString('base64'));
        assert.equal(cwd, sandbox.path);
        for (const [name, value] of Object.entries(odd)) assert.equal(env[name], value, name);
        assert.ok(parseCookie(env[COOKIE_VARIABLE]));
        const added = Object.keys(env).filter((name) => !(name in { ...installed.environment, ...odd }));
        assert.deepEqual(
          added.filter((name) => !['PWD', 'OLDPWD', 'SHLVL', '_', COOKIE_VARIABLE].includes(name)),
          [],
        );
        const signalled = installed.run(['sleep', '300']);
        await waitFor('it is the server', () => commandOf(signalled.pid).includes('300'));
        signalled.kill('SIGTERM');
        assert.deepEqual(await exitOf(signalled), { code: null, signal: 'SIGTERM' });
        await installed.nothingLeft();
      });

      it('L08 L05 its client is killed: the deaf server and what escaped from it are ended; another client’s answers', async () => {
        const installed = new InstalledWrapper(sandbox, shell);
        const one = client(installed);
        const other = client(installed);
        const doomed = await one.start(installed.server('doomed', '--deaf', installed.escaped('escaped')));
        const survivor = await other.start(installed.server('survivor', '--deaf'));
        assert.equal(await ask(installed.at('doomed')), doomed);
        const escaped = await ask(installed.at('escaped'));
        assert.equal(await ask(installed.at('survivor')), survivor);
        await installed.protected(2);
        await one.kill();
        await waitFor('both are ended', () => !isAlive(doomed) && !isAlive(escaped));
        assert.equal(await ask(installed.at('survivor')), survivor);
        await waitFor('its session is gone', () => installed.sessions().length === 1);
        assert.deepEqual(new Set(readHistory(sandbox.folder, 0, 10).map(({ by }) => by)), new Set(['wrapper']));
        await other.kill();
        await installed.nothingLeft();
      });

      it('L08 finds its data folder by a relative path', async () => {
        const installed = new InstalledWrapper(sandbox, shell);
        const env = { ...installed.environment, MCP_PROCESSES_HOME: basename(sandbox.folder.path) };
        const child = installed.run(installed.server('it'), { cwd: sandbox.path, env });
        assert.equal(await ask(installed.at('it')), child.pid);
        assert.equal((await installed.protected()).length, 1);
        assert.equal(installed.sessions()[0]?.records[0]?.root?.pid, child.pid);
      });

      it('says so if the session file cannot be put in place, and runs the server without protection', async () => {
        const installed = new InstalledWrapper(sandbox, shell);
        const folder = scripts(join(sandbox.path, 'failing'), { mv: 'exit 1' });
        const env = { ...installed.environment, PATH: `${folder}:${installed.environment.PATH}` };
        const child = installed.run(installed.server('plain'), { env });
        const complained = read(child, 'stderr');
        assert.equal(await ask(installed.at('plain')), child.pid);
        assert.ok(!readFileSync(`/proc/${child.pid}/environ`, 'latin1').includes(COOKIE_VARIABLE));
        assert.deepEqual([sandbox.guards(), readdirSync(sandbox.folder.sessions)], [[], []]);
        child.stdin?.end();
        assert.match(
          await complained,
          /^mcp-processes: plain runs without protection: the session file \S+ could not be written\n$/,
        );
      });

      it('leaves no watcher and no file when a server ends on its own', async () => {
        const installed = new InstalledWrapper(sandbox, shell);
        const child = installed.run(installed.server('polite'));
        assert.equal(await ask(installed.at('polite')), child.pid);
        await installed.protected();
        child.stdin?.end();
        assert.deepEqual(await exitOf(child), { code: 0, signal: null });
        await installed.nothingLeft();
        assert.deepEqual(readHistory(sandbox.folder, 0, 10), [], 'nothing had to be ended');
      });
    });
  }

  it('records what a sweep needs, in the same form, and nothing secret', async () => {
    const installed = new InstalledWrapper(sandbox, 'dash', {
      automatic: 'ask',
      neverReap: ['keep "me"'],
      graces: [
        ['n"a\\me ü', { stdin: 7, term: 8 }],
        ['*', { stdin: 1, term: 2 }],
      ],
    });
    const child = installed.run([...installed.server('it'), '--token', 'not-a-real-one'], {
      words: ['run', '--name', 'n"a\\me ü', '--'],
    });
    assert.equal(await ask(installed.at('it')), child.pid);
    await installed.protected();
    const [session] = installed.sessions();
    const [record] = session?.records ?? [];
    assert.deepEqual(session?.owner, await identityOf(process.pid));
    assert.deepEqual(record?.root, await identityOf(child.pid as number));
    assert.equal(record?.posixSession, (await inspect(child.pid as number)).sid);
    assert.equal(record?.server, 'n"a\\me ü');
    assert.equal(record?.commandLine, 'node');
    assert.deepEqual(record?.grace, { stdin: 7, term: 8 });
    assert.equal(session?.automatic, 'ask');
    assert.deepEqual(session?.neverReap, ['keep "me"']);
    assert.ok(Math.abs((session?.startedAt ?? 0) - Date.now()) < 120_000);
    const file = join(sandbox.folder.sessions, readdirSync(sandbox.folder.sessions)[0] as string);
    assert.doesNotMatch(readFileSync(file, 'utf8'), /not-a-real-one/);
    const tracker = await sandbox.tracker();
    await tracker.sweep();
    const row = tracker.inventory.servers.find(({ name }) => name === 'n"a\\me ü');
    assert.equal(row?.verdict, 'active');
    assert.equal(row?.client, record?.client);
    child.kill('SIGKILL');
    await installed.nothingLeft();
  });

  it('takes a package for the name, but not a URL, which may contain a token', async () => {
    const installed = new InstalledWrapper(sandbox);
    const folder = scripts(join(sandbox.path, 'runners'), { npx: 'exec sleep 60' });
    const env = { ...installed.environment, PATH: `${folder}:${installed.environment.PATH}` };
    const addresses = [
      'git+https://me:hunter2@h/x',
      'https://h/x.tgz?token=hunter2',
      'me:hunter2@h/x',
      '@scope/package',
    ];
    const children = addresses.map((address) => installed.run(['npx', '-y', address], { env }));
    await waitFor('all are recorded', () => installed.sessions().length === addresses.length);
    const names = installed.sessions().flatMap(({ records }) => records.map(({ server }) => server));
    assert.deepEqual(names.sort(), ['@scope/package', 'npx', 'npx', 'npx']);
    for (const file of readdirSync(sandbox.folder.sessions)) {
      assert.doesNotMatch(readFileSync(join(sandbox.folder.sessions, file), 'utf8'), /hunter2/);
    }
    for (const child of children) child.kill('SIGKILL');
    await installed.nothingLeft();
  });

  it('appears in the panel among other clients’ servers, once, under its client’s name', async () => {
    const installed = new InstalledWrapper(sandbox);
    const one = client(installed, ['bash', '-c', 'exec -a claude "$@"', 'bash']);
    const server = await one.start(installed.server('it'));
    await ask(installed.at('it'));
    await installed.protected();
    const tracker = await sandbox.tracker();
    await tracker.sweep();
    const rows = tracker.inventory.servers.filter(({ pid }) => pid === server);
    assert.deepEqual(
      rows.map(({ group, client, verdict }) => ({ group, client, verdict })),
      [{ group: 'otherClients', client: 'Claude Code', verdict: 'active' }],
    );
    await one.kill();
    await installed.nothingLeft();
  });

  it('the owner is the nearest ancestor that is not a shell or a package runner', async () => {
    const installed = new InstalledWrapper(sandbox);
    const one = client(installed);
    const inner = `"${installed.path}" run -- ${installed.server('inner', '--deaf').join(' ')}; true`;
    await one.startPlain(['timeout', '100', 'npm', 'exec', '--offline', '-c', `sh -c '${inner}'`]);
    const server = await ask(installed.at('inner'));
    await installed.protected();
    assert.deepEqual(installed.sessions()[0]?.owner, await identityOf(one.child.pid as number));
    await one.kill();
    await waitFor('it is ended', () => !isAlive(server));
  });

  it('the watcher holds nothing of the server’s: no file, no cookie, no terminal, no group', async () => {
    const installed = new InstalledWrapper(sandbox);
    const env = { ...installed.environment, [COOKIE_VARIABLE]: 'of an outer run', TOKEN: 'not-a-real-one' };
    const child = installed.run(installed.server('it'), { stdio: ['pipe', 'pipe', 'pipe', 'pipe', 'pipe'], env });
    assert.equal(await ask(installed.at('it')), child.pid);
    const [watcher] = (await installed.protected()) as [number];
    // Numbers above 9, which no shell can close, come from the test runner.
    const open = readdirSync(`/proc/${watcher}/fd`).filter((fd) => fd.length === 1);
    assert.deepEqual(open, ['0', '1', '2']);
    for (const fd of open) assert.equal(readlinkSync(`/proc/${watcher}/fd/${fd}`), '/dev/null');
    assert.doesNotMatch(readFileSync(`/proc/${watcher}/environ`, 'latin1'), /COOKIE|TOKEN/);
    assert.equal(readlinkSync(`/proc/${watcher}/cwd`), '/');
    const [mine, its] = [await inspect(watcher), await inspect(child.pid as number)];
    assert.notEqual(mine.sid, its.sid);
    assert.notEqual(mine.pgid, its.pgid);
    for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT'] as const) process.kill(watcher, signal);
    assert.equal(await ask(installed.at('it')), child.pid);
    assert.ok(isAlive(watcher));
    child.stdin?.end();
    await installed.nothingLeft();
  });

  it('keeps one of two servers of a client when the other ends', async () => {
    const installed = new InstalledWrapper(sandbox);
    const [one, two] = [installed.run(installed.server('one')), installed.run(installed.server('two'))];
    await ask(installed.at('one'));
    await ask(installed.at('two'));
    await installed.protected(2);
    one.stdin?.end();
    await installed.protected(1);
    assert.equal(installed.sessions()[0]?.records[0]?.root?.pid, two.pid);
    assert.equal(await ask(installed.at('two')), two.pid);
    two.stdin?.end();
    await installed.nothingLeft();
  });

  it('L14 L15 copes with a client that stays a zombie, and orphans that a subreaper adopts', async () => {
    const installed = new InstalledWrapper(sandbox);
    for (const [name, parent] of Object.entries({ zombie: DEAD_OWNER_UNREAPED, subreaper: SUBREAPER })) {
      rmSync(join(sandbox.path, 'owner.pid'), { force: true });
      const one = client(installed, ['python3', '-c', parent, sandbox.path]);
      const owner = await pidIn(join(sandbox.path, 'owner.pid'));
      const server = await one.start(installed.server(name, '--deaf', installed.escaped(`${name}-escaped`)));
      await ask(installed.at(name));
      const escaped = await ask(installed.at(`${name}-escaped`));
      await installed.protected();
      assert.equal(installed.sessions()[0]?.owner.pid, owner);
      process.kill(owner, 'SIGKILL');
      await waitFor(`${name}: both are ended`, () => !isAlive(server) && !isAlive(escaped));
      await waitFor('its session is gone', () => installed.sessions().length === 0);
      await one.kill();
    }
    await installed.nothingLeft();
  });

  for (const automatic of ['ask', 'off'] as const) {
    it(`ends nothing if mcpProcesses.reap.automatic is "${automatic}"; the next window shows it`, async () => {
      const installed = new InstalledWrapper(sandbox, 'dash', { automatic });
      const one = client(installed);
      const server = await one.start(installed.server('it', '--deaf'));
      await ask(installed.at('it'));
      await installed.protected();
      await one.kill();
      await waitFor('the watcher is gone', () => sandbox.guards().length === 0);
      await waitFor('its log says why', () => sandbox.guardLog().includes(`automatic is "${automatic}"`));
      assert.equal(await ask(installed.at('it')), server);
      const tracker = await sandbox.tracker();
      await tracker.sweep();
      assert.equal(tracker.inventory.servers[0]?.verdict, 'orphaned');
      assert.equal(await ask(installed.at('it')), server);
    });
  }

  it('ends nothing if the list of servers to keep is damaged', async () => {
    const installed = new InstalledWrapper(sandbox);
    const settings = join(sandbox.folder.path, 'bin/settings');
    writeFileSync(settings, readFileSync(settings, 'utf8').replace(/^neverReap .*/m, 'neverReap ["ke'));
    const one = client(installed);
    const server = await one.start(installed.server('it', '--deaf'));
    await ask(installed.at('it'));
    assert.equal(installed.sessions()[0]?.automatic, 'off');
    await one.kill();
    await waitFor('the watcher is gone', () => sandbox.guards().length === 0);
    assert.equal(await ask(installed.at('it')), server);
  });

  it('does nothing while its client is merely stopped (SIGSTOP)', async () => {
    const installed = new InstalledWrapper(sandbox);
    const one = client(installed);
    const server = await one.start(installed.server('it'));
    await ask(installed.at('it'));
    const [watcher] = (await installed.protected()) as [number];
    one.child.kill('SIGSTOP');
    const naps = new Set<string>();
    await waitFor('it has scanned several times', () => {
      for (const pid of napsOf(watcher)) naps.add(pid);
      return naps.size > 5;
    });
    one.child.kill('SIGCONT');
    assert.equal(await ask(installed.at('it')), server);
    assert.deepEqual(sandbox.watchers(), [watcher]);
    await one.kill();
    await installed.nothingLeft();
  });

  it('L19 the watcher killed together with the client: the next sweep finishes the work', async () => {
    const installed = new InstalledWrapper(sandbox);
    const one = client(installed);
    await one.start(installed.server('it', '--deaf', installed.escaped('escaped')));
    await ask(installed.at('escaped'));
    const watchers = await installed.protected();
    // Including copies of itself that it may have just forked.
    for (const guard of new Set([...watchers, ...sandbox.guards()])) process.kill(guard, 'SIGKILL');
    await waitFor('they are gone', () => sandbox.guards().length === 0);
    await one.kill();
    const tracker = await sandbox.tracker();
    await waitFor('nothing is left', async () => {
      await tracker.sweep();
      return sandbox.living().length === 0;
    });
    await installed.nothingLeft();
  });

  it('L11 killed at any moment of its start: nothing is left', async () => {
    const installed = new InstalledWrapper(sandbox);
    // In a new folder it runs Node first, and keeps the result.
    const first = installed.run(installed.server('first'));
    await installed.protected();
    first.kill('SIGKILL');
    await installed.nothingLeft();
    const began = performance.now();
    const measured = installed.run(installed.server('measured'));
    await installed.protected();
    const whole = performance.now() - began;
    measured.kill('SIGKILL');
    await installed.nothingLeft();
    let recorded = 0;
    // More rounds if an uneven load made the measured time too short.
    for (let round = 0; round < 15 || (recorded === 0 && round < 60); round++) {
      const child = installed.run(installed.server(`it${round}`, '--deaf'));
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 2 * whole));
      await killHard(child);
      if (installed.sessions().some(({ records }) => records[0]?.root?.pid === child.pid)) recorded++;
    }
    assert.ok(recorded > 0, `none was killed after it was recorded, in ${whole} ms`);
    await installed.nothingLeft();
    assert.deepEqual(readdirSync(sandbox.folder.sessions), []);
  });

  describe('never breaks a server', () => {
    /** Runs a server that must work without protection. @returns its stderr. */
    async function runsPlainly(
      installed: InstalledWrapper,
      start: (args: string[]) => ChildProcess = (args) => installed.run(args),
    ): Promise<string> {
      const child = start(installed.server('plain'));
      const complained = read(child, 'stderr');
      assert.equal(await ask(installed.at('plain')), child.pid);
      assert.ok(!readFileSync(`/proc/${child.pid}/environ`, 'latin1').includes(COOKIE_VARIABLE));
      child.stdin?.end();
      assert.deepEqual(await exitOf(child), { code: 0, signal: null });
      const said = await complained;
      assert.equal(said.trim().split('\n').length, 1, said);
      return said;
    }

    it('the extension is gone, with its guard', async () => {
      const installed = new InstalledWrapper(sandbox);
      rmSync(sandbox.folder.guard, { recursive: true });
      assert.match(
        await runsPlainly(installed),
        /^mcp-processes: .* runs without protection: the extension .* is not installed any more/,
      );
    });

    it('the data folder is gone', async () => {
      const installed = new InstalledWrapper(sandbox);
      rmSync(sandbox.folder.sessions, { recursive: true });
      assert.match(await runsPlainly(installed), /without protection: the data folder .* cannot be used/);
    });

    it('the data folder is read-only', async () => {
      const installed = new InstalledWrapper(sandbox);
      const { path } = sandbox.folder;
      // Root may write into folders that are merely closed.
      const script = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@"';
      const rights = process.getuid?.() === 0 ? ['unshare', '-m'] : ['unshare', '-rm'];
      const said = await runsPlainly(installed, (args) =>
        spawn(
          rights[0] as string,
          [...rights.slice(1), 'sh', '-c', script, 'sh', path, installed.path, 'run', '--', ...args],
          {
            env: installed.environment,
          },
        ),
      );
      assert.match(said, /without protection: the session file .* could not be written/);
    });

    it('a Node that an update removed is replaced by another; without any it runs unprotected', async () => {
      const installed = new InstalledWrapper(sandbox);
      const settings = join(sandbox.folder.path, 'bin/settings');
      writeFileSync(settings, readFileSync(settings, 'utf8').replace(/^node .*/m, 'node /nonexistent/node'));
      const one = client(installed);
      const server = await one.start(installed.server('it', '--deaf'));
      await ask(installed.at('it'));
      await one.kill();
      await waitFor('it is ended', () => !isAlive(server));
      const environment = { ...installed.environment, PATH: '/nonexistent' };
      const said = await runsPlainly(installed, (args) => installed.run(args, { env: environment }));
      assert.match(said, /is not installed any more/);
    });

    it('a program that does not exist: exit code 127, one line, nothing left', async () => {
      const installed = new InstalledWrapper(sandbox);
      const child = installed.run(['/nonexistent/server']);
      const complained = read(child, 'stderr');
      assert.deepEqual(await exitOf(child), { code: 127, signal: null });
      assert.equal(
        await complained,
        'mcp-processes: /nonexistent/server was not found; install it, or give its full path\n',
      );
      await installed.nothingLeft();
    });

    it('its stderr has no reader', async () => {
      const installed = new InstalledWrapper(sandbox);
      rmSync(sandbox.folder.sessions, { recursive: true });
      const script = `exec 3>&1; { sleep 0.3; exec "$@" 2>&4 >&3; } 4>&1 | true`;
      const child = spawn('bash', ['-c', script, 'bash', installed.path, 'run', '--', 'echo', 'works'], {
        env: installed.environment,
      });
      assert.equal(await read(child, 'stdout'), 'works\n');
    });
  });

  for (const shell of SHELLS) {
    it(`names wrong arguments and lists the valid ones under ${shell}`, async () => {
      const installed = new InstalledWrapper(sandbox, shell);
      const usage =
        /\nmcp-processes: usage: mcp-processes run .+ list \[--all\] .+ reap .+--other-clients \[--yes\].+ --help\n$/;
      const table: [string[], string][] = [
        [[], 'no command given'],
        [['start'], 'unknown command "start"'],
        [['run'], 'the command that starts the server is missing'],
        [
          ['run', '--nam=secret', 'x'],
          'unknown option for "run": --nam; put the server\'s own options after its command',
        ],
        [['run', '--name'], '--name needs a name'],
        [['run', '--', '-x'], 'expected the command that starts the server, found -x'],
      ];
      for (const [words, why] of table) {
        const wrong = installed.run([], { words });
        const said = await read(wrong, 'stderr');
        assert.ok(said.startsWith(`mcp-processes: ${why}\n`), said);
        assert.match(said, usage);
        assert.equal(wrong.exitCode, 2);
      }
      const folder = installed.run(['/etc']);
      const said = await read(folder, 'stderr');
      assert.equal(said, 'mcp-processes: /etc is a folder; give the program that starts the server\n');
      assert.equal(folder.exitCode, 126);
      await installed.nothingLeft();
    });
  }

  it('passes other arguments to the command line', async () => {
    const installed = new InstalledWrapper(sandbox);
    const child = installed.run(['--json'], { words: ['list'] });
    assert.deepEqual(JSON.parse(await read(child, 'stdout')), { servers: [], containersWithoutClient: [] });
    assert.ok(existsSync(installed.path));
  });
});

/** Replaces the shell script where there is no shell (Windows). Tests only what does not depend on the system. */
describe('mcp-processes run, in Node', function () {
  this.timeout(120_000);
  const sandbox = withSandbox();
  let installed: InstalledWrapper;
  let child: ChildProcess | undefined;
  beforeEach(() => {
    installed = new InstalledWrapper(sandbox);
  });
  afterEach(() => {
    child?.kill('SIGKILL');
  });
  const run = (args: string[]) =>
    spawn(process.execPath, [GUARD, '--run', 'run', '--name', 'it', '--', ...args], { env: installed.environment });

  it('passes on arguments, input and exit code, and leaves nothing', async () => {
    const program = 'process.stdin.pipe(process.stdout); process.stdin.on("end", () => { process.exitCode = 23; })';
    child = run([process.execPath, '-e', program, 'two words', '"']);
    let said = '';
    child.stdout?.on('data', (chunk) => {
      said += chunk;
    });
    await waitFor('its record', () => installed.sessions()[0]?.records[0]?.root);
    assert.deepEqual(installed.sessions()[0]?.owner, await identityOf(process.pid));
    child.stdin?.end('bytes');
    const code = await new Promise((resolve) => child?.once('close', resolve));
    assert.equal(said, 'bytes');
    assert.equal(code, 23);
    await installed.nothingLeft();
  });

  it('L08 L05 its client is killed: the deaf server and what escaped from it are ended', async () => {
    const client = installed.client();
    child = client.child;
    await client.startPlain([
      process.execPath,
      GUARD,
      '--run',
      'run',
      '--',
      ...installed.server('it', '--deaf', installed.escaped('e')),
    ]);
    const server = await ask(installed.at('it'));
    const escaped = await ask(installed.at('e'));
    await waitFor('its record', () => installed.sessions()[0]?.records[0]?.root);
    await client.kill();
    await waitFor('both are ended', () => !isAlive(server) && !isAlive(escaped));
    await installed.nothingLeft();
  });

  it('never breaks a server: without its settings it says so once and runs it', async () => {
    rmSync(join(sandbox.folder.path, 'bin'), { recursive: true });
    child = run(['echo', 'works']);
    let said = '';
    let complained = '';
    child.stdout?.on('data', (chunk) => {
      said += chunk;
    });
    child.stderr?.on('data', (chunk) => {
      complained += chunk;
    });
    assert.equal(await new Promise((resolve) => child?.once('close', resolve)), 0);
    assert.equal(said, 'works\n');
    assert.match(complained, /^mcp-processes: it runs without protection: .*\n$/);
  });

  it('exits with code 127 for a program that does not exist, even if it cannot be known what it left', async () => {
    const ps = `[ -z "$(ls '${sandbox.folder.sessions}')" ] || exit 1; exec '${programPath('ps')}' "$@"`;
    const path = `${scripts(join(sandbox.path, 'failing'), { ps })}:${installed.environment.PATH}`;
    for (const environment of [{}, { MCP_PROCESSES_PLATFORM: 'portable', PATH: path }]) {
      const env = { ...installed.environment, ...environment };
      child = spawn(process.execPath, [GUARD, '--run', 'run', '--name', 'it', '--', '/nonexistent/server'], { env });
      let complained = '';
      child.stderr?.on('data', (chunk) => {
        complained += chunk;
      });
      assert.equal(await new Promise((resolve) => child?.once('close', resolve)), 127, complained);
      assert.match(complained, /^mcp-processes: \/nonexistent\/server could not be started: .*ENOENT\n/);
      assert.doesNotMatch(complained, /runs without protection/);
      assert.equal(installed.sessions().length, 'PATH' in environment ? 1 : 0);
    }
  });
});

async function inspect(pid: number) {
  const seen = await procfs().inspect(pid);
  if (seen.kind !== 'present') throw new Error(`pid ${pid} is ${seen.kind}`);
  return seen.entry;
}

function commandOf(pid: number | undefined): string {
  return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
}

/** Everything that a child writes until it closes the stream and ends. */
function read(child: ChildProcess, stream: 'stdout' | 'stderr'): Promise<string> {
  let text = '';
  child[stream]?.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  return new Promise((resolve) => child.once('close', () => resolve(text)));
}

function exitOf(child: ChildProcess): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  return new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
}
