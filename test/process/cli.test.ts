import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { watchedSs, whileSsAnswers } from '../support/askingAgain';
import { isAlive, killHard } from '../support/sandbox';
import { waitFor } from '../support/waitFor';
import { withSandbox } from '../support/withSandbox';

/** Built by the stage `build`. */
const CLI = join(__dirname, '../../dist/cli.js');
const DEAF = ['--deaf-to-eof', '--deaf-to-term'];

describe('the command line', function () {
  this.timeout(120_000);
  const sandbox = withSandbox();

  function run(args: string[], environment: Record<string, string> = {}) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], {
      env: { ...sandbox.environment, ...environment },
      encoding: 'utf8',
      timeout: 40_000,
    });
    return { status, stdout, stderr };
  }

  /** A server whose host was killed, with its child. */
  async function orphan(): Promise<{ root: number; pids: number[] }> {
    const host = await sandbox.host({ left: [...DEAF, '--child=plain'] });
    await waitFor('its child runs', () => sandbox.living().length === 3);
    await killHard(host.child);
    return { root: host.servers[0] as number, pids: sandbox.living() };
  }

  it('says so if there is nothing to list or reap', () => {
    assert.deepEqual(run(['list']), {
      status: 0,
      stdout: 'No MCP servers started through MCP Processes found. Add --all to include other clients.\n',
      stderr: '',
    });
    const json = run(['list', '--json']);
    assert.deepEqual([json.status, json.stderr], [0, '']);
    assert.deepEqual(JSON.parse(json.stdout), { servers: [], containersWithoutClient: [] });
    assert.deepEqual(run(['reap']), { status: 0, stdout: 'No orphaned MCP servers.\n', stderr: '' });
    const none = run(['reap', '--json']);
    assert.deepEqual([none.status, none.stderr], [0, '']);
    assert.deepEqual(JSON.parse(none.stdout), { results: [], previews: [] });
  });

  it('lists what is in use as active, and reaps none of it', async () => {
    const host = await sandbox.host({ used: DEAF });
    const listed = run(['list']);
    assert.equal(listed.status, 0, listed.stderr);
    assert.match(listed.stdout, new RegExp(`^used  active · test · pid ${host.servers[0]} · `));
    const reaped = run(['reap']);
    assert.deepEqual([reaped.status, reaped.stdout], [0, 'No orphaned MCP servers.\n']);
    assert.equal(await host.ask('used'), host.servers[0]);
  });

  it('lists an orphan with its evidence, for people and as JSON, and leaves it running', async () => {
    const { pids } = await orphan();
    const text = run(['list']);
    assert.equal(text.status, 0, text.stderr);
    assert.match(text.stdout, /^left {2}orphaned · test · pid \d+ · .+ MB\n( {4}\S.*\n)+$/);
    assert.match(text.stdout, / no longer exists/);
    const json = run(['list', '--json']);
    assert.equal(json.status, 0, json.stderr);
    const { servers, containersWithoutClient } = JSON.parse(json.stdout);
    const [server, ...others] = servers;
    assert.deepEqual([others, containersWithoutClient], [[], []]);
    assert.equal(server.name, 'left');
    assert.equal(server.verdict, 'orphaned');
    assert.ok(pids.includes(server.pid));
    assert.ok(server.evidence.length >= 2);
    assert.deepEqual(sandbox.living(), pids);
  });

  it('reap --dry-run names what would be ended and ends nothing; reap ends it; then nothing is left', async () => {
    const { root, pids } = await orphan();
    const dry = run(['reap', '--dry-run']);
    assert.equal(dry.status, 0, dry.stderr);
    assert.match(dry.stdout, /^left\n/);
    for (const pid of pids) assert.match(dry.stdout, new RegExp(`pid ${pid} \\(.+\\): would be ended`));
    assert.deepEqual(sandbox.living(), pids);

    const reaped = run(['reap', '--json']);
    assert.equal(reaped.status, 0, reaped.stderr);
    const { results, previews } = JSON.parse(reaped.stdout);
    const [result] = results;
    assert.deepEqual(previews, []);
    assert.deepEqual(result.processes.map((one: { pid: number }) => one.pid).toSorted(), pids.toSorted());
    for (const { pid, outcome } of result.processes) {
      // On a busy machine the child may still be starting, and then dies of SIGTERM.
      assert.match(outcome, pid === root ? /^killed$/ : /^(?:killed|terminated)$/);
    }
    assert.deepEqual(sandbox.living(), []);
    assert.equal(run(['reap']).stdout, 'No orphaned MCP servers.\n');
    assert.deepEqual(readdirSync(sandbox.folder.sessions), []);
  });

  it('reap exits with 3 and the reason if something was spared', async () => {
    const ss = watchedSs(join(sandbox.path, 'bin'));
    await whileSsAnswers(ss, async () => {
      const host = await sandbox.host({}, 'on', { adopted: { shared: DEAF }, sharedStdin: true });
      await killHard(host.child);
      const [server] = host.servers as [number];
      for (const args of [['reap', '--dry-run'], ['reap']]) {
        const { status, stdout, stderr } = run(args, { PATH: ss.path });
        assert.equal(status, 3, stdout + stderr);
        assert.match(stdout, new RegExp(`pid ${server} \\(.+\\): spared, .*stdin`));
      }
      assert.ok(isAlive(server));
    });
  });

  it('reap exits with 1 and what to do if a session cannot be claimed; its servers live', async () => {
    const { pids } = await orphan();
    const { sessions } = sandbox.folder;
    // Root can write into folders without write permission.
    const script = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@"';
    const rights = process.getuid?.() === 0 ? ['-m'] : ['-rm'];
    for (const more of [[], ['--json']]) {
      const { status, stdout, stderr } = spawnSync(
        'unshare',
        [...rights, 'sh', '-c', script, 'sh', sessions, process.execPath, CLI, 'reap', ...more],
        { env: sandbox.environment, encoding: 'utf8' },
      );
      assert.equal(status, 1, stdout + stderr);
      const reason =
        /^Session \S+ could not be claimed, .+EROFS.+ Make sure that you can write to the folder .+ again\.$/;
      assert.match(stderr.trimEnd(), reason);
      if (more.length === 0) assert.equal(stdout, 'left\n    could not be ended\n');
      else assert.match(JSON.stringify(JSON.parse(stdout).results[0].problem.reason), /EROFS/);
    }
    assert.deepEqual(sandbox.living(), pids);
    assert.equal(run(['reap']).status, 0, 'control arm');
    assert.deepEqual(sandbox.living(), []);
  });

  const wrong: [string[], string][] = [
    [[], 'No command given. Use list or reap.'],
    [['--json'], 'No command given. Use list or reap.'],
    [['lst'], 'Unknown command "lst".'],
    [['run'], '"run" is only available in bin/mcp-processes in the data folder.'],
    [['list', 'more'], 'Unexpected argument "more" for "list".'],
    [['list', '--dry-run'], 'Unknown option for "list": --dry-run'],
    [['list', '--yes'], 'Unknown option for "list": --yes'],
    [['reap', '--all'], 'Unknown option for "reap": --all'],
    [['reap', '--yes'], '--yes needs --other-clients.'],
    [['reap', '--force'], "Unknown option '--force'"],
  ];
  for (const [args, why] of wrong) {
    it(`"${args.join(' ')}" is wrong usage: exits with 2, names the word, and prints the usage to stderr`, () => {
      const { status, stdout, stderr } = run(args);
      assert.deepEqual([status, stdout], [2, '']);
      assert.ok(stderr.startsWith(why), stderr);
      assert.match(stderr, /\n\nFinds MCP servers .+\n\n {2}mcp-processes list/);
    });
  }

  it('--help prints the usage to stdout', () => {
    const { status, stdout, stderr } = run(['--help']);
    assert.deepEqual([status, stderr], [0, '']);
    assert.match(stdout, /Exit codes: 0 .*1 .*2 .*3 /);
  });

  it('prints no stack trace if its output is closed early or cannot be written', async () => {
    await orphan();
    const into = (where: string) =>
      spawnSync('bash', ['-c', `"$@" ${where}; echo "\${PIPESTATUS[0]}" >&2`, 'bash', process.execPath, CLI, 'list'], {
        env: sandbox.environment,
        encoding: 'utf8',
      }).stderr;
    assert.equal(into('| true'), '0\n');
    assert.match(into('> /dev/full'), /^The output could not be written: ENOSPC[^\n]+\n1\n$/);
    assert.equal(into('2> /dev/full'), '0\n', 'control arm');
  });

  const unusable: [string, (path: string) => unknown, string?][] = [
    ['is a file', (path) => writeFileSync(path, '')],
    ['is a link', (path) => symlinkSync('/tmp', path)],
    ['is below a file', (path) => writeFileSync(path, ''), 'below'],
    // The system answers ENOENT here, with which Node's recursive mkdir never ends.
    ['is below /proc', (path) => symlinkSync('/proc', path), 'below'],
    [
      'holds a file where a folder must be',
      (path) => {
        mkdirSync(path);
        writeFileSync(join(path, 'sessions'), '');
      },
    ],
  ];
  for (const [what, make, below = ''] of unusable) {
    it(`a data folder that ${what}: exits with 1 and says what to do, without a stack trace`, () => {
      const path = join(sandbox.path, 'unusable');
      make(path);
      for (const command of ['list', 'reap']) {
        const { status, stdout, stderr } = run([command], { MCP_PROCESSES_HOME: join(path, below) });
        assert.deepEqual([status, stdout], [1, ''], stderr);
        assert.match(stderr, /^The data folder .+ cannot be used: .+ or name another one in MCP_PROCESSES_HOME\.\n$/);
      }
    });
  }

  const guards: [string, (path: string) => unknown, string][] = [
    ['is a named pipe', (path) => execFileSync('mkfifo', [path]), 'it is not a file'],
    ['is a folder', (path) => mkdirSync(path), 'it is a folder'],
    ['is damaged', (path) => writeFileSync(path, 'automatic on\nneverReap ["keep'), 'its line neverReap is damaged'],
    // Root can read files without read permission.
    ['cannot be reached', (path) => symlinkSync(path, path), 'ELOOP'],
  ];
  for (const [what, make, reason] of guards) {
    it(`reaps nothing if the list of servers to keep ${what}: exits with 1 and says what to do`, async () => {
      const { pids } = await orphan();
      mkdirSync(join(sandbox.folder.path, 'bin'));
      make(join(sandbox.folder.path, 'bin', 'settings'));
      for (const args of [['reap'], ['reap', '--other-clients', '--yes']]) {
        const { status, stdout, stderr } = run(args);
        assert.deepEqual([status, stdout], [1, ''], stderr);
        assert.match(
          stderr,
          /^The list of servers that must never be reaped cannot be read from .+ start an editor [^\n]+\n$/,
        );
        assert.ok(stderr.includes(`(${reason})`), stderr);
      }
      assert.deepEqual(sandbox.living(), pids);
    });
  }
});
