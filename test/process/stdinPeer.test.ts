import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { StdinPeer } from '../../src/os/platform';
import type { FailedInspection } from '../../src/os/reason';
import { pidsOf } from '../../src/os/users';
import { reasonSentence } from '../../src/wording/reasons';
import { definite } from '../support/askingAgain';
import { identityOf, PLAIN, pidIn, procfs } from '../support/fakeOwner';
import { nextLine } from '../support/nextLine';
import { mainThreadGone, withoutMainThread } from '../support/parents';
import { programPath, scripts, withPath, withSs } from '../support/programs';
import { isAlive, killHard } from '../support/sandbox';
import { waitFor } from '../support/waitFor';
import { withSandbox } from '../support/withSandbox';

const SERVER = [process.execPath, PLAIN, '--deaf'];

/** Clients in three languages: each starts a server, passes requests on, and may share the writing end with a third. */
const CLIENTS = {
  node: (server: string[], third: boolean) => [
    process.execPath,
    '-e',
    `const { spawn } = require('node:child_process');
    const [command, ...args] = ${JSON.stringify(server)};
    const c = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    if (${third}) spawn('sleep', ['300'], { stdio: ['ignore', 'ignore', 'ignore', c.stdin], detached: true });
    process.stdin.pipe(c.stdin); c.stdout.pipe(process.stdout);`,
  ],
  python: (server: string[], third: boolean) => [
    'python3',
    '-c',
    `import subprocess, sys
c = subprocess.Popen(${JSON.stringify(server)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
if ${third ? 1 : 0}: subprocess.Popen(['sleep', '300'], pass_fds=[c.stdin.fileno()], stdin=subprocess.DEVNULL)
while True:
    line = sys.stdin.buffer.readline()
    if not line: break
    c.stdin.write(line); c.stdin.flush()
    sys.stdout.buffer.write(c.stdout.readline()); sys.stdout.flush()`,
  ],
  sh: (server: string[], third: boolean) => [
    'sh',
    '-c',
    // A shell's background job would have /dev/null as its stdin.
    `exec 3<&0; { ${third ? 'sleep 300 &' : ''} exec cat <&3; } | "$@"`,
    'sh',
    ...server,
  ],
} as const;

describe('the stdin peer @root @no-ss', function () {
  this.timeout(120_000);
  const sandbox = withSandbox();
  let client: ChildProcess | undefined;

  async function start(kind: keyof typeof CLIENTS, { third = false, under = [] as string[] } = {}): Promise<number> {
    const file = join(sandbox.path, 'server.pid');
    const [command, ...args] = CLIENTS[kind]([...under, ...SERVER, `--pid-file=${file}`], third) as string[];
    client = spawn(command as string, args, { env: sandbox.environment, stdio: ['pipe', 'pipe', 'inherit'] });
    return pidIn(file);
  }

  async function askOnce(pid: number): Promise<StdinPeer> {
    return procfs().stdinPeer(await identityOf(pid));
  }

  /** The answer, however busy the machine is. */
  function peerOf(pid: number): Promise<StdinPeer> {
    return definite(() => askOnce(pid));
  }

  /** Sends a request through the client and waits for the answer, which shows that nothing was taken from the pipe. */
  async function answerThrough(child: ChildProcess, id: number): Promise<number> {
    const line = nextLine(child);
    child.stdin?.write(`{"jsonrpc":"2.0","id":${id},"method":"ping"}\n`);
    const answer = JSON.parse(await line);
    assert.equal(answer.id, id);
    return answer.result.pid;
  }

  /** Kills the client, and its processes that hold the writing end, but nothing of the server's. */
  async function killClient(server: number, except: readonly number[] = []): Promise<void> {
    const doomed = sandbox.living().filter((pid) => pid !== server && !except.includes(pid));
    for (const pid of doomed) process.kill(pid, 'SIGKILL');
    await waitFor('the client is gone', () => doomed.every((pid) => !isAlive(pid)));
  }

  const isSleep = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, 'latin1').startsWith('sleep\0');

  for (const kind of Object.keys(CLIENTS) as (keyof typeof CLIENTS)[]) {
    // Only `ss` shows the ends of a socket pair.
    const isKnown = kind !== 'node' || withSs;

    it(`is alive while a ${kind} client lives, gone with it, and the server never notices the probe`, async () => {
      const server = await start(kind);
      const peer = await peerOf(server);
      assert.equal(peer.kind, isKnown ? 'alive' : 'unknown', JSON.stringify(peer));
      if (peer.kind === 'alive') {
        const holders = pidsOf(peer.by);
        assert.ok(holders.every((pid) => pid !== server && sandbox.living().includes(pid)));
        assert.ok(holders.length > 0);
      }
      assert.equal(await answerThrough(client as ChildProcess, 7), server);
      await killClient(server);
      const after = await peerOf(server);
      assert.equal(after.kind, isKnown ? 'gone' : 'unknown', JSON.stringify(after));
      assert.ok(isAlive(server));
    });

    it(`is alive while a third process holds the end that a dead ${kind} client left`, async () => {
      const server = await start(kind, { third: true });
      const third = await waitFor('the third process', () => sandbox.living().find(isSleep));
      await killClient(server, [third]);
      const peer = await peerOf(server);
      assert.equal(peer.kind, isKnown ? 'alive' : 'unknown', JSON.stringify(peer));
      if (peer.kind === 'alive') assert.deepEqual(pidsOf(peer.by), [third]);
      // Control arm: without the third process it is gone.
      process.kill(third, 'SIGKILL');
      await waitFor('the third is gone', () => !isAlive(third));
      assert.equal((await peerOf(server)).kind, isKnown ? 'gone' : 'unknown');
    });
  }

  it('does not take a request that waits in the pipe for a busy server', async () => {
    const server = await start('python');
    process.kill(server, 'SIGSTOP');
    const answer = answerThrough(client as ChildProcess, 11);
    await waitFor('the request is in the pipe', () => waitingIn(server) > 0);
    for (let round = 0; round < 5; round++) assert.equal((await peerOf(server)).kind, 'alive');
    assert.ok(waitingIn(server) > 0);
    process.kill(server, 'SIGCONT');
    assert.equal(await answer, server);
  });

  it('L25 is seen through another thread when the main thread is gone', async () => {
    const file = join(sandbox.path, 'server.pid');
    const threaded = withoutMainThread(`import os; open(${JSON.stringify(file)}, 'w').write(str(os.getpid()))`);
    const holder = spawn('python3', ['-c', threaded], {
      env: sandbox.environment,
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    const pid = await pidIn(file);
    await mainThreadGone(pid);
    const peer = await peerOf(pid);
    assert.equal(peer.kind, withSs ? 'alive' : 'unknown', JSON.stringify(peer));
    holder.stdin?.destroy();
    await waitFor('the peer is gone', async () => (await peerOf(pid)).kind === (withSs ? 'gone' : 'unknown'));
  });

  describe('is unknown', () => {
    const unknown = async (peer: Promise<StdinPeer>, reason: RegExp, failure?: FailedInspection) => {
      const said = await peer;
      assert.equal(said.kind, 'unknown', JSON.stringify(said));
      if (said.kind !== 'unknown') return;
      assert.match(reasonSentence(said.reason), reason);
      assert.equal(said.failure, failure, JSON.stringify(said));
    };

    it('for a socket pair without ss, dead or alive', async () => {
      const server = await start('node');
      await withPath('/nonexistent', () => unknown(peerOf(server), /`ss` is not installed/, 'no means'));
      await killClient(server);
      await withPath('/nonexistent', () => unknown(peerOf(server), /`ss` is not installed/, 'no means'));
    });

    if (withSs) {
      it('for a socket pair whose living peer an ss without socket diagnosis prints as 0', async () => {
        const server = await start('node');
        const ss = scripts(join(sandbox.path, 'bin'), {
          ss: `PROC_NET_UNIX=/proc/net/unix exec ${programPath('ss')} "$@"`,
        });
        await withPath(ss, () => unknown(peerOf(server), /cannot tell who holds/, 'no means'));
        // Control arm: the same ss, asking the kernel, sees it.
        assert.equal((await peerOf(server)).kind, 'alive');
      });

      it('for a socket pair when ss fails or hangs', async () => {
        const server = await start('node');
        for (const body of ['exit 1', 'exec sleep 300']) {
          const path = `${scripts(join(sandbox.path, 'bin'), { ss: body })}:/usr/bin:/bin`;
          await withPath(path, () => unknown(askOnce(server), /`ss` (?:failed|did not answer)/, 'failed'));
        }
      });
    }

    it('for a pipe without perl and python3; with either it is known', async () => {
      // A program on PATH may be a script that needs the rest of PATH.
      const executables = {
        perl: execFileSync('perl', ['-e', 'print $^X'], { encoding: 'utf8' }),
        python3: execFileSync('python3', ['-c', 'import sys; print(sys.executable, end="")'], { encoding: 'utf8' }),
      };
      const server = await start('python');
      await withPath('/nonexistent', () => unknown(peerOf(server), /neither perl nor python3/, 'no means'));
      for (const program of ['perl', 'python3'] as const) {
        const bin = scripts(join(sandbox.path, program), { [program]: `exec ${executables[program]} "$@"` });
        await withPath(bin, async () => assert.equal((await peerOf(server)).kind, 'alive', program));
      }
      await killClient(server);
      await withPath('/nonexistent', () => unknown(peerOf(server), /neither perl nor python3/, 'no means'));
      for (const program of ['perl', 'python3']) {
        await withPath(join(sandbox.path, program), async () =>
          assert.equal((await peerOf(server)).kind, 'gone', program),
        );
      }
    });

    it('for a pipe when the prober hangs or lies about which pipe it saw', async () => {
      const server = await start('python');
      await killClient(server);
      const { dev } = statSync(`/proc/${server}/fd/0`);
      for (const body of ['exec /bin/sleep 300', 'echo nonsense', `echo ${dev} 12345 0`, 'exit 9']) {
        const bin = scripts(join(sandbox.path, 'bin'), { perl: body, python3: body });
        await withPath(bin, () =>
          unknown(askOnce(server), /could not be examined|changed while it was examined/, 'failed'),
        );
      }
    });

    for (const [what, stdin] of [
      ['/dev/null', 'ignore'],
      ['a file', 'file'],
    ] as const) {
      it(`for ${what}`, async () => {
        const fd = stdin === 'file' ? openSync(PLAIN, 'r') : undefined;
        const child = spawn('sleep', ['300'], {
          env: sandbox.environment,
          stdio: [fd ?? 'ignore', 'ignore', 'ignore'],
        });
        if (fd !== undefined) closeSync(fd);
        await unknown(peerOf(child.pid as number), /neither a socket pair nor a pipe/);
        await killHard(child);
      });
    }

    it('for a named pipe, a terminal, and none at all', async () => {
      const shells = [
        ['mkfifo "$0"; exec sleep 300 <>"$0"', /neither/],
        ['exec sleep 300 <&-', /has no stdin/],
      ] as const;
      for (const [body, reason] of shells) {
        const child = spawn('sh', ['-c', body, join(sandbox.path, 'fifo')], { env: sandbox.environment });
        await waitFor('sleep runs', () => isSleep(child.pid as number));
        // While its libraries are loaded, one of them may be its descriptor 0.
        await waitFor('it is found out', async () => {
          await unknown(peerOf(child.pid as number), reason);
          return true;
        });
        await killHard(child);
      }
      const tty = spawn('python3', ['-c', 'import pty; pty.spawn(["sleep", "300"])'], {
        env: sandbox.environment,
        stdio: 'ignore',
      });
      const sleeper = await waitFor('sleep runs', () => sandbox.living().find(isSleep));
      assert.match(readlinkSync(`/proc/${sleeper}/fd/0`), /^\/dev\/pts\//);
      await unknown(peerOf(sleeper), /neither/);
      await killHard(tty);
    });

    it('for an identity that is gone, another, or of another scope', async () => {
      const server = await start('python');
      const identity = await identityOf(server);
      await killClient(server);
      const platform = procfs();
      await unknown(platform.stdinPeer({ ...identity, start: 't1' }), /gone/);
      await unknown(platform.stdinPeer({ ...identity, scope: 't0000000000000000' }), /another boot/);
      // Control arm: the right identity gets an answer.
      assert.equal((await definite(() => platform.stdinPeer(identity))).kind, 'gone');
      process.kill(server, 'SIGKILL');
      await waitFor('the server is gone', () => !isAlive(server));
      await unknown(platform.stdinPeer(identity), /gone|main thread/);
    });

    it('for a server in another network namespace', async () => {
      // An ordinary user needs their own user namespace for it.
      const unshare = ['unshare', ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']), '--net'];
      const server = await start('node', { under: unshare });
      const link = readlinkSync(`/proc/${server}/ns/net`);
      assert.notEqual(link, readlinkSync('/proc/self/ns/net'));
      await unknown(peerOf(server), /another network namespace/);
    });

    if (process.getuid?.() !== 0) {
      it("for another user's process", async () => {
        const platform = procfs();
        const { processes, scope } = await platform.snapshot();
        const other = [...processes.values()].find(({ uid }) => uid === 0);
        assert.ok(other, "some process is root's");
        await unknown(platform.stdinPeer({ pid: other.pid, start: other.start, scope }), /may not be examined/);
      });
    }
  });
});

/** The number of bytes in the pipe of a process's stdin, without reading them (FIONREAD). */
function waitingIn(pid: number): number {
  const count =
    'import array, fcntl, os, sys, termios; b = array.array("i", [0]); ' +
    'fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY | os.O_NONBLOCK), termios.FIONREAD, b); print(b[0])';
  return Number(execFileSync('python3', ['-c', count, `/proc/${pid}/fd/0`], { encoding: 'utf8' }));
}
