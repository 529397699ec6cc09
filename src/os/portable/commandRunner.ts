import { execFile } from 'node:child_process';

/** What a command printed, and its exit code. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program without a shell and waits for it; any exit code resolves.
 * @throws Error with a readable reason when it cannot be started, is ended by a signal, prints too much, or takes
 *   longer than `timeout` milliseconds.
 */
export type CommandRunner = (
  command: string,
  args: readonly string[],
  timeout: number,
  /** How bytes become text; UTF-8 unless told. */
  encoding?: 'utf8' | 'latin1',
) => Promise<CommandResult>;

/** Environments of a thousand processes are some 10 MB. */
const MAX_OUTPUT_BYTES = 128 << 20;

/** The real {@link CommandRunner}. */
export const runCommand: CommandRunner = (command, args, timeout, encoding = 'utf8') =>
  new Promise((resolve, reject) => {
    execFile(
      command,
      [...args],
      {
        timeout,
        killSignal: 'SIGKILL',
        maxBuffer: MAX_OUTPUT_BYTES,
        windowsHide: true,
        encoding,
        env: commandEnvironment(),
      },
      (error, stdout, stderr) => {
        if (!error) return resolve({ code: 0, stdout, stderr });
        const { code, killed } = error;
        if (typeof code === 'number' && !killed) return resolve({ code, stdout, stderr });
        reject(new Error(`\`${command}\` ${whyItFailed(error.code, killed, timeout)}`));
      },
    );
  });

/**
 * Only what the tools need: variables such as PS_FORMAT, PS_PERSONALITY, COLUMNS or COMMAND_MODE change what `ps`
 * prints, and a time zone or locale changes how it writes a start time (K27).
 */
function commandEnvironment(): NodeJS.ProcessEnv {
  if (process.platform === 'win32') return process.env;
  // lsof, sysctl and ioreg live in a folder that an editor's PATH may lack.
  const path = process.platform === 'darwin' ? `${process.env.PATH ?? '/usr/bin:/bin'}:/usr/sbin` : process.env.PATH;
  return { PATH: path, TZ: 'UTC', LC_ALL: 'C', COMMAND_MODE: 'unix2003' };
}

function whyItFailed(code: unknown, killed: boolean | undefined, timeout: number): string {
  if (code === 'ENOENT') return 'is not installed, or not on the PATH';
  if (code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return 'printed too much';
  if (killed) return `did not answer within ${timeout / 1000} s`;
  return typeof code === 'string' ? `could not be run (${code})` : 'was ended by a signal';
}

/** The reason in an error, for a `Look` or an `unknown`. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
