import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { readHistory } from '../../src/registry/history';
import { writeSession } from '../../src/registry/sessionStore';
import { evidenceSentence } from '../../src/wording/evidence';
import { DATABASE, DATABASE_CLIENT } from '../support/bystanders';
import { ask, identityOf, PLAIN } from '../support/fakeOwner';
import { nextLine } from '../support/nextLine';
import { withSs } from '../support/programs';
import { isAlive } from '../support/sandbox';
import { waitFor } from '../support/waitFor';
import { withSandbox } from '../support/withSandbox';
import { type FakeClient, InstalledWrapper, napsOf } from '../support/wrapper';

/** A Python client whose servers' stdin is a pipe that it keeps open, whatever happens to its children. */
const PIPE_CLIENT = `
import json, subprocess, sys
servers = []
for line in sys.stdin:
    message = json.loads(line)
    if message['do'] == 'start':
        servers.append(subprocess.Popen(message['args'], stdin=subprocess.PIPE, stdout=subprocess.PIPE))
        print(servers[-1].pid, flush=True)
    server = servers[message.get('server', -1)]
    if message['do'] == 'close':
        server.stdin.close()
        print('closed', flush=True)
    if message['do'] == 'ask':
        server.stdin.write(b'{"jsonrpc":"2.0","id":1}\\n'); server.stdin.flush()
        print(server.stdout.readline().decode().strip(), flush=True)
`;

/** A database that does not detach itself. */
const DATABASE_IN_PLACE = `import sys; sys.argv.append('unix')${DATABASE.replace('if os.fork(): os._exit(0)\nos.setsid()\n', '')}`;

/** A wrapper that passes its stdin on, so that the server outlives it. */
const WRAPPER = 'import subprocess, sys; subprocess.Popen(sys.argv[1:]).wait()';

/** An agent in a terminal multiplexer that an MCP server started. Each argument is a JSON command to start. */
const AGENT_IN_TERMINAL = `
import json, os, pty, signal, subprocess, sys
os.setsid()
for name in ('SIGTERM', 'SIGHUP'): signal.signal(getattr(signal, name), signal.SIG_IGN)
signal.alarm(300)
pid, terminal = pty.fork()
if pid == 0: os.execvp('sleep', ['sleep', '300'])
for command in sys.argv[1:]: subprocess.Popen(json.loads(command), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
while True: signal.pause()
`;

/** Writes its request, closes the input as `echo … | server` does, and waits for the answer. */
const ONE_SHOT = `
import subprocess, sys
server = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
print(server.communicate(b'ask\\n')[0].decode().strip(), server.returncode, flush=True)
`;

/**
 * Lets a helper start the server and end, as desktop launchers do; the client owns the pipes. argv: a file for
 * which the helper waits, the command.
 */
const CLIENT_WITH_HELPER = `
import os, subprocess, sys
read, write = os.pipe()
answers, out = os.pipe()
leave = '''
import os, subprocess, sys, time
subprocess.Popen(sys.argv[2:])
while not os.path.exists(sys.argv[1]): time.sleep(0.02)
'''
subprocess.Popen([sys.executable, '-c', leave, *sys.argv[1:]], stdin=read, stdout=out).wait()
os.close(read); os.close(out)
for line in sys.stdin:
    os.write(write, b'{"jsonrpc":"2.0","id":1}\\n')
    print(os.read(answers, 1000).decode().strip() or 'no answer', flush=True)
`;

class PipeClient {
  readonly child: ChildProcess;
  private readonly answers: AsyncIterator<string>;

  constructor(installed: InstalledWrapper) {
    this.child = spawn('python3', ['-c', PIPE_CLIENT], {
      env: installed.environment,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: this.child.stdout as NodeJS.ReadableStream });
    this.answers = lines[Symbol.asyncIterator]();
  }

  async request(message: object): Promise<string> {
    this.child.stdin?.write(`${JSON.stringify(message)}\n`);
    return (await this.answers.next()).value;
  }

  async start(args: readonly string[]): Promise<number> {
    return Number(await this.request({ do: 'start', args }));
  }
}

describe('mcp-processes run, while the client lives', function () {
  this.timeout(120_000);
  const sandbox = withSandbox();
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });
  const pipeClient = (installed: InstalledWrapper) => {
    const client = new PipeClient(installed);
    children.push(client.child);
    return client;
  };
  const client = (installed: InstalledWrapper): FakeClient => {
    const one = installed.client();
    children.push(one.child);
    return one;
  };

  it('L12 ends a deaf server that the client abandons (pipe); the one that it still serves answers', async () => {
    const installed = new InstalledWrapper(sandbox);
    const one = pipeClient(installed);
    const run = (name: string) => one.start([installed.path, 'run', '--', ...installed.server(name, '--deaf')]);
    const served = await run('served');
    const abandoned = await run('abandoned');
    assert.equal(await ask(installed.at('abandoned')), abandoned);
    await installed.protected(2);
    await one.request({ do: 'close', server: 1 });
    await waitFor('the abandoned one is ended', () => !isAlive(abandoned));
    assert.match(await one.request({ do: 'ask', server: 0 }), new RegExp(`"pid":${served}\\b`));
    await waitFor('its session is gone', () => installed.sessions().length === 1);
    assert.equal(readHistory(sandbox.folder, 0, 10)[0]?.by, 'wrapper');
    one.child.kill('SIGKILL');
    await installed.nothingLeft();
  });

  it('K05 keeps a server whose client writes one request, closes the input and waits for the answer', async () => {
    const installed = new InstalledWrapper(sandbox);
    const slow = `read line; while [ ! -e ${installed.at('go')} ]; do sleep 0.2; done; echo answer`;
    const one = spawn('python3', ['-c', ONE_SHOT, installed.path, 'run', '--', 'sh', '-c', slow], {
      env: installed.environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(one);
    const line = nextLine(one);
    await laterProbes(installed);
    writeFileSync(installed.at('go'), '');
    assert.equal(await line, 'answer 0');
    await installed.nothingLeft();
  });

  it('K05 K23 keeps a server with closed input while a process is connected to it @no-ss', async () => {
    const installed = new InstalledWrapper(sandbox);
    const one = pipeClient(installed);
    const path = installed.at('served');
    await one.start([installed.path, 'run', '--', 'python3', '-c', DATABASE_IN_PLACE, path]);
    await waitFor('it listens', () => {
      const socket = connect(path);
      return new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject)).then(
        () => !!socket.destroy(),
      );
    });
    const user = spawn('python3', ['-c', DATABASE_CLIENT, path, 'unix'], { env: sandbox.environment });
    children.push(user);
    const answers = createInterface({ input: user.stdout })[Symbol.asyncIterator]();
    const asked = async () => {
      user.stdin.write('?\n');
      return Number((await answers.next()).value);
    };
    const server = await asked();
    assert.ok(isAlive(server));
    await installed.protected();
    await one.request({ do: 'close' });
    await waitFor('two probes', () => (sandbox.guardLog().match(/is spared: /g) ?? []).length >= 2);
    assert.equal(await asked(), server);
    user.kill('SIGKILL');
    await waitFor('now it is ended', () => !isAlive(server));
    await forgotten(installed);
  });

  it('K05 keeps a server that an ended helper started for the client, and ends it without the client @no-ss', async () => {
    const installed = new InstalledWrapper(sandbox);
    const run = [installed.path, 'run', '--', ...installed.server('it', '--deaf')];
    const one = spawn('python3', ['-c', CLIENT_WITH_HELPER, installed.at('go'), ...run], {
      env: installed.environment,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    children.push(one);
    const server = await ask(installed.at('it'));
    await installed.protected();
    writeFileSync(installed.at('go'), '');
    await waitFor('the watcher has probed it', () => sandbox.guards().length === 0);
    const tracker = await sandbox.tracker();
    await tracker.sweep();
    const answer = nextLine(one);
    one.stdin.write('?\n');
    assert.equal(JSON.parse(await answer).result.pid, server);
    const evidence = tracker.inventory.servers.flatMap((row) => row.evidence.map(evidenceSentence)).join('\n');
    assert.match(evidence, /its stdin is still held by \S+ \(pid \d+\)/);
    one.kill('SIGKILL');
    await waitFor('the client is gone', () => !isAlive(one.pid as number));
    await waitFor('control', async () => {
      await tracker.sweep();
      return !isAlive(server);
    });
  });

  it('L12 ends a deaf server that the client abandons (socket pair) if `ss` can prove it @no-ss', async () => {
    const installed = new InstalledWrapper(sandbox);
    const child = installed.run(installed.server('abandoned', '--deaf'));
    assert.equal(await ask(installed.at('abandoned')), child.pid);
    await installed.protected();
    child.stdin?.destroy();
    if (withSs) await waitFor('it is ended', () => !isAlive(child.pid as number));
    else {
      await laterProbes(installed);
      assert.equal(await ask(installed.at('abandoned')), child.pid);
      child.kill('SIGKILL');
    }
    await installed.nothingLeft();
  });

  it('L06 ends what escaped from a server that has ended', async () => {
    const installed = new InstalledWrapper(sandbox);
    const one = pipeClient(installed);
    const server = await one.start([
      installed.path,
      'run',
      '--',
      ...installed.server('it', installed.escaped('escaped')),
    ]);
    const escaped = await ask(installed.at('escaped'));
    assert.equal(await ask(installed.at('it')), server);
    await installed.protected();
    await one.request({ do: 'close' });
    await waitFor('it is ended', () => !isAlive(escaped));
    await forgotten(installed);
  });

  it('K05 L04 keeps a served server whose wrapper is dead, until it is abandoned', async () => {
    const installed = new InstalledWrapper(sandbox);
    const one = pipeClient(installed);
    const wrapper = await one.start([
      installed.path,
      'run',
      '--',
      'python3',
      '-c',
      WRAPPER,
      ...installed.server('it', '--deaf'),
    ]);
    const server = await ask(installed.at('it'));
    assert.notEqual(server, wrapper);
    await installed.protected();
    process.kill(wrapper, 'SIGKILL');
    const kept = () => sandbox.guardLog().match(/is spared: its stdin is held by \S+ \(pid \d+\)/g) ?? [];
    await waitFor('two probes of it', () => kept().length >= 2);
    assert.ok(!isAlive(wrapper));
    assert.match(await one.request({ do: 'ask' }), new RegExp(`"pid":${server}\\b`));
    await one.request({ do: 'close' });
    await waitFor('it is ended', () => !isAlive(server));
    await forgotten(installed);
  });

  it('K20 keeps an abandoned server that the user lists to keep; control: the other is ended', async () => {
    const installed = new InstalledWrapper(sandbox, 'dash', { neverReap: ['spared.sock'] });
    const one = pipeClient(installed);
    const run = (name: string) => one.start([installed.path, 'run', '--', ...installed.server(name, '--deaf')]);
    const kept = await run('spared');
    const control = await run('control');
    assert.equal(await ask(installed.at('control')), control);
    await installed.protected(2);
    await one.request({ do: 'close', server: 0 });
    await one.request({ do: 'close', server: 1 });
    await waitFor('the control is ended', () => !isAlive(control));
    await waitFor('the other was considered', () => /neverReap lists it/.test(sandbox.guardLog()));
    assert.equal(await ask(installed.at('spared')), kept);
  });

  it('gives a nested run its own session; both end with the client', async () => {
    const installed = new InstalledWrapper(sandbox);
    const one = client(installed);
    const command = { command: installed.path, args: ['run', '--', ...installed.server('inner', '--deaf')] };
    const outer = await one.start(installed.server('outer', '--deaf', `--run=${JSON.stringify(command)}`));
    const inner = await ask(installed.at('inner'));
    await installed.protected(2);
    const owners = new Set(installed.sessions().map(({ owner }) => owner.pid));
    assert.deepEqual(owners, new Set([one.child.pid, outer]));
    await one.kill();
    await waitFor('both are ended', () => !isAlive(outer) && !isAlive(inner));
    await installed.nothingLeft();
  });

  it('K22 keeps the server of an inner client in a terminal when the outer client dies, even in the outer’s census', async () => {
    const installed = new InstalledWrapper(sandbox);
    const one = client(installed);
    const agent = (command: string[]) =>
      `--run=${JSON.stringify({ command: 'python3', args: ['-c', AGENT_IN_TERMINAL, JSON.stringify(command)] })}`;
    const withRun = agent([installed.path, 'run', '--', ...installed.server('inner', '--deaf')]);
    // Control: without its own session it belongs to the outer server.
    const without = agent(installed.server('bare', '--deaf'));
    const outer = await one.start(installed.server('outer', '--deaf', withRun, without));
    const inner = await ask(installed.at('inner'));
    const bare = await ask(installed.at('bare'));
    await installed.protected(2);
    const outerSession = installed.sessions().find(({ owner }) => owner.pid === one.child.pid);
    const innerSession = installed.sessions().find(({ owner }) => owner.pid !== one.child.pid);
    assert.ok(outerSession && innerSession);
    // As a sweep would have noted it just before it got its own cookie.
    const census = [await identityOf(inner)];
    writeSession(sandbox.folder, {
      ...outerSession,
      records: outerSession.records.map((record) => ({ ...record, census })),
    });
    await one.kill();
    await waitFor('what is the outer client’s is ended', () => !isAlive(outer) && !isAlive(bare));
    await waitFor('the outer watcher has ended', () => sandbox.watchers().length === 1);
    assert.equal(await ask(installed.at('inner')), inner);
    assert.ok(isAlive(innerSession.owner.pid), 'the agent has a terminal');
    process.kill(innerSession.owner.pid, 'SIGKILL');
    await waitFor('now it is ended', () => !isAlive(inner));
  });

  it('leaves nothing of a server that the editor launched through run, once it is stopped', async () => {
    const installed = new InstalledWrapper(sandbox);
    const tracker = await sandbox.tracker();
    const escaping = JSON.stringify({
      command: process.execPath,
      args: [PLAIN, '--deaf', `--answer=${installed.at('escaped')}`],
      detached: true,
    });
    const args = ['run', '--', process.execPath, join(__dirname, '../servers/server.mjs'), '--deaf-to-eof'];
    const starter = `require("child_process").spawn(...((x) => [x.command, x.args, { detached: true, stdio: "ignore" }])(${escaping}))`;
    await tracker.servers.launch({
      ...sandbox.server('it'),
      command: installed.path,
      args: [
        ...args.slice(0, 2),
        process.execPath,
        '-e',
        `${starter}; import(${JSON.stringify(args[3])})`,
        'x',
        '--deaf-to-eof',
      ],
      environment: installed.environment,
    });
    const escaped = await ask(installed.at('escaped'));
    await waitFor('the session of the editor, and that of the wrapper', () => installed.sessions().length === 2);
    await tracker.servers.stop('it');
    await waitFor('what escaped is ended', () => !isAlive(escaped));
    await installed.nothingLeft();
  });
});

/** Waits until no session and no watcher is left, while the client lives. */
async function forgotten(installed: InstalledWrapper): Promise<void> {
  await waitFor('it is forgotten', () => installed.sessions().length + installed.sandbox.guards().length === 0);
}

/** Waits until the watcher has probed the stdin at least twice more; it does so in every sixth round. */
async function laterProbes(installed: InstalledWrapper): Promise<void> {
  const [watcher] = (await installed.protected()) as [number];
  const naps = new Set<string>();
  await waitFor('the watcher has run for some seconds', () => {
    for (const pid of napsOf(watcher)) naps.add(pid);
    return naps.size > 12;
  });
}
