import { type ChildProcess, spawn } from 'node:child_process';
import treeKill from 'tree-kill';
import { createProcfsPlatform } from '../src/os/procfs/procfsPlatform';
import { isAlive, Sandbox } from '../test/support/sandbox';
import { waitFor } from '../test/support/waitFor';
import { median, ratio, type Table, time } from './measure';

/** A shell with `size` children that ignore SIGTERM if asked to; it prints a line when all are running. */
function tree(size: number): { command: string; args: string[] } {
  const script = `i=1; while [ $i -lt ${size} ]; do sleep 3600 & i=$((i+1)); done; echo '{"ready":1}' >&2; wait`;
  return { command: '/bin/sh', args: ['-c', script] };
}

async function ready(child: ChildProcess): Promise<void> {
  await new Promise((resolve) => child.stderr?.once('data', resolve));
}

function treePids(root: number): number[] {
  const platform = createProcfsPlatform();
  return [root, ...(platform?.childrenOf?.(root) ?? [])];
}

/** Ending a launched tree with SIGKILL and checked identities, compared with `tree-kill`, which checks none. */
export async function benchEnding(sizes: readonly number[]): Promise<Table> {
  const rows: string[][] = [];
  for (const size of sizes) {
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round < 3; round++) {
      ours.push(await endByLadder(size));
      theirs.push(await endByTreeKill(size));
    }
    rows.push([`${size}`, time(median(theirs)), time(median(ours)), ratio(median(theirs), median(ours))]);
  }
  return {
    title: 'Ending a launched tree',
    note: 'Median of 3, from the call until nothing is left. Ours reads each identity again before each signal and scans twice more at the end; graces are 0 on both sides.',
    head: ['processes', '`tree-kill`', 'ours', 'faster'],
    rows,
  };
}

async function endByLadder(size: number): Promise<number> {
  const sandbox = new Sandbox();
  try {
    const { command, args } = tree(size);
    const tracker = await sandbox.tracker({ launchTimeout: 60_000 });
    const description = { ...sandbox.server('tree'), command, args, grace: { stdin: 0, term: 0 } };
    // It speaks no MCP: the launch stays pending, which does not matter here.
    const launching = tracker.servers.launch(description).catch(() => {});
    await waitFor('the tree is complete', () => sandbox.living().length >= size, 60_000);
    await tracker.sweep();
    const started = performance.now();
    await tracker.servers.stop('tree');
    const took = performance.now() - started;
    if (sandbox.living().length > 0) throw new Error('something is left');
    await launching;
    return took;
  } finally {
    await sandbox.dispose();
  }
}

async function endByTreeKill(size: number): Promise<number> {
  const { command, args } = tree(size);
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  await ready(child);
  const pids = treePids(child.pid as number);
  const started = performance.now();
  await new Promise<void>((resolve, reject) =>
    treeKill(child.pid as number, 'SIGKILL', (error) => (error ? reject(error) : resolve())),
  );
  await waitFor('all are gone', () => !pids.some(isAlive), 60_000);
  return performance.now() - started;
}
