import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Sandbox } from '../test/support/sandbox';
import { waitFor } from '../test/support/waitFor';
import { InstalledWrapper } from '../test/support/wrapper';
import { median, type Table, time } from './measure';

const ROUNDS = 40;
const CALLS = 300;
/** Answers each line with a line. */
const ECHO = ['node', '-e', 'process.stdin.pipe(process.stdout)'];

/** The cost of `mcp-processes run`: at the start, per call, and while waiting. */
export async function benchWrapper(): Promise<Table> {
  const sandbox = new Sandbox();
  const children: ChildProcess[] = [];
  try {
    const installed = new InstalledWrapper(sandbox);
    const env = { ...installed.environment, MCP_PROCESSES_PARENT_CHECK_SECONDS: '600' };
    const start = (command: readonly string[]) => {
      const child = spawn(command[0] as string, command.slice(1), { env, stdio: ['pipe', 'pipe', 'ignore'] });
      children.push(child);
      return child;
    };
    const run = [installed.path, 'run', '--'];
    spawnSync(installed.path, ['run', '--', 'true'], { env });
    const starts: Record<string, number[]> = { plain: [], shell: [], run: [] };
    // In turns, so that other load on this machine affects all of them.
    for (let round = 0; round < ROUNDS; round++) {
      for (const [name, command] of Object.entries({ plain: [], shell: ['sh', '-c', 'exec "$@"', 'sh'], run })) {
        const begun = performance.now();
        const [program = 'true', ...args] = [...command, 'true'];
        spawnSync(program, args, { env });
        starts[name]?.push(performance.now() - begun);
      }
      endWatchers(sandbox);
    }
    endWatchers(sandbox);
    const calls: number[] = [];
    for (const command of [ECHO, [...run, ...ECHO]]) calls.push(await callTime(start(command)));
    const watcher = await waitFor('a watcher', () => sandbox.guards()[0]);
    const nap = await waitFor('it sleeps', () =>
      Number(readFileSync(`/proc/${watcher}/task/${watcher}/children`, 'utf8')),
    );
    const [plain, shell, launched] = ['plain', 'shell', 'run'].map((name) => median(starts[name] as number[]));
    return {
      title: 'mcp-processes run',
      note: `Start: median of ${ROUNDS} starts of a program that ends at once. Call: median of ${CALLS} lines there and back. Watching: resident / proportional memory of the shell, and of its \`sleep\`.`,
      head: ['', 'plainly', 'through a mere `sh -c exec`', 'through `mcp-processes run`'],
      rows: [
        ['start', time(plain as number), time(shell as number), time(launched as number)],
        ['call', time(calls[0] as number), '', time(calls[1] as number)],
        ['watching', '', '', `${memory(watcher)}, ${memory(nap)}`],
      ],
    };
  } finally {
    for (const child of children) child.kill('SIGKILL');
    await sandbox.dispose();
  }
}

function endWatchers(sandbox: Sandbox): void {
  for (const watcher of sandbox.guards()) {
    try {
      process.kill(watcher, 'SIGKILL');
    } catch {
      // It was just ending.
    }
  }
}

async function callTime(child: ChildProcess): Promise<number> {
  const times: number[] = [];
  for (let call = 0; call < CALLS; call++) {
    const answer = new Promise((resolve) => child.stdout?.once('data', resolve));
    const begun = performance.now();
    child.stdin?.write('{"jsonrpc":"2.0","id":1}\n');
    await answer;
    times.push(performance.now() - begun);
  }
  return median(times);
}

/** "1.7 MB / 0.2 MB": resident, and with shared pages divided among the processes that share them. */
function memory(pid: number): string {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const of = (key: string) => Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(text)?.[1]) / 1024;
  return `${of('Rss').toFixed(1)} MB / ${of('Pss').toFixed(1)} MB`;
}
