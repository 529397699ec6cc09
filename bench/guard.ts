import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, Sandbox, SERVER } from '../test/support/sandbox';
import { waitFor } from '../test/support/waitFor';
import { proportionalMemory } from './crowd';
import { median, ratio, type Table, time } from './measure';

const ROUNDS = 5;

/** The usual solution: checking every few seconds whether the parent is alive. */
const POLLERS: Record<string, (parent: number, server: number, seconds: number) => [string, string[]]> = {
  'Python, every 5 s': (parent, server, seconds) => [
    'python3',
    [
      '-c',
      `import os,time,signal
while True:
  time.sleep(${seconds})
  try:
    if open('/proc/${parent}/stat').read().rsplit(')',1)[1].split()[0]=='Z': raise OSError
  except OSError:
    os.kill(${server}, signal.SIGTERM); break`,
    ],
  ],
  'Node, every 5 s': (parent, server, seconds) => [
    process.execPath,
    [
      '-e',
      `setInterval(()=>{try{if(require('fs').readFileSync('/proc/${parent}/stat','latin1').split(') ')[1][0]==='Z')throw 0}catch{process.kill(${server});process.exit()}},${seconds * 1000})`,
    ],
  ],
};

interface Outcome {
  /** ms from the kill to the first signal, and until nothing is left. */
  readonly first: number;
  readonly all: number;
  /** Bytes while waiting. */
  readonly memory: number;
}

export async function benchGuard(): Promise<Table[]> {
  const guard = await rounds(() => withGuard());
  const rows = [['guard', time(guard.first), time(guard.all), megabytes(guard.memory), '', '']];
  for (const [name, poller] of Object.entries(POLLERS)) {
    const theirs = await rounds(() => withPoller(poller, 5));
    rows.push([
      name,
      time(theirs.first),
      time(theirs.all),
      megabytes(theirs.memory),
      ratio(theirs.first, guard.first),
      ratio(theirs.memory, guard.memory),
    ]);
  }
  if (process.env.BENCH_LONG) {
    const sweep = await withPoller(POLLERS['Node, every 5 s'] as (typeof POLLERS)[string], 300);
    rows.push([
      'sweep, every 300 s (once)',
      time(sweep.first),
      time(sweep.all),
      '',
      ratio(sweep.first, guard.first),
      '',
    ]);
  }
  return [
    {
      title: 'After kill -9 of the host',
      note:
        `Median of ${ROUNDS}; the server ignores end-of-file and obeys SIGTERM, graces 0, so that only the detection is measured. ` +
        'The kill comes at a random moment of the pollers’ interval. Memory is proportional (`Pss`), while waiting.',
      head: ['who', 'first signal', 'nothing left', 'memory', 'guard is faster', 'guard is smaller'],
      rows,
    },
  ];
}

async function rounds(once: () => Promise<Outcome>): Promise<Outcome> {
  const all: Outcome[] = [];
  for (let round = 0; round < ROUNDS; round++) all.push(await once());
  return {
    first: median(all.map(({ first }) => first)),
    all: median(all.map(({ all: whole }) => whole)),
    memory: median(all.map(({ memory }) => memory)),
  };
}

async function withGuard(): Promise<Outcome> {
  const sandbox = new Sandbox();
  try {
    const note = join(sandbox.path, 'term');
    const host = await sandbox.host({ deaf: ['--deaf-to-eof', `--note-term=${note}`] }, 'on', {
      guard: true,
      grace: { stdin: 0, term: 1_000 },
    });
    const memory = proportionalMemory(sandbox.guards()[0] as number);
    return { ...(await killAndWatch(host.child, host.servers[0] as number, note)), memory };
  } finally {
    await sandbox.dispose();
  }
}

async function withPoller(poller: (typeof POLLERS)[string], seconds: number): Promise<Outcome> {
  const sandbox = new Sandbox();
  try {
    const note = join(sandbox.path, 'term');
    const environment = sandbox.environment;
    const host = spawn('sleep', ['3600'], { env: environment, stdio: 'ignore' });
    const server = spawn(process.execPath, [SERVER, '--silent', '--deaf-to-eof', `--note-term=${note}`], {
      env: environment,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    const [command, args] = poller(host.pid as number, server.pid as number, seconds);
    const watcher = spawn(command, args, { env: environment, stdio: 'ignore' });
    await new Promise((resolve) => setTimeout(resolve, 1_000 + Math.random() * Math.min(seconds, 60) * 1000));
    const memory = proportionalMemory(watcher.pid as number);
    return { ...(await killAndWatch(host, server.pid as number, note, (seconds + 5) * 1000)), memory };
  } finally {
    await sandbox.dispose();
  }
}

async function killAndWatch(host: ChildProcess, server: number, note: string, timeout = 20_000) {
  const started = Date.now();
  host.kill('SIGKILL');
  await waitFor('the server is gone', () => !isAlive(server), timeout);
  const all = Date.now() - started;
  await waitFor('the note', () => existsSync(note) && readFileSync(note, 'utf8') !== '');
  return { first: Number(readFileSync(note, 'utf8')) - started, all };
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MB`;
}
