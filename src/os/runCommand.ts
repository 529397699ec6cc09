import { execFile } from 'node:child_process';
import { InspectError } from './platform';

/** What a command printed, and its exit code. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program without a shell and waits for it; any exit code resolves.
 * @throws LookError with a readable reason when it cannot be started, is ended by a signal, prints too much, or takes
 *   longer than `timeout` milliseconds.
 */
export type CommandRunner = (command: string, args: readonly string[], timeout: number) => Promise<CommandResult>;

/** Environments of a thousand processes are some 10 MB. */
const MAX_OUTPUT_BYTES = 128 << 20;

/** The real {@link CommandRunner}. */
export const runCommand: CommandRunner = (command, args, timeout) =>
  new Promise((resolve, reject) => {
    execFile(
      command,
      [...args],
      {
        timeout,
        killSignal: 'SIGKILL',
        maxBuffer: MAX_OUTPUT_BYTES,
        windowsHide: true,
        env: commandEnvironment(process.platform, process.env),
      },
      (error, stdout, stderr) => {
        if (!error) return resolve({ code: 0, stdout, stderr });
        const { code, killed } = error;
        if (typeof code === 'number' && !killed) return resolve({ code, stdout, stderr });
        const reason = `\`${command}\` ${whyItFailed(error.code, killed, timeout)}`;
        reject(new InspectError(reason, error.code === 'ENOENT' ? 'no means' : 'failed'));
      },
    );
  });

/**
 * Only what the tools need: variables such as PS_FORMAT, PS_PERSONALITY, COLUMNS or COMMAND_MODE change what `ps`
 * prints, and a time zone or locale changes how it writes a start time (K27). Only characters are not those of the
 * locale C, which would replace every one that is not ASCII; where there is no such locale, it is C all the same.
 */
export function commandEnvironment(system: NodeJS.Platform, own: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (system === 'win32') return own;
  const clock = { TZ: 'UTC', LANG: 'C' };
  // All that we ask for is there, and nothing that somebody else installed under the same name.
  if (system === 'darwin') {
    return { ...clock, PATH: '/usr/bin:/bin:/usr/sbin:/sbin', LC_CTYPE: 'UTF-8', COMMAND_MODE: 'unix2003' };
  }
  return { ...clock, PATH: own.PATH, LC_CTYPE: 'C.UTF-8' };
}

function whyItFailed(code: unknown, killed: boolean | undefined, timeout: number): string {
  if (code === 'ENOENT') return 'is not installed, or not on the PATH';
  if (code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return 'printed too much';
  if (killed) return `did not answer within ${timeout / 1000} s`;
  return typeof code === 'string' ? `could not be run (${code})` : 'was ended by a signal';
}
