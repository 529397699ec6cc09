import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Runs a test script in namespaces of its own (`unshare` flags), where a test may choose pids or move clocks.
 * An ordinary user gets the right to it from a user namespace.
 * @throws with the script's output when it fails.
 */
export async function runInside(flags: readonly string[], script: string, ...args: string[]): Promise<void> {
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  const node = [process.execPath, '--import', 'tsx', join(__dirname, '../process/inside', script), ...args];
  // The shell is the namespace's process 1: it collects what is orphaned, so that its pid is free again.
  const child = spawn('unshare', [...user, ...flags, 'sh', '-c', '"$@"; exit $?', 'sh', ...node], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
  const code = await new Promise((resolve, reject) => child.once('close', resolve).once('error', reject));
  if (code !== 0) {
    throw new Error(
      `${script} ${args.join(' ')} failed (this needs root, or user namespaces for everybody):\n${output}`,
    );
  }
}

/** Starts a process with this very pid, which must be free. Only in a pid namespace of our own. */
export async function spawnAs(pid: number, command: string, args: string[], env: Record<string, string>) {
  for (let attempt = 0; attempt < 200; attempt++) {
    writeFileSync('/proc/sys/kernel/ns_last_pid', String(pid - 1));
    const child = spawn(command, args, { env, stdio: 'ignore', detached: true });
    if (child.pid === pid) return child;
    // A thread was faster.
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await exited;
  }
  throw new Error(`pid ${pid} could not be had`);
}
