import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OutsideUse } from '../../src/os/platform';
import { definite } from '../support/askingAgain';
import { DATABASE, DATABASE_CLIENT } from '../support/bystanders';
import { procfs } from '../support/fakeOwner';
import { nextLine } from '../support/nextLine';
import { mainThreadGone, withoutMainThread } from '../support/parents';
import { programPath, scripts, withPath, withSs } from '../support/programs';
import { waitFor } from '../support/waitFor';
import { withSandbox } from '../support/withSandbox';

describe('whether a stranger uses a process @root @no-ss', function () {
  this.timeout(120_000);
  const sandbox = withSandbox();

  /** A database, and a client that is connected to it. */
  async function connected(kind: 'unix' | 'tcp', under: string[] = []): Promise<{ pid: number; client: ChildProcess }> {
    const address = join(sandbox.path, 'db');
    const start = (args: string[]) => {
      const [command, ...rest] = [...under, 'python3', '-c', ...args];
      return spawn(command as string, rest, { env: sandbox.environment, stdio: ['pipe', 'pipe', 'inherit'] });
    };
    start([DATABASE, address, kind]);
    await waitFor('the database listens', () => existsSync(address));
    const client = start([DATABASE_CLIENT, address, kind]);
    const line = nextLine(client);
    client.stdin?.write('\n');
    return { pid: Number(await line), client };
  }

  async function askOnce(pid: number, ...members: number[]): Promise<OutsideUse> {
    return procfs().outsideUse([pid], new Set([pid, ...members]));
  }

  /** The answer, however busy the machine is. */
  function useOf(pid: number, ...members: number[]): Promise<OutsideUse> {
    return definite(() => askOnce(pid, ...members));
  }

  for (const kind of ['unix', 'tcp'] as const) {
    // Only `ss` knows who is at the other end of a Unix socket.
    const isTold = withSs || kind === 'tcp';

    it(`K23 a connected client is seen, unless it belongs to the server itself (${kind})`, async () => {
      const { pid, client } = await connected(kind);
      const use = await useOf(pid);
      if (isTold) {
        assert.ok(use.kind === 'used' && use.by.kind === 'seen', JSON.stringify(use));
        const [one, ...more] = use.by.processes;
        assert.deepEqual([one?.pid, more], [client.pid, []]);
        assert.match(one?.name ?? '', /^python3?/);
      } else assert.equal(use.kind, 'unknown', JSON.stringify(use));
      assert.equal((await useOf(pid, client.pid as number)).kind, isTold ? 'none' : 'unknown');
      client.kill('SIGKILL');
      await waitFor('no client is connected', async () => (await useOf(pid)).kind === 'none');
    });

    it(`K23 K09 without ss, or with one that fails, a connected client is never "none" (${kind})`, async () => {
      const { pid, client } = await connected(kind);
      const bodies = ['exit 1', 'exec /bin/sleep 300'];
      // Without the kernel's socket diagnosis it prints peer 0 for every Unix socket.
      if (withSs) bodies.push(`PROC_NET_UNIX=/proc/net/unix exec ${programPath('ss')} "$@"`);
      for (const body of bodies) {
        const path = scripts(join(sandbox.path, 'bin'), { ss: body });
        await withPath(path, async () => assert.notEqual((await askOnce(pid)).kind, 'none', body));
      }
      await withPath('/nonexistent', async () => {
        assert.equal((await useOf(pid)).kind, kind === 'tcp' ? 'used' : 'unknown');
        assert.equal((await useOf(pid, client.pid as number)).kind, kind === 'tcp' ? 'none' : 'unknown');
      });
      client.kill('SIGKILL');
      await withPath('/nonexistent', () =>
        waitFor('no client is connected', async () => (await useOf(pid)).kind === 'none'),
      );
    });
  }

  it('K23 a client that has closed its half and waits for the answer counts, and so does one not yet accepted', async () => {
    const server = `
import os, signal, socket, sys
signal.alarm(300)
listener = socket.socket(); listener.bind(('127.0.0.1', 0)); listener.listen()
clients = []
print(listener.getsockname()[1], flush=True)
for line in sys.stdin:
    if line == 'accept\\n': clients.append(listener.accept())
    print('done', flush=True)
`;
    const client = `
import signal, socket, sys
signal.alarm(300)
one = socket.create_connection(('127.0.0.1', int(sys.argv[1])))
print('connected', flush=True)
for line in sys.stdin:
    one.shutdown(socket.SHUT_WR); print('half', flush=True)
`;
    const start = (...args: string[]) =>
      spawn('python3', ['-c', ...args], { env: sandbox.environment, stdio: ['pipe', 'pipe', 'inherit'] });
    const served = start(server);
    const one = start(client, await nextLine(served));
    await nextLine(one);
    const pid = served.pid as number;
    const isUsed = async () => (await useOf(pid)).kind === 'used';
    if (withSs) assert.ok(await isUsed(), 'not yet accepted');
    const tell = async (child: ChildProcess, word: string) => {
      const line = nextLine(child);
      child.stdin?.write(`${word}\n`);
      await line;
    };
    await tell(served, 'accept');
    await tell(one, 'half');
    assert.ok(await isUsed(), 'half closed');
    await withPath('/nonexistent', async () => assert.ok(await isUsed(), 'half closed, without ss'));
    one.kill('SIGKILL');
    await waitFor('no client is connected', async () => (await useOf(pid)).kind === 'none');
  });

  it('K23 K09 no variable makes ss read a file without connections', async () => {
    const { pid } = await connected('tcp');
    // A table without connections.
    const file = join(sandbox.path, 'net');
    writeFileSync(file, '  sl  local_address rem_address   st\n');
    const names = ['PROC_NET_TCP', 'PROC_NET_TCP6', 'PROC_NET_UNIX', 'PROC_ROOT', 'TCPDIAG_FILE'];
    try {
      for (const name of names) {
        process.env[name] = name === 'PROC_ROOT' ? sandbox.path : file;
        assert.equal((await useOf(pid)).kind, 'used', name);
        delete process.env[name];
      }
    } finally {
      for (const name of names) delete process.env[name];
    }
  });

  it('K23 K09 is unknown in another network namespace, whose connections cannot be seen', async () => {
    const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
    const { pid } = await connected('unix', ['unshare', ...user, '--net']);
    const use = await useOf(pid);
    assert.ok(use.kind === 'unknown' && use.reason.kind === 'in-other-network', JSON.stringify(use));
  });

  it('K23 K09 L25 is unknown when the main thread is gone: its connections are shown under no pid', async () => {
    const program = ['-c', withoutMainThread()];
    const { pid } = spawn('python3', program, { env: sandbox.environment, stdio: 'ignore' });
    await mainThreadGone(pid as number);
    const use = await useOf(pid as number);
    assert.ok(use.kind === 'unknown' && use.reason.kind === 'main-thread-gone', JSON.stringify(use));
  });

  it('K23 K09 is unknown for a process that closes its files to us', async () => {
    // As a user: the process makes itself not dumpable, as key agents do. Root can still inspect it.
    const hidden = 'import ctypes, time; ctypes.CDLL(None).prctl(4, 0, 0, 0, 0); print(1, flush=True); time.sleep(300)';
    const child = spawn('python3', ['-c', hidden], { env: sandbox.environment, stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      await new Promise((resolve) => child.stdout.once('data', resolve));
      const use = await useOf(child.pid as number);
      assert.equal(use.kind, process.getuid?.() === 0 ? 'none' : 'unknown', JSON.stringify(use));
    } finally {
      // The sandbox cannot recognise it as its own.
      child.kill('SIGKILL');
    }
  });
});
