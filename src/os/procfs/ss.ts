import { execFile } from 'node:child_process';
import { FreshRun } from '../../common/async';
import { nextTick } from '../../common/eventLoop';

const TIMEOUT_MS = 3_000;

/** What `ss` prints. @throws the error of `execFile`. */
export async function runSs(args: readonly string[]): Promise<string> {
  // With PROC_NET_TCP, PROC_ROOT, TCPDIAG_FILE and their like it reads some file, and does not ask the kernel.
  const passed = Object.entries(process.env).filter(([name]) => !/^(?:PROC_|TCPDIAG_FILE$)/.test(name));
  const env = { ...Object.fromEntries(passed), LC_ALL: 'C' };
  // A host with much memory takes its time to start a child.
  await nextTick();
  return new Promise((resolve, reject) => {
    execFile('ss', args, { timeout: TIMEOUT_MS, maxBuffer: 64 << 20, env }, (error, stdout) =>
      error ? reject(error) : resolve(stdout),
    );
  });
}

const unixRuns = new FreshRun(() => runSs(['-H', '-a', '-x', '-p', '-n', '-e']));

/** All Unix sockets, one a line. Who asks for stdins and who asks for connections share a run. @throws as {@link runSs} */
export function runSsForUnix(): Promise<string> {
  return unixRuns.ask();
}
