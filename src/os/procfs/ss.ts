import { FreshRun } from '../../common/async';
import { nextTick } from '../../common/eventLoop';
import { SS_TIMEOUT_MS } from '../../common/limits';
import { InspectError, type PlainReason } from '../reason';
import { programReason, runProgram } from '../runCommand';

const MAX_OUTPUT_BYTES = 64 << 20;

/** `ss` could not be run, or gave no answer. */
export class SsError extends InspectError<PlainReason> {}

/** What `ss` prints. @throws SsError */
export async function runSs(args: readonly string[]): Promise<string> {
  // PROC_NET_TCP, PROC_ROOT, TCPDIAG_FILE and the like make it read a file instead of asking the kernel.
  const passed = Object.entries(process.env).filter(([name]) => !/^(?:PROC_|TCPDIAG_FILE$)/.test(name));
  const environment = { ...Object.fromEntries(passed), LC_ALL: 'C' };
  // In a host with much memory, starting a child blocks for long.
  await nextTick();
  const end = await runProgram({
    program: 'ss',
    args,
    environment,
    timeout: SS_TIMEOUT_MS,
    maxOutput: MAX_OUTPUT_BYTES,
  });
  if (end.kind === 'exited' && end.code === 0) return end.stdout;
  const reason = programReason('ss', end, SS_TIMEOUT_MS);
  throw new SsError(reason, reason.kind === 'program-missing' ? 'no means' : 'failed');
}

const unixRuns = new FreshRun(() => runSs(['-H', '-a', '-x', '-p', '-n', '-e']));

/** All Unix sockets, one a line. Questions about stdins and about connections share a run. @throws as {@link runSs} */
export function runSsForUnix(): Promise<string> {
  return unixRuns.ask();
}
