import { spawn } from 'node:child_process';
import { writeSleeper } from './lookalikes';
import { nextLine } from './nextLine';
import { killHard, type Sandbox } from './sandbox';

export interface Abandoned {
  /** What it shows as its arguments. */
  readonly args: readonly string[];
  readonly folder: string;
}

/** A client that gives each process a pipe as its input, as agents in Python, Rust and Go do. */
const CLIENT = `
import json, subprocess, sys, time
order = json.loads(sys.argv[1])
started = [subprocess.Popen(one['args'], executable=order['file'], cwd=one['folder'], stdin=subprocess.PIPE)
           for one in order['processes']]
print(json.dumps([one.pid for one in started]), flush=True)
time.sleep(600)
`;

/**
 * Starts processes with any arguments in any folder below one client, and kills that, so that nothing can write to
 * their inputs. They look like orphaned servers. @returns their pids, in the same order.
 */
export async function abandoned(sandbox: Sandbox, processes: readonly Abandoned[]): Promise<number[]> {
  const order = JSON.stringify({ file: writeSleeper(sandbox).file, processes });
  const client = spawn('python3', ['-I', '-S', '-c', CLIENT, order], {
    env: sandbox.environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const pids = JSON.parse(await nextLine(client)) as number[];
  await killHard(client);
  return pids;
}
