import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

const running = new Set<ChildProcess>();

/** Ends the namespace of a test that has run out of time. `--kill-child` ends everything in it. */
export function endInside(): void {
  for (const child of running) child.kill('SIGKILL');
}

/**
 * Runs a test script in its own namespaces (`unshare` flags), where it may choose pids or move clocks.
 * A user namespace gives an ordinary user the right to do so.
 * @throws with the script's output when it fails.
 */
export async function runInside(flags: readonly string[], script: string, ...args: string[]): Promise<void> {
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  const node = [process.execPath, '--import', 'tsx', join(__dirname, '../process/inside', script), ...args];
  // The shell is the namespace's process 1: it waits for orphans, so that their pids become free.
  const child = spawn('unshare', [...user, ...flags, 'sh', '-c', '"$@"; exit $?', 'sh', ...node], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
  running.add(child);
  const ended = new Promise((resolve, reject) => child.once('close', resolve).once('error', reject));
  const code = await ended.finally(() => running.delete(child));
  if (code !== 0) {
    throw new Error(
      `${script} ${args.join(' ')} failed (this needs root, or user namespaces for ordinary users):\n${output}`,
    );
  }
}

/** clone3 with set_tid: the child gets this pid, or clone3 fails. No other process can take the pid in between. */
const CLONE_AS = `
import ctypes, os, sys
wish = ctypes.c_int(int(sys.argv[1]))
args = (ctypes.c_uint64 * 11)(0, 0, 0, 0, 17, 0, 0, 0, ctypes.addressof(wish), 1, 0)
libc = ctypes.CDLL(None, use_errno=True)
pid = libc.syscall(435, ctypes.byref(args), 88)
if pid < 0: sys.exit(os.strerror(ctypes.get_errno()))
if pid == 0:
    os.setsid()
    os.execvp(sys.argv[2], sys.argv[2:])
`;

/** Starts a process with this pid, which must be free, as the leader of its own POSIX session and group. */
export async function spawnAs(pid: number, command: string, args: string[], env: Record<string, string>) {
  const child = spawn('python3', ['-c', CLONE_AS, String(pid), command, ...args], { env, stdio: 'inherit' });
  const code = await new Promise((resolve, reject) => child.once('exit', resolve).once('error', reject));
  if (code !== 0) throw new Error(`pid ${pid} is not free`);
}
