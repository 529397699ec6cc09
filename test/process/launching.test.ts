import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mock } from 'node:test';
import type { ConfiguredServer } from '../../src/clients/configuredServer';
import type { LaunchDescription } from '../../src/clients/launchDescription';
import { readHistory } from '../../src/registry/history';
import { parseSession } from '../../src/registry/schema';
import type { Tracker } from '../../src/tracker/tracker';
import { scripts } from '../support/programs';
import { waitFor } from '../support/waitFor';
import { withSandbox } from '../support/withSandbox';

describe('launching a server', function () {
  this.timeout(120_000);
  const sandbox = withSandbox();

  const sessionFile = () => {
    const [file] = readdirSync(sandbox.folder.sessions);
    const parsed = parseSession(readFileSync(join(sandbox.folder.sessions, file as string), 'utf8'));
    assert.equal(parsed.kind, 'session');
    return parsed.kind === 'session' ? parsed.session : undefined;
  };

  const serverInfoOf = (tracker: Tracker, server: string) =>
    tracker.inventory.servers.flatMap((one) =>
      one.kind === 'launched' && one.key === server ? [one.serverInfo] : [],
    )[0];

  it('records it, speaks MCP with it, calls a tool, and ends it', async () => {
    const tracker = await sandbox.tracker();
    await tracker.servers.launch({ ...sandbox.server('one'), grace: { stdin: 30_000, term: 300 } });
    const [view] = tracker.inventory.servers;
    assert.ok(view?.kind === 'launched');
    assert.equal(view.state, 'running');
    assert.deepEqual(view?.serverInfo, { name: 'fixture', version: '1.0.0', tools: 1, resources: 0, prompts: 0 });
    assert.equal(sessionFile()?.records[0]?.root?.pid, view?.pid);
    const answer = (await tracker.servers.callTool('one', 'whoami', {})) as { content: { text: string }[] };
    assert.deepEqual(JSON.parse(answer.content[0]?.text as string), { pid: view?.pid, cookie: true });
    const result = await tracker.servers.stop('one');
    assert.deepEqual(
      result.processes.map(({ outcome }) => outcome),
      ['exited'],
    );
    assert.deepEqual(sandbox.living(), []);
    assert.deepEqual(readdirSync(sandbox.folder.sessions), []);
  });

  it('speaks with a server that knows only the protocol revision without initialize', async () => {
    const tracker = await sandbox.tracker();
    await tracker.servers.launch(sandbox.server('newest', '--newest'));
    const serverInfo = serverInfoOf(tracker, 'newest');
    assert.deepEqual([serverInfo?.name, serverInfo?.tools], ['newest', 1]);
    await tracker.servers.stop('newest');
  });

  it('starting twice does not start two', async () => {
    const tracker = await sandbox.tracker();
    await Promise.all([tracker.servers.launch(sandbox.server('one')), tracker.servers.launch(sandbox.server('one'))]);
    await tracker.servers.launch(sandbox.server('one'));
    assert.equal(sandbox.living().length, 1);
    await tracker.servers.stop('one');
  });

  it('stop runs the whole ladder for a server that ignores everything, and its children', async () => {
    const tracker = await sandbox.tracker();
    await tracker.servers.launch(sandbox.server('deaf', '--deaf-to-eof', '--deaf-to-term', '--child=setsid'));
    await waitFor('its child runs', () => sandbox.living().length === 2);
    const result = await tracker.servers.stop('deaf');
    const outcomes = result.processes.map(({ outcome }) => outcome);
    assert.equal(outcomes.length, 2);
    // The server; on a busy machine its child may still be starting, and then dies of SIGTERM.
    assert.ok(outcomes.includes('killed') && outcomes.every((one) => one === 'killed' || one === 'terminated'));
    assert.deepEqual(sandbox.living(), []);
  });

  const failures: [string, Record<string, unknown> | ((folder: string) => Record<string, unknown>), RegExp][] = [
    ['a program that does not exist', { command: 'no-such-program-xyz' }, /was not found. Install it/],
    // /etc/hosts is not a folder: the same error as for a folder without access.
    [
      'a missing program, with a part of PATH that cannot be read',
      { command: 'no-such-program-xyz', environment: { ...process.env, PATH: '/etc/hosts:/usr/bin' } },
      /was not found. Install it/,
    ],
    ['a command that is a folder', { command: '/usr/' }, /is a folder/],
    ['a path through a file', { command: '/etc/hosts/program' }, /is not a valid path to a program \(ENOTDIR\)/],
    [
      'a script whose interpreter is missing',
      (folder) => {
        const command = join(folder, 'script');
        writeFileSync(command, '#!/no/such/interpreter\n', { mode: 0o755 });
        return { command };
      },
      /needs an interpreter that was not found \(see its first line\)/,
    ],
    [
      'more arguments than the system allows',
      { args: ['x'.repeat(3 << 20)] },
      /larger than this system allows\. Shorten/,
    ],
    // Node's own message quotes the whole value.
    ['a NUL byte in a secret', { environment: { KEY: 'hunter2\0' } }, /^(?!.*hunter2).*contain a NUL byte/],
    ['a working folder that does not exist', { cwd: '/no/such/folder' }, /working folder .* does not exist/],
    ['a working folder that is a file', { cwd: '/etc/hosts' }, /working folder .* is not a folder/],
  ];
  for (const [what, change, expected] of failures) {
    it(`says what to do about ${what}, and leaves no record`, async () => {
      const tracker = await sandbox.tracker();
      const changed = typeof change === 'function' ? change(sandbox.path) : change;
      await assert.rejects(tracker.servers.launch({ ...sandbox.server('bad'), ...changed }), (error: Error) => {
        assert.match(error.message, expected);
        assert.match(error.message, /^"bad" cannot start: /);
        return true;
      });
      assert.deepEqual(readdirSync(sandbox.folder.sessions), []);
    });
  }

  it('reports an exit during the handshake with the last output, and no secret', async () => {
    const tracker = await sandbox.tracker();
    await assert.rejects(tracker.servers.launch(sandbox.server('dies', '--die')), (error: Error) => {
      assert.match(error.message, /exited with code 3 before it answered/);
      assert.match(error.message, /cannot open the database/);
      assert.doesNotMatch(error.message + sandbox.log.join(), /not-a-real-one/);
      return true;
    });
    assert.deepEqual(readdirSync(sandbox.folder.sessions), []);
  });

  for (const flag of ['--silent', '--garbage']) {
    it(`gives up on a server with ${flag}, and ends it`, async () => {
      const tracker = await sandbox.tracker({ launchTimeout: 1_000 });
      await assert.rejects(tracker.servers.launch(sandbox.server('odd', flag)), /did not answer within 1 s/);
      assert.deepEqual(sandbox.living(), []);
      assert.equal(tracker.inventory.servers[0]?.state, 'failed');
    });
  }

  const stateOf = (tracker: Tracker, server: string) =>
    tracker.inventory.servers.find(({ key }) => key === server)?.state;
  const ladders = () => readHistory(sandbox.folder, 0, 10).length;

  /** A configured server of ours; each start calls `describe`. */
  const configured = (key: string, describe: () => Promise<LaunchDescription>): ConfiguredServer => ({
    key,
    name: key,
    client: 'test',
    folder: undefined,
    file: undefined,
    managedBy: 'mcpProcesses',
    describe,
    matches: () => false,
  });

  it('stopped twice at once, has one ladder; stopped already, says so and can be started again', async () => {
    const tracker = await sandbox.tracker();
    await tracker.servers.launch(sandbox.server('one'));
    const [first, second] = await Promise.all([tracker.servers.stop('one'), tracker.servers.stop('one')]);
    assert.deepEqual(first, second);
    assert.equal(ladders(), 1);
    await assert.rejects(tracker.servers.stop('one'), /This server is not running/);
    assert.equal(stateOf(tracker, 'one'), 'stopped');
    await tracker.servers.restart('one');
    assert.equal(stateOf(tracker, 'one'), 'running');
    await tracker.servers.stop('one');
  });

  it('is not running after a failed start, and can be started again', async () => {
    const tracker = await sandbox.tracker();
    await assert.rejects(tracker.servers.launch(sandbox.server('dies', '--die')));
    await assert.rejects(tracker.servers.stop('dies'), /This server is not running/);
    assert.equal(stateOf(tracker, 'dies'), 'failed');
    await assert.rejects(tracker.servers.restart('dies'), /before it answered/);
  });

  it('stopped during its handshake, counts as stopped, not as failed, and one ladder ends it', async () => {
    const tracker = await sandbox.tracker();
    const launched = assert.rejects(
      tracker.servers.launch(sandbox.server('mute', '--silent')),
      /was stopped while it was starting/,
    );
    await waitFor('it starts', () => sandbox.log.some((line) => line.startsWith('Started "mute"')));
    await tracker.servers.stop('mute');
    await launched;
    assert.equal(stateOf(tracker, 'mute'), 'stopped');
    assert.equal(ladders(), 1);
    assert.deepEqual(sandbox.living(), []);
  });

  it('when the window closes during its handshake, is ended by one ladder', async () => {
    const tracker = await sandbox.tracker();
    const launched = assert.rejects(
      tracker.servers.launch(sandbox.server('mute', '--silent')),
      /was stopped while it was starting/,
    );
    await waitFor('it starts', () => sandbox.log.some((line) => line.startsWith('Started "mute"')));
    await tracker.deactivate();
    await launched;
    assert.equal(ladders(), 1);
    assert.deepEqual(sandbox.living(), []);
  });

  it('can be restarted during its handshake', async () => {
    const flags = ['--silent'];
    const describe = async () => sandbox.server('odd', ...flags.splice(0));
    const tracker = await sandbox.tracker({}, { configured: () => [configured('odd', describe)] });
    const started = assert.rejects(tracker.servers.start('odd'), /was stopped while it was starting/);
    await waitFor('it starts', () => sandbox.log.some((line) => line.startsWith('Started "odd"')));
    await tracker.servers.restart('odd');
    await started;
    assert.equal(stateOf(tracker, 'odd'), 'running');
    await tracker.servers.stop('odd');
  });

  it('asks for its inputs once: not for a second start meanwhile, and not while it is running', async () => {
    let asked = 0;
    const describe = async () => {
      asked++;
      return sandbox.server('one');
    };
    const tracker = await sandbox.tracker({}, { configured: () => [configured('one', describe)] });
    await Promise.all([tracker.servers.start('one'), tracker.servers.start('one')]);
    await tracker.servers.start('one');
    assert.equal(asked, 1);
    await tracker.servers.stop('one');
  });

  it('can be started again if its question is not answered', async () => {
    let asked = 0;
    const describe = () =>
      asked++ === 0 ? new Promise<LaunchDescription>(() => {}) : Promise.resolve(sandbox.server('one'));
    const tracker = await sandbox.tracker({}, { configured: () => [configured('one', describe)] });
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      const first = assert.rejects(tracker.servers.start('one'), /Timed out waiting for input values\. Start it again/);
      mock.timers.tick(10 * 60_000);
      await first;
    } finally {
      mock.timers.reset();
    }
    await tracker.servers.start('one');
    assert.equal(stateOf(tracker, 'one'), 'running');
    await tracker.servers.stop('one');
  });

  it('is not started if the window closes while its guard is being prepared', async () => {
    const [asked, go] = [join(sandbox.path, 'asked'), join(sandbox.path, 'go')];
    const body = `touch '${asked}'; while [ ! -e '${go}' ]; do sleep 0.05; done; exec '${process.execPath}' "$@"`;
    const node = join(scripts(join(sandbox.path, 'bin'), { node: body }), 'node');
    const tracker = await sandbox.tracker({ guard: true }, { node });
    const launched = assert.rejects(tracker.servers.launch(sandbox.server('late')), /The window is closing/);
    await waitFor('its guard is being prepared', () => existsSync(asked));
    await tracker.deactivate();
    writeFileSync(go, '');
    await launched;
    assert.deepEqual(sandbox.living(), []);
  });

  it('is not running if its process has ended before the last answer of the handshake', async () => {
    const tracker = await sandbox.tracker();
    await assert.rejects(
      tracker.servers.launch(sandbox.server('gone', '--heir')),
      /ended by SIGKILL before it answered/,
    );
    assert.equal(stateOf(tracker, 'gone'), 'failed');
    await waitFor('what it left is ended', () => sandbox.living().length === 0);
  });

  it('works even if it offers what it cannot list', async () => {
    const tracker = await sandbox.tracker();
    await tracker.servers.launch(sandbox.server('bare', '--no-lists'));
    const serverInfo = serverInfoOf(tracker, 'bare');
    assert.deepEqual(serverInfo, { name: 'written', version: '1.0.0', tools: 0, resources: 0, prompts: 0 });
    await tracker.servers.stop('bare');
  });

  it('shows no secret from its answers', async () => {
    const tracker = await sandbox.tracker();
    await assert.rejects(tracker.servers.launch(sandbox.server('odd', '--odd-version')), (error: Error) => {
      assert.match(error.message, /did not speak MCP: .* is not supported/);
      assert.doesNotMatch(error.message + sandbox.log.join() + JSON.stringify(tracker.inventory), /not-a-real-one/);
      return true;
    });
  });

  it('that refuses a request or exits during one is named, with what to do', async () => {
    const note = join(sandbox.path, 'called');
    const tracker = await sandbox.tracker();
    await tracker.servers.launch(sandbox.server('one', `--note-cancel=${note}`));
    const failed = (request: Promise<unknown>, message: RegExp) =>
      assert.rejects(request, (error: Error) => error.name === 'UserError' && message.test(error.message));
    const interrupted = failed(
      tracker.servers.callTool('one', 'wait', {}),
      /^"one" exited before it answered\. Start it again\.$/,
    );
    await waitFor('it is called', () => existsSync(`${note}.called`));
    process.kill(tracker.inventory.servers[0]?.pid as number, 'SIGKILL');
    await interrupted;
    await tracker.servers.launch(sandbox.server('bare', '--no-lists'));
    await failed(
      tracker.servers.callTool('bare', 'echo', {}),
      /^"bare" did not run the tool "echo"\. Check its name and arguments\. The answer was: .*no method tools\/call/,
    );
    await failed(
      tracker.servers.listTools('bare'),
      /^"bare" did not list its tools\. Its output may say why\. The answer was: .*no method tools\/list/,
    );
    await tracker.servers.stop('bare');
  });

  it('is told when a call of its tool is cancelled', async () => {
    const note = join(sandbox.path, 'cancelled');
    const tracker = await sandbox.tracker();
    await tracker.servers.launch(sandbox.server('slow', `--note-cancel=${note}`));
    const call = new AbortController();
    const called = assert.rejects(
      tracker.servers.callTool('slow', 'wait', {}, call.signal),
      (error: Error) => error.name !== 'UserError',
    );
    await waitFor('it is called', () => existsSync(`${note}.called`));
    call.abort();
    await called;
    await waitFor('the server is told', () => existsSync(note));
    await tracker.servers.stop('slow');
  });
});
