import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import treeKill from 'tree-kill';
import type { Recogniser } from '../src/clients/recogniser';
import type { Tracker } from '../src/tracker/tracker';
import { FakeOwner } from '../test/support/fakeOwner';
import { isAlive, killHard, Sandbox } from '../test/support/sandbox';
import { waitFor } from '../test/support/waitFor';
import { longestBlock, ratio, type Table, time } from './measure';

/** A server below a wrapper: ignores the end of its input, ends on SIGTERM. */
const SERVER = ['-c', 'while read -r line; do :; done; sleep 600 & wait', 'leaked-server'];
/** Clients that start argv[1] servers, report when they run, and wait to be killed. */
const CLIENTS = {
  // Gives a pair of sockets.
  node: [
    process.execPath,
    '-e',
    `const [count, command, ...args] = process.argv.slice(1);
     for (let i = 0; i < count; i++) require('child_process').spawn(command, args, { stdio: ['pipe', 'ignore', 'ignore'] });
     console.log('ready'); setInterval(() => {}, 1e6)`,
    '--',
  ],
  // Gives a pipe.
  python: [
    'python3',
    '-c',
    `import subprocess, sys, time
kept = [subprocess.Popen(sys.argv[2:], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) for _ in range(int(sys.argv[1]))]
print('ready', flush=True)
time.sleep(600)`,
  ],
};

/** Many leaked servers at once: of a dead session of ours, and of two killed clients. */
export async function benchLeaked(counts: readonly number[]): Promise<Table> {
  const rows: string[][] = [];
  for (const count of counts) rows.push(await leakedAtOnce(count));
  return {
    title: 'Many leaked servers at once',
    note: 'A third of a dead session of ours, a third each of a Node and a Python client that were killed; two processes per server, graces 0. Listed: from opening a window until all are listed. Proof: until all are proven to be orphaned; the rule wants two scans 2 s apart. Reap: all of them, from the call until nothing is left, again with two scans 2 s apart for other clients’ servers. Beside it `tree-kill` on each root at once, which checks nothing, on as many of the same trees.',
    head: ['servers', 'listed', 'proof', 'reap', 'longest block: listing', 'reap', '`tree-kill`', 'faster'],
    rows,
  };
}

async function leakedAtOnce(count: number): Promise<string[]> {
  const sandbox = new Sandbox();
  try {
    const mark = `--run=${randomUUID()}`;
    await leak(sandbox, count, mark);
    const known: Recogniser = {
      serverOf: (args) =>
        args.at(-1) === mark
          ? { name: 'leaked', client: 'bench', file: undefined, basis: { kind: 'path' } }
          : undefined,
      clientOf: () => undefined,
    };
    const settings = { automatic: 'off' as const, graceOf: () => ({ stdin: 0, term: 0 }) };
    const tracker = await sandbox.tracker(settings, { recogniser: () => known });
    const orphans = () => tracker.inventory.servers.filter(({ verdict }) => verdict === 'orphaned');
    const started = performance.now();
    let [inventory, proof, reap] = [0, 0, 0];
    const scanBlock = await longestBlock(async () => {
      await waitFor('all are listed', () => listed(tracker, count), 120_000);
      inventory = performance.now() - started;
      await waitFor('all are proven', async () => (await tracker.sweep()) && orphans().length === count, 120_000);
      proof = performance.now() - started;
    });
    const only = orphans().map(({ key }) => key);
    const reapBlock = await longestBlock(async () => {
      const before = performance.now();
      await tracker.reapOrphans({ only });
      reap = performance.now() - before;
    });
    if (sandbox.living().length > 0) throw new Error(`${sandbox.living().length} processes are left`);
    const peer = await endByTreeKill(sandbox, count);
    return [`${count}`, ...[inventory, proof, reap, scanBlock, reapBlock, peer].map(time), ratio(peer, reap)];
  } finally {
    await sandbox.dispose();
  }
}

async function listed(tracker: Tracker, count: number): Promise<boolean> {
  return (await tracker.sweep()).servers.length === count;
}

/** Starts `count` servers and kills their clients. */
async function leak(sandbox: Sandbox, count: number, mark: string): Promise<void> {
  const third = Math.floor(count / 3);
  const owner = await new FakeOwner(sandbox).open();
  for (let i = 0; i < count - 2 * third; i++) {
    await owner.start([...SERVER, 'ours'], { command: '/bin/sh', record: { grace: { stdin: 0, term: 0 } } });
  }
  // Otherwise the first sweep would reap them before they are listed.
  owner.write({ automatic: 'off' });
  const clients = Object.values(CLIENTS).map(([command = '', ...args]): ChildProcess => {
    const child = spawn(command, [...args, `${third}`, '/bin/sh', ...SERVER, mark], {
      env: sandbox.environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return child;
  });
  await Promise.all(clients.map((child) => new Promise((resolve) => child.stdout?.once('data', resolve))));
  await Promise.all([owner.kill(), ...clients.map(killHard)]);
  // Each starts its child when its input ends.
  await waitFor('all servers have noticed the end of their input', () => sandbox.living().length === count * 2, 60_000);
}

async function endByTreeKill(sandbox: Sandbox, count: number): Promise<number> {
  const roots = Array.from({ length: count }, () =>
    spawn('/bin/sh', [...SERVER, 'peer'], { env: sandbox.environment, stdio: ['pipe', 'ignore', 'ignore'] }),
  );
  for (const { stdin } of roots) stdin?.end();
  await waitFor('all run', () => sandbox.living().length === count * 2, 60_000);
  const pids = sandbox.living();
  const before = performance.now();
  const ended = roots.map(
    ({ pid }) => new Promise((resolve) => treeKill(pid as number, 'SIGKILL', () => resolve(undefined))),
  );
  await Promise.all(ended);
  await waitFor('all are gone', () => !pids.some(isAlive), 120_000);
  return performance.now() - before;
}
