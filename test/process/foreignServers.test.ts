import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { Recogniser } from '../../src/clients/recogniser';
import type { Inventory } from '../../src/model/inventory';
import type { ReapResult } from '../../src/model/reapResult';
import { choosePlatform } from '../../src/os/choosePlatform';
import type { ProcessIdentity } from '../../src/os/identity';
import { readHistory } from '../../src/registry/history';
import { definite } from '../support/askingAgain';
import { codeOf, kindsOf } from '../support/codes';
import { nextLine } from '../support/nextLine';
import { PIPE_CLIENT } from '../support/pipeClient';
import { withSs } from '../support/programs';
import { isAlive, killHard, SERVER, SHORT_GRACE } from '../support/sandbox';
import { waitFor } from '../support/waitFor';
import { withSandbox } from '../support/withSandbox';

/** Clients that start a server as VS Code, Claude Code (node) or a Python agent does, print its pid, and wait. */
const CLIENTS = {
  node: [
    process.execPath,
    '-e',
    `const [node, ...args] = process.argv.slice(1);
     const child = require('child_process').spawn(node, args, { stdio: ['pipe', 'pipe', 'inherit'] });
     console.log(child.pid); setInterval(() => {}, 1e6)`,
    '--',
  ],
  python: ['python3', '-c', PIPE_CLIENT],
} as const;

/** A client in its own terminal; writes its server's pid and the terminal's path into argv[1]. */
const TERMINAL_CLIENT = `import os, pty, subprocess, sys, time
pid, terminal = pty.fork()
if pid == 0:
    server = subprocess.Popen(sys.argv[2:], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    open(sys.argv[1] + '.new', 'w').write(f'{server.pid} {os.ttyname(0)}')
    os.rename(sys.argv[1] + '.new', sys.argv[1])
time.sleep(300)`;

describe('servers of other clients', function () {
  this.timeout(120_000);
  const sandbox = withSandbox();
  /** Marks this test's servers, so that parallel runs recognise only their own. */
  let mark: string;
  beforeEach(() => {
    mark = `--run=${randomUUID()}`;
  });

  const recogniser = (): Recogniser => ({
    serverOf: (args) =>
      args[1] === SERVER && args.includes(mark)
        ? { name: 'notes', client: 'Some Client', file: '/c.json', basis: { kind: 'path' } }
        : undefined,
    clientOf: ({ args }) => (args?.includes('known-client') ? 'Known Client' : undefined),
  });
  const open = () => {
    const known = recogniser();
    return sandbox.tracker({}, { recogniser: () => known });
  };
  const client = async (
    kind: keyof typeof CLIENTS,
    ...flags: string[]
  ): Promise<{ child: ChildProcess; server: number }> => {
    const [command, ...args] = CLIENTS[kind];
    const child = spawn(command, [...args, process.execPath, SERVER, mark, ...flags], {
      env: sandbox.environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return { child, server: Number(await nextLine(child)) };
  };
  const rowOf = (tracker: Awaited<ReturnType<typeof open>>, pid: number) =>
    tracker.inventory.servers.find((server) => server.pid === pid);
  const recognised = async (tracker: Awaited<ReturnType<typeof open>>, pid: number) =>
    waitFor('it is recognised', async () => {
      await tracker.sweep();
      return rowOf(tracker, pid);
    });
  const provenOrphan = async (tracker: Awaited<ReturnType<typeof open>>, pid: number) =>
    waitFor('it is proven to be orphaned', async () => {
      await tracker.sweep();
      const row = rowOf(tracker, pid);
      return row?.verdict === 'orphaned' ? row : undefined;
    });

  const stateOf = ({ servers }: Inventory, pid: number) => {
    const row = servers.find((server) => server.pid === pid);
    return row && [row.group, row.verdict, ...('checking' in row ? ['checking'] : [])].join(' ');
  };
  /** Notes, from now on, each published state of a server. */
  const watched = (tracker: Awaited<ReturnType<typeof open>>, pid: number) => {
    const states = new Set([stateOf(tracker.inventory, pid)]);
    tracker.onDidChange((inventory) => states.add(stateOf(inventory, pid)));
    return () => [...states].sort();
  };

  /** Without `ss` nothing can be proven about a socket pair: the row says so, and even a confirmed reap spares it. */
  const provesNothing = async (server: number) => {
    const tracker = await open();
    const row = await recognised(tracker, server);
    assert.notEqual(row.verdict, 'orphaned');
    const [result] = await tracker.reapOrphans({ only: [row.key] });
    assert.equal(codeOf(result?.processes[0]?.reason), 'foreignIsAbandoned: unknown');
    assert.ok(isAlive(server));
  };

  for (const kind of ['node', 'python'] as const) {
    it(`L08 of a ${kind} client: active while it lives, orphaned with proof once it is killed, reaped only on confirmation @no-ss`, async () => {
      const { child, server } = await client(kind, '--deaf-to-eof', '--deaf-to-term', '--child=plain');
      const tracker = await open();
      const active = await recognised(tracker, server);
      assert.deepEqual([active.group, active.verdict], ['otherClients', 'active']);
      // Confirmed, but served: nothing happens.
      const early = await tracker.reapOrphans({ only: [rowOf(tracker, server)?.key ?? ''] });
      assert.ok(early.every(({ processes }) => processes.every(({ outcome }) => outcome === 'spared')));
      await killHard(child);
      if (kind === 'node' && !withSs) return provesNothing(server);
      const row = await provenOrphan(tracker, server);
      assert.ok(kindsOf(row).includes('stdin-gone'));
      assert.ok(isAlive(server), 'a sweep only reports it');
      await tracker.reapOrphans();
      assert.ok(isAlive(server), 'reaping what is ours does not touch it');
      const preview = await tracker.requestedReap.preview([row.key]);
      assert.equal(preview[0]?.processes.length, 2);
      assert.ok(isAlive(server));
      const [result] = await tracker.reapOrphans({ only: [row.key] });
      const outcomes = result?.processes.map(({ outcome }) => outcome) ?? [];
      assert.equal(outcomes.length, 2);
      // On a busy machine one may still be starting, and then dies of SIGTERM.
      assert.ok(
        outcomes.every((one) => one === 'killed' || one === 'terminated'),
        outcomes.join(),
      );
      assert.deepEqual(sandbox.living(), []);
    });
  }

  it('windows share a probe; what seems abandoned, each window probes on its own @no-ss', async () => {
    const platform = await choosePlatform();
    const known = recogniser();
    /** @returns a window that has scanned once, and the pids that it has probed so far. */
    const window = async (server: number) => {
      const probed: number[] = [];
      const counting = Object.create(platform, {
        stdinPeer: {
          value: (identity: ProcessIdentity) => {
            probed.push(identity.pid);
            return definite(() => platform.stdinPeer(identity));
          },
        },
      });
      const tracker = await sandbox.tracker({}, { recogniser: () => known, platform: counting });
      await recognised(tracker, server);
      return { tracker, probed };
    };
    const { child, server } = await client('python', '--deaf-to-eof');
    const [first, second] = [await window(server), await window(server)];
    assert.deepEqual([first.probed, second.probed], [[server], []]);
    await killHard(child);
    const third = await window(server);
    assert.deepEqual(third.probed, [server], 'it has another parent now');
    await third.tracker.scanNow();
    assert.equal(third.probed.length, 3, 'both probes of a scan on request');
    const fourth = await window(server);
    assert.deepEqual(fourth.probed, [server], 'what seems abandoned is not shared');
  });

  it('L30 a scan on request probes twice, and takes no proof back before the second time', async () => {
    const { child, server } = await client('python', '--deaf-to-eof');
    const platform = await choosePlatform();
    let isBlind = false;
    const changing = Object.create(platform, {
      stdinPeer: {
        value: (identity: ProcessIdentity) =>
          isBlind
            ? { kind: 'unknown', reason: { kind: 'program-timeout', program: 'ss', seconds: 1 } }
            : definite(() => platform.stdinPeer(identity)),
      },
    });
    const known = recogniser();
    const tracker = await sandbox.tracker({}, { platform: changing, recogniser: () => known });
    await killHard(child);
    await provenOrphan(tracker, server);
    const shown = watched(tracker, server);
    const inventory = await tracker.scanNow();
    assert.deepEqual(shown(), ['orphaned orphaned', 'orphaned orphaned checking']);
    assert.deepEqual(stateOf(inventory, server), 'orphaned orphaned', 'the scan ends after both probes');
    // Control arm: both probes say otherwise.
    isBlind = true;
    await tracker.scanNow();
    assert.deepEqual(shown(), ['orphaned orphaned', 'orphaned orphaned checking', 'ownerUnknown unknown']);
  });

  for (const how of ['its client', 'the only holder of its stdin'] as const) {
    it(`L30 the end of ${how} is noticed without a scan, and proven soon after`, async () => {
      const { child, server } = await client('python', '--deaf-to-eof');
      const known = recogniser();
      const { clientOf } = known;
      known.clientOf = (entry) => (how === 'its client' && entry.pid === child.pid ? 'Client' : clientOf(entry));
      const tracker = await sandbox.tracker({}, { recogniser: () => known });
      await recognised(tracker, server);
      await waitFor('it is not being checked', () => stateOf(tracker.inventory, server) === 'otherClients active');
      const shown = watched(tracker, server);
      await killHard(child);
      await waitFor('it is orphaned', () => stateOf(tracker.inventory, server) === 'orphaned orphaned');
      assert.deepEqual(shown(), ['orphaned orphaned', 'otherClients active', 'otherClients active checking']);
      assert.ok(isAlive(server));
    });
  }

  it('a probe that failed on a busy machine is repeated once, by each window on its own', async () => {
    const asked: number[] = [];
    const platform = await choosePlatform();
    const known = recogniser();
    const window = (failures: number) => {
      const failing = Object.create(platform, {
        stdinPeer: {
          value: (identity: ProcessIdentity) => {
            const isFailure = asked.push(identity.pid) <= failures;
            if (isFailure)
              return Promise.resolve({
                kind: 'unknown',
                reason: { kind: 'program-timeout', program: 'ss', seconds: 1 },
              });
            return definite(() => platform.stdinPeer(identity));
          },
        },
      });
      return sandbox.tracker({}, { recogniser: () => known, platform: failing });
    };
    const { child, server } = await client('python', '--deaf-to-eof');
    await killHard(child);
    const busy = await window(1);
    assert.equal((await recognised(busy, server)).verdict, 'unknown');
    await provenOrphan(busy, server);
    // A stdin that can never be probed is not probed in every scan. Another window may be able to probe it.
    asked.length = 0;
    const blind = await window(Number.POSITIVE_INFINITY);
    for (let round = 0; round < 4; round++) await blind.sweep();
    assert.deepEqual(asked, [server, server]);
    await provenOrphan(await window(0), server);
  });

  it('K05 parent pid 1 but still served: spared, even when confirmed @no-ss', async () => {
    if (!withSs) return provesNothing((await client('node', '--deaf-to-eof')).server);
    const { child, server } = await client('node', '--deaf-to-eof');
    // Another process holds the other end of its stdin, as when a client hands its servers to a helper.
    const holder = spawn(
      'python3',
      [
        '-c',
        `import os, socket, sys, time
fd = os.pidfd_open(int(sys.argv[1])); import ctypes
held = ctypes.CDLL(None).syscall(438, fd, int(sys.argv[2]), 0); assert held >= 0
print('held', flush=True); time.sleep(600)`,
        String(child.pid),
        String(stdinFdOf(child.pid as number, server)),
      ],
      { env: sandbox.environment, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await nextLine(holder);
    await killHard(child);
    const tracker = await open();
    const row = await recognised(tracker, server);
    assert.equal(row.verdict, 'active', kindsOf(row).join());
    const [result] = await tracker.reapOrphans({ only: [row.key] });
    assert.match(codeOf(result?.processes[0]?.reason), /^foreignIsAbandoned: held/);
    assert.ok(isAlive(server));
    // Control arm: once no process holds it, it may be reaped.
    await killHard(holder);
    const orphan = await provenOrphan(tracker, server);
    await tracker.reapOrphans({ only: [orphan.key] });
    assert.ok(!isAlive(server));
  });

  it('K36 a known client above it spares it, whatever its stdin is @no-ss', async () => {
    const shell = spawn(
      '/bin/sh',
      [
        '-c',
        '"$@" </dev/null & echo $!; wait',
        'known-client',
        process.execPath,
        SERVER,
        mark,
        '--deaf-to-eof',
        '--silent',
      ],
      { env: sandbox.environment, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const server = Number(await nextLine(shell));
    const tracker = await open();
    const row = await recognised(tracker, server);
    assert.equal(row.client, 'Known Client');
    const [result] = await tracker.reapOrphans({ only: [row.key] });
    assert.deepEqual(clientIn(result), 'Known Client');
    assert.ok(isAlive(server));
  });

  it('K04 a server whose living client has closed its stdin is spared, even if recognition is switched off meanwhile', async () => {
    const [python, , script] = CLIENTS.python;
    const closing = script.replace('print(', 'p.stdin.close(); print(').replace('argv[1:]', 'argv[1:-1]');
    const args = ['-c', closing, process.execPath, SERVER, mark, '--deaf-to-eof', '--deaf-to-term', 'known-client'];
    const child = spawn(python, args, { env: sandbox.environment, stdio: ['ignore', 'pipe', 'inherit'] });
    const server = Number(await nextLine(child));
    let known: Recogniser | undefined = recogniser();
    const tracker = await sandbox.tracker({}, { recogniser: () => known });
    const { key } = await recognised(tracker, server);
    const reap = async () => (await tracker.reapOrphans({ only: [key] }))[0];
    assert.equal(clientIn(await reap()), 'Known Client');
    const reaping = reap();
    known = undefined;
    assert.equal(clientIn(await reaping), 'not asked');
    assert.ok(isAlive(server));
    // Control arm: without a client above it.
    known = recogniser();
    await killHard(child);
    await provenOrphan(tracker, server);
    await reap();
    assert.ok(!isAlive(server));
  });

  it('"auto" that is switched off during a reap: no other ladder begins', async () => {
    const { child, server } = await client('python', '--deaf-to-eof');
    await killHard(child);
    const known = recogniser();
    const platform = await choosePlatform();
    const settings = { automatic: 'on', neverReap: [], launchTimeout: 60_000, guard: false, maxPerSweep: 1 } as const;
    let reapForeign: 'auto' | 'report' = 'auto';
    let asked = 0;
    const changing = Object.create(platform, {
      stdinPeer: { value: (identity: ProcessIdentity) => definite(() => platform.stdinPeer(identity)) },
      serviceRole: {
        value: (identity: ProcessIdentity) => {
          // The first decision about it; the second probe comes 2 s later.
          if (identity.pid === server && ++asked === 1) reapForeign = 'report';
          return platform.serviceRole(identity);
        },
      },
    });
    const tracker = await sandbox.tracker(
      {},
      {
        platform: changing,
        recogniser: () => known,
        settings: () => ({ ...settings, graceOf: () => SHORT_GRACE, reapForeign }),
      },
    );
    await provenOrphan(tracker, server);
    await waitFor('a reap has begun', async () => {
      await tracker.sweep();
      return asked > 0;
    });
    assert.ok(isAlive(server));
    reapForeign = 'auto';
    await waitFor('control', async () => {
      await tracker.sweep();
      return !isAlive(server);
    });
  });

  it('"auto" reaps proven orphans, up to a limit per sweep', async () => {
    const clients = await Promise.all([client('python', '--deaf-to-eof'), client('python', '--deaf-to-eof')]);
    const known = recogniser();
    const tracker = await sandbox.tracker({ reapForeign: 'auto', maxPerSweep: 1 }, { recogniser: () => known });
    await tracker.sweep();
    for (const { child } of clients) await killHard(child);
    const living = () => clients.filter(({ server }) => isAlive(server)).length;
    await waitFor('one is reaped', async () => {
      await tracker.sweep();
      return living() < 2;
    });
    assert.equal(living(), 1);
    await waitFor('the other one is reaped', async () => {
      await tracker.sweep();
      return living() === 0;
    });
  });

  it('"auto" does not count spared servers against its limit; a reap that ends nothing is not in the history', async () => {
    const listed = await client('python', '--deaf-to-eof', '--listed');
    const { child, server } = await client('python', '--deaf-to-eof');
    await Promise.all([killHard(listed.child), killHard(child)]);
    const known = recogniser();
    const settings = { reapForeign: 'auto', maxPerSweep: 1, neverReap: ['--listed'] } as const;
    const tracker = await sandbox.tracker(settings, { recogniser: () => known });
    await waitFor('the next one is reaped', async () => {
      await tracker.sweep();
      return !isAlive(server);
    });
    // Now it is the only orphan.
    await provenOrphan(tracker, listed.server);
    await tracker.sweep();
    const [result] = await tracker.reapOrphans({ only: [rowOf(tracker, listed.server)?.key ?? ''] });
    assert.equal(codeOf(result?.processes[0]?.reason), 'notListedToKeep: listed');
    assert.ok(isAlive(listed.server));
    const outcomes = readHistory(sandbox.folder, 0, 100).map(({ processes }) => processes.map(({ pid }) => pid));
    assert.deepEqual(outcomes, [[server]]);
  });

  it('identical rows differ by the folder and terminal of the client, and by how long the server has been idle', async () => {
    const file = join(sandbox.path, 'started');
    spawn('python3', ['-c', TERMINAL_CLIENT, file, process.execPath, SERVER, mark, '--deaf-to-eof'], {
      env: sandbox.environment,
      cwd: sandbox.path,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const written = await waitFor('the server is running', () => (existsSync(file) ? readFileSync(file, 'utf8') : ''));
    const [pid, terminal] = written.split(' ') as [string, string];
    const tracker = await open();
    const rowOf = async () =>
      (await tracker.sweep()).servers.flatMap((row) =>
        row.kind === 'foreign' && row.pid === Number(pid) ? [row] : [],
      )[0];
    const first = await waitFor('it is listed', rowOf);
    assert.equal(first.folder, realpathSync(sandbox.path));
    assert.equal(`/dev/${first.terminal}`, terminal);
    assert.equal(first.idleSince, undefined, 'one scan is not enough');
    const idle = await waitFor('it is idle', async () => (await rowOf())?.idleSince);
    assert.ok(idle <= Date.now() && idle > Date.now() - 30_000);
  });
});

/** The client's descriptor at the other end of the server's stdin: of its socket pairs, the one whose peer `ss` names. */
function stdinFdOf(client: number, server: number): number {
  const inode = /\d+/.exec(readlinkSync(`/proc/${server}/fd/0`))?.[0] as string;
  const line = execFileSync('ss', ['-axpnH'], { encoding: 'utf8' })
    .split('\n')
    .find((one) => one.trim().split(/\s+/)[5] === inode);
  const peer = line?.trim().split(/\s+/)[7];
  const fd = readdirSync(`/proc/${client}/fd`).find(
    (name) => readlinkSync(`/proc/${client}/fd/${name}`) === `socket:[${peer}]`,
  );
  if (fd === undefined) throw new Error(`no descriptor of ${client} leads to ${server}`);
  return Number(fd);
}

/** The client for which the first process was spared. */
function clientIn(result: ReapResult | undefined): string | undefined {
  const reason = result?.processes[0]?.reason;
  if (reason?.rule !== 'foreignHasNoClient') return undefined;
  return reason.client === 'not asked' ? reason.client : reason.client.title;
}
