import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { choosePlatform } from '../../src/os/choosePlatform';
import { sameStart } from '../../src/os/identity';
import type { Inspection, Platform, ProcessEntry } from '../../src/os/platform';
import { createPortablePlatform } from '../../src/os/portablePlatform';
import { readLinuxScopeParts, scopeTag } from '../../src/os/scope';
import { endLivingChildTree } from '../../src/reaping/windowsTree';
import { errorText } from '../../src/wording/reasons';
import { nextLine } from '../support/nextLine';
import { programPath, scripts, withPath } from '../support/programs';
import { isAlive } from '../support/sandbox';
import { waitFor } from '../support/waitFor';

/** Runs `action` with these variables, then restores the old ones. */
async function withVariables<T>(variables: Record<string, string>, action: () => Promise<T>): Promise<T> {
  const before = { ...process.env };
  Object.assign(process.env, variables);
  try {
    return await action();
  } finally {
    for (const name of Object.keys(variables)) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  }
}

describe('the portable platform @root', () => {
  let platform: Platform;
  let folder: string;
  const started: ChildProcess[] = [];
  const leftBelow: ProcessEntry[] = [];
  beforeEach(() => {
    platform = createPortablePlatform({ system: 'linux', scope: scopeTag(readLinuxScopeParts(), 'epoch') });
    folder = mkdtempSync(join(tmpdir(), 'pp-'));
  });
  afterEach(async () => {
    for (const { pid, start } of leftBelow.splice(0)) {
      const found = await platform.inspect(pid);
      if (found.kind === 'present' && !found.entry.zombie && sameStart(found.entry.start, start)) {
        process.kill(pid, 'SIGKILL');
      }
    }
    for (const child of started.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const exited = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await exited;
    }
    rmSync(folder, { recursive: true, force: true });
  });

  function start(command: string, ...args: string[]): ChildProcess & { pid: number } {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    started.push(child);
    return child as ChildProcess & { pid: number };
  }

  it('K27 reads the same start in any time zone, locale and date format', async () => {
    const child = start('sleep', '60');
    const before = await platform.inspect(child.pid);
    assert.equal(before.kind, 'present');
    const habits = {
      TZ: 'Asia/Kathmandu',
      LC_ALL: 'de_DE.UTF-8',
      LC_TIME: 'ja_JP.UTF-8',
      PS_FORMAT: 'pid,args',
      PS_PERSONALITY: 'bsd',
      COLUMNS: '20',
    };
    const after = await withVariables(habits, async () => [
      await platform.inspect(child.pid),
      { kind: 'present', entry: (await platform.snapshot()).processes.get(child.pid) } as Inspection,
    ]);
    for (const found of [before, ...after]) assert.equal(found.kind, 'present');
    const [first, ...others] = [before, ...after].map((found) => (found as Inspection & { kind: 'present' }).entry);
    for (const { start } of others) assert.ok(sameStart(start, first?.start ?? ''), `${first?.start} became ${start}`);
    // Without what may change between two scans.
    const lasting = (entry: ProcessEntry | undefined) => ({ ...entry, memory: 0, cpuTime: 0, start: '' });
    for (const other of others) assert.deepEqual(lasting(other), lasting(first));
  });

  it('K01 K06 gives the role of the process that was meant, not of another with its pid', async () => {
    const self = await platform.self();
    assert.match((await platform.serviceRole(self)).kind, /^(?:none|service)$/);
    assert.deepEqual(await platform.serviceRole({ ...self, start: 'e1000000000' }), {
      kind: 'unknown',
      reason: { kind: 'pid-reused' },
    });
  });

  describe('K09 without a working `ps`', () => {
    /** `ps` as a script; `$REAL` is the real one. */
    const fake = (body: string) => scripts(join(folder, 'bin'), { ps: `REAL=${programPath('ps')}; ${body}` });

    async function assertBlind(path: string): Promise<void> {
      const child = start('sleep', '60');
      await withPath(path, async () => {
        await assert.rejects(platform.snapshot());
        await assert.rejects(platform.self());
        const found = await platform.inspectAll([1, child.pid, 4_194_304]);
        assert.deepEqual(
          [...found.values()].map(({ kind }) => kind),
          ['error', 'error', 'error'],
        );
        const identity = { pid: child.pid, start: 'e1', scope: platform.scope };
        assert.equal((await platform.serviceRole(identity)).kind, 'unknown');
      });
    }

    it('says error, never gone, when it is missing', () => assertBlind(join(folder, 'nothing')));
    it('… when it fails', () => assertBlind(fake('exit 1')));
    it('… when it fails after having printed', () => assertBlind(fake('"$REAL" "$@"; exit 1')));
    it('… when it prints nothing', () => assertBlind(fake('exit 0')));
    it('… when its output is truncated', () => assertBlind(fake('"$REAL" "$@" | head -c 2000')));
    it('… when it prints something else', () => assertBlind(fake('echo "  PID TTY          TIME CMD"')));
    it('… when it does not list us', () => assertBlind(fake(`"$REAL" "$@" | grep -v "^ *${process.pid} "`)));
    it('… when it hides a living process', async () => {
      const child = start('sleep', '60');
      await withPath(`${fake(`"$REAL" "$@" | grep -v "^ *${child.pid} "`)}:${process.env.PATH}`, async () => {
        assert.equal((await platform.inspect(child.pid)).kind, 'error');
      });
    });
    it('… when it hides it in one of two tables', async () => {
      const child = start('sleep', '60');
      // `ps-list` uses "awwxo" to ask for all processes.
      const body = `case "$1" in awwxo) exec "$REAL" "$@";; esac; "$REAL" "$@" | grep -v "^ *${child.pid} "`;
      await withPath(`${fake(body)}:${process.env.PATH}`, () =>
        assert.rejects(platform.snapshot(), { reason: { kind: 'listed-once', program: 'ps', pid: child.pid } }),
      );
      // Control: if neither table hides it, it is listed.
      assert.ok((await platform.snapshot()).processes.has(child.pid));
    });
  });

  describe('the choice of the platform', () => {
    const script = join(__dirname, 'inside/choosePlatform.ts');
    const chosen = (variables: NodeJS.ProcessEnv, ...before: string[]) =>
      new Promise<string>((resolve, reject) => {
        const user = before.length > 0 && process.getuid?.() !== 0 ? ['--user', '--map-root-user'] : [];
        const [command = '', ...args] = [
          ...(before.length > 0 ? ['unshare', ...user, ...before] : []),
          ...[process.execPath, '--import', 'tsx', script],
        ];
        const env = { ...process.env, ...variables };
        execFile(command, args, { env }, (error, stdout) => (error ? reject(error) : resolve(stdout.trim())));
      });
    const PORTABLE = { MCP_PROCESSES_PLATFORM: 'portable' };
    const NOTHING = /^Processes cannot be identified on this system: .+\. MCP Processes does nothing here\.$/;

    it('procfs on Linux, portable on request', async () => {
      assert.equal(await chosen({}), 'procfs');
      assert.equal(await chosen(PORTABLE), 'portable');
    });

    it('none without /proc, and says so', async () => {
      const hidden = ['--mount', 'sh', '-c', 'mount -t tmpfs none /proc; exec "$@"', 'sh'];
      for (const variables of [{}, PORTABLE]) assert.match(await chosen(variables, ...hidden), NOTHING);
    });

    it('K12 none if /proc belongs to another pid namespace, which shows strangers under our pids', async () => {
      // Process 1 has parent 0 in both: only the namespace tells them apart.
      const first = ['--pid', '--fork'];
      const third = [...first, 'sh', '-c', '"$@"; exit $?', 'sh'];
      for (const variables of [{}, PORTABLE]) {
        for (const strange of [first, third]) assert.match(await chosen(variables, ...strange), NOTHING);
      }
    });

    it('none without `ps`', async () => {
      const before = process.env.MCP_PROCESSES_PLATFORM;
      process.env.MCP_PROCESSES_PLATFORM = 'portable';
      try {
        await withPath(folder, () =>
          assert.rejects(choosePlatform(), (error) => /`ps` is not installed.+does nothing/.test(errorText(error))),
        );
      } finally {
        if (before === undefined) delete process.env.MCP_PROCESSES_PLATFORM;
        else process.env.MCP_PROCESSES_PLATFORM = before;
      }
    });
  });

  describe('a living child whose handle we hold', () => {
    /** A shell that starts another that starts a sleeper, all ignoring SIGTERM, and prints the sleeper's pid. */
    const DEAF = 'trap "" TERM; sh -c \'trap "" TERM; sleep 60 & echo $!; wait\' & wait';

    async function startTree(program = DEAF) {
      const child = start('sh', '-c', program);
      const below = Number(await nextLine(child));
      const found = await platform.inspect(below);
      assert.ok(found.kind === 'present' && isAlive(below));
      leftBelow.push(found.entry);
      return { child, below };
    }

    it('is ended with everything below it', async () => {
      const { child, below } = await startTree();
      const stranger = start('sleep', '60');
      assert.deepEqual(await endLivingChildTree(child, platform, 50), { kind: 'ended', by: 'us' });
      await waitFor('all are gone', () => !isAlive(child.pid) && !isAlive(below));
      assert.ok(isAlive(stranger.pid));
    });

    it('may end on its own first, within its grace', async () => {
      const child = start('cat');
      assert.deepEqual(await endLivingChildTree(child, platform, 10_000), { kind: 'ended', by: 'itself' });
      assert.equal(child.signalCode, null);
    });

    it('K01 is left alone once it has exited: its pid may be reused', async () => {
      const { child, below } = await startTree('sleep 60 & echo $!; wait');
      try {
        const exited = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGKILL');
        await exited;
        assert.deepEqual(await endLivingChildTree(child, platform, 0), { kind: 'ended', by: 'itself' });
        assert.ok(isAlive(below));
      } finally {
        process.kill(below, 'SIGKILL');
      }
    });

    it('L21 K01 is spared when an older process only seems to be below it; control: the same tree, true times', async () => {
      const { child, below } = await startTree();
      /** A table in which the sleeper started before its parent, as with a recycled parent pid on Windows. */
      const older: Platform = Object.assign(Object.create(platform), {
        snapshot: async () => {
          const snapshot = await platform.snapshot();
          const processes = new Map(snapshot.processes);
          const entry = processes.get(below);
          if (entry) processes.set(below, { ...entry, start: `e${Number(entry.start.slice(1)) - 3_600}` });
          return { ...snapshot, processes };
        },
      });
      const kept = await endLivingChildTree(child, older, 50);
      assert.equal(kept.kind, 'spared');
      assert.ok('reason' in kept && kept.reason.includes(`pid ${below} only seems to be below`), JSON.stringify(kept));
      assert.ok(isAlive(child.pid) && isAlive(below));
      assert.deepEqual(await endLivingChildTree(child, platform, 50), { kind: 'ended', by: 'us' });
      await waitFor('all are gone', () => !isAlive(below));
    });

    it('K09 is spared when the table cannot be read', async () => {
      const { child, below } = await startTree();
      const kept = await withPath(folder, () => endLivingChildTree(child, platform, 50));
      assert.equal(kept.kind, 'spared');
      assert.ok(isAlive(child.pid) && isAlive(below));
      await endLivingChildTree(child, platform, 50);
    });
  });
});
