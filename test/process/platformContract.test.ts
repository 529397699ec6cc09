import assert from 'node:assert/strict';
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { sameProcess } from '../../src/os/identity';
import type { Platform, ProcessEntry } from '../../src/os/platform';
import { createPortablePlatform } from '../../src/os/portablePlatform';
import { createProcfsPlatform } from '../../src/os/procfs/procfsPlatform';
import { readStat } from '../../src/os/procfs/readStat';
import { readLinuxScopeParts, scopeTag } from '../../src/os/scope';
import { waitFor } from '../support/waitFor';

const COOKIE = 'whatever-it-says';
/** Above every pid of any system. */
const NO_PROCESS = 4_194_304;

function portable(): Platform {
  return createPortablePlatform({ system: 'linux', scope: scopeTag(readLinuxScopeParts(), 'epoch') });
}

const platforms: Record<string, () => Platform> = {
  procfs: () => {
    const platform = createProcfsPlatform();
    if (!platform) throw new Error('These tests need a usable /proc.');
    return platform;
  },
  portable,
};

for (const [name, create] of Object.entries(platforms)) {
  describe(`what every platform promises: ${name} @root @no-ss`, () => {
    let platform: Platform;
    const started: ChildProcess[] = [];
    beforeEach(() => {
      platform = create();
    });
    afterEach(async () => {
      for (const child of started.splice(0)) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        const exited = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGKILL');
        await exited;
      }
    });

    function start(command: string, args: string[], options: SpawnOptions = {}): ChildProcess & { pid: number } {
      const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], ...options });
      started.push(child);
      return child as ChildProcess & { pid: number };
    }

    async function present(pid: number): Promise<ProcessEntry> {
      const found = await platform.inspect(pid);
      if (found.kind !== 'present') throw new Error(`pid ${pid}: ${JSON.stringify(found)}`);
      return found.entry;
    }

    const identityOf = ({ pid, start: token }: ProcessEntry) => ({ pid, start: token, scope: platform.scope });

    it('knows itself, and gives one process the same identity twice', async () => {
      const self = await platform.self();
      assert.equal(self.pid, process.pid);
      assert.match(self.scope, /^[te][0-9a-f]{16}$/);
      assert.ok(sameProcess(self, identityOf(await present(process.pid))));
      const child = start('sleep', ['60']);
      const first = await present(child.pid);
      assert.ok(sameProcess(identityOf(first), identityOf(await present(child.pid))));
      assert.ok(!sameProcess(identityOf(first), self));
      const inTable = (await platform.snapshot()).processes.get(child.pid) as ProcessEntry;
      assert.ok(sameProcess(identityOf(first), identityOf(inTable)));
    });

    it('shows a child’s arguments, parent, user, group, session, terminal and cookie', async () => {
      const env = { ...process.env, MCP_PROCESSES_COOKIE: COOKIE };
      // A name that is not ASCII and imitates the end of a field.
      const child = start('sh', ['-c', 'echo ready; read -r line', 'ä文) Z 1'], { env, detached: true });
      await new Promise((resolve) => child.stdout?.once('data', resolve));
      const snapshot = await platform.snapshot();
      assert.equal(snapshot.scope, platform.scope);
      for (const entry of [snapshot.processes.get(child.pid), await present(child.pid)]) {
        assert.equal(entry?.ppid, process.pid);
        assert.equal(entry.uid, process.getuid?.());
        assert.deepEqual([entry.pgid, entry.sid, entry.hasTerminal], [child.pid, child.pid, false]);
        assert.equal(entry.args?.join(' '), 'sh -c echo ready; read -r line ä文) Z 1');
        assert.deepEqual([entry.zombie, entry.environmentReadable, entry.cookie], [false, true, COOKIE]);
        assert.ok((entry.memory as number) > 100_000 && (entry.memory as number) < 1 << 30);
        assert.equal(typeof entry.cpuTime, 'number');
      }
      assert.equal(snapshot.processes.get(process.pid)?.cookie, undefined);
    });

    it('takes no cookie from arguments', async () => {
      const child = start('sh', ['-c', 'read -r line', `MCP_PROCESSES_COOKIE=${COOKIE}`]);
      await waitFor('it has executed its program', async () => (await present(child.pid)).name === 'sh');
      const entry = await present(child.pid);
      assert.deepEqual([entry.environmentReadable, entry.cookie], [true, undefined]);
    });

    it('K15 knows the user, but not if real and effective user differ', async () => {
      assert.equal((await present(1)).uid, 0);
      if (process.getuid?.() !== 0) return;
      const child = start('perl', ['-e', '$> = 65534; $| = 1; print "ready\\n"; <STDIN>']);
      await new Promise((resolve) => child.stdout?.once('data', resolve));
      assert.equal((await present(child.pid)).uid, undefined);
    });

    it('L15 says that a zombie is one, and that it is gone once its parent has waited for it', async () => {
      // The child has exited, and perl waits for it only on request.
      const child = start('perl', [
        '-e',
        '$p = fork || exit; $| = 1; print "$p\\n"; <STDIN>; waitpid $p, 0; print "-"; <STDIN>',
      ]);
      let output = '';
      child.stdout?.on('data', (data) => (output += data));
      const pid = Number(await waitFor('the pid', () => /^\d+\n/.exec(output)?.[0]));
      await waitFor('it is a zombie', async () => (await present(pid)).zombie);
      assert.equal((await platform.snapshot()).processes.get(pid)?.zombie, true);
      child.stdin?.write('go\n');
      await waitFor('its parent has waited for it', () => output.includes('-'));
      assert.deepEqual(await platform.inspect(pid), { kind: 'gone' });
      assert.ok(!(await platform.snapshot()).processes.has(pid));
    });

    it('L25 says that a process without its main thread is alive', async () => {
      const program = `import ctypes, threading, time
threading.Thread(target=time.sleep, args=(60,)).start()
print('ready', flush=True)
ctypes.CDLL(None).pthread_exit(None)`;
      const child = start('python3', ['-c', program]);
      await waitFor('the main thread is gone', () => {
        const read = readStat(child.pid);
        return read.kind === 'stat' && read.stat.state === 'Z' && read.stat.threads > 1;
      });
      assert.equal((await present(child.pid)).zombie, false);
      assert.equal((await platform.snapshot()).processes.get(child.pid)?.zombie, false);
    });

    it('inspects several at once, process 1 included; an invalid pid is an error', async () => {
      const found = await platform.inspectAll([1, process.pid, NO_PROCESS]);
      assert.equal(found.get(1)?.kind, 'present');
      assert.equal(found.get(process.pid)?.kind, 'present');
      assert.equal(found.get(NO_PROCESS)?.kind, 'gone');
      assert.deepEqual([...(await platform.inspectAll([])).keys()], []);
    });

    it('answers each probe about itself without an exception', async () => {
      const self = await platform.self();
      assert.match((await platform.stdinPeer(self)).kind, /^(?:alive|gone|unknown)$/);
      assert.match((await platform.serviceRole(self)).kind, /^(?:none|service)$/);
      assert.match((await platform.outsideUse([self.pid], new Set([self.pid]))).kind, /^(?:none|used|unknown)$/);
      const missing = { ...self, pid: NO_PROCESS };
      assert.equal((await platform.serviceRole(missing)).kind, 'unknown');
      assert.equal((await platform.stdinPeer(missing)).kind, 'unknown');
    });
  });
}
