import type { ChildProcess } from 'node:child_process';
import { codeOf } from '../common/errors';
import { InspectError, type PlainReason } from './reason';

export interface ProgramCall {
  readonly program: string;
  readonly args: readonly string[];
  /** The whole environment: nothing is inherited. */
  readonly environment: NodeJS.ProcessEnv;
  /** ms. */
  readonly timeout: number;
  /** Bytes for each of stdout and stderr. */
  readonly maxOutput: number;
}

/**
 * How a program ended.
 * - `exited`: it exited, with any code.
 * - `signal`: another program killed it.
 * - `timeout`, `too-much`: we killed it because it took too long or wrote too much.
 * - `not-run`: it could not be started.
 */
export type ProgramEnd = { readonly stdout: string; readonly stderr: string } & (
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signal'; readonly signal: string }
  | { readonly kind: 'timeout' | 'too-much' }
  /** `code`: the system's, such as ENOENT; undefined for invalid arguments. */
  | { readonly kind: 'not-run'; readonly code: string | undefined }
);

/**
 * Runs a program and waits for it: the only place that does so. No shell, no input. Never rejects. A program that takes
 * too long is killed by its handle and not awaited any further: its own helper (ssh) may hold its outputs open.
 */
export async function runProgram(call: ProgramCall): Promise<ProgramEnd> {
  const { program, args, environment, timeout, maxOutput } = call;
  // Not above: the guard mostly ends servers without a program, and so starts earlier.
  const { execFile } = await import('node:child_process');
  return new Promise((resolve) => {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      child?.kill('SIGKILL');
      child?.stdout?.destroy();
      child?.stderr?.destroy();
    }, timeout);
    const end = (error: unknown, stdout: string, stderr: string) => {
      clearTimeout(timer);
      resolve({ ...(isLate ? { kind: 'timeout' } : endOf(error)), stdout, stderr });
    };
    let child: ChildProcess | undefined;
    try {
      child = execFile(
        program,
        [...args],
        {
          env: environment,
          encoding: 'utf8',
          maxBuffer: maxOutput,
          killSignal: 'SIGKILL',
          windowsHide: true,
          cwd: safeFolder(),
        },
        end,
      );
      child.stdin?.on('error', () => {});
      child.stdin?.end();
    } catch (error) {
      // For example a NUL in an argument.
      end(error, '', '');
    }
  });
}

function endOf(error: unknown) {
  if (error === null) return { kind: 'exited', code: 0 } as const;
  const { code, signal } = error as { readonly code?: unknown; readonly signal?: unknown };
  if (code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return { kind: 'too-much' } as const;
  if (typeof code === 'number') return { kind: 'exited', code } as const;
  if (typeof signal === 'string') return { kind: 'signal', signal } as const;
  return { kind: 'not-run', code: codeOf(error) } as const;
}

/** Never the folder of a workspace: Windows searches it for programs first. */
function safeFolder(): string {
  return process.platform === 'win32' ? (process.env.SystemRoot ?? 'C:\\') : '/';
}

/** What a command printed, and its exit code. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a tool of the system and waits for it; any exit code resolves.
 * @throws InspectError when it cannot be started, is ended by a signal, prints too much, or takes
 *   longer than `timeout` milliseconds.
 */
export type CommandRunner = (command: string, args: readonly string[], timeout: number) => Promise<CommandResult>;

/** The environments of a thousand processes take about 10 MB. */
const MAX_OUTPUT_BYTES = 128 << 20;

/** The real {@link CommandRunner}. */
export const runCommand: CommandRunner = async (command, args, timeout) => {
  const environment = commandEnvironment(process.platform, process.env);
  const end = await runProgram({ program: command, args, environment, timeout, maxOutput: MAX_OUTPUT_BYTES });
  if (end.kind === 'exited') return { code: end.code, stdout: end.stdout, stderr: end.stderr };
  const reason = programReason(command, end, timeout);
  throw new InspectError(reason, reason.kind === 'program-missing' ? 'no means' : 'failed');
};

/**
 * Only what the tools need: variables such as PS_FORMAT, PS_PERSONALITY, COLUMNS or COMMAND_MODE change what `ps`
 * prints, and a time zone or locale changes how it writes a start time (K27). Characters are UTF-8, because the locale C
 * would replace all that are not ASCII; a system without that locale uses C.
 */
export function commandEnvironment(system: NodeJS.Platform, own: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (system === 'win32') return own;
  const clock = { TZ: 'UTC', LANG: 'C' };
  // Here are the system's own tools, and no other programs of the same names.
  if (system === 'darwin') {
    return { ...clock, PATH: '/usr/bin:/bin:/usr/sbin:/sbin', LC_CTYPE: 'UTF-8', COMMAND_MODE: 'unix2003' };
  }
  return { ...clock, PATH: own.PATH, LC_CTYPE: 'C.UTF-8' };
}

/** Why a program gave no answer. @param timeout the ms that it had */
export function programReason(program: string, end: ProgramEnd, timeout: number): PlainReason {
  switch (end.kind) {
    case 'exited':
      return { kind: 'program-exit', program, code: end.code };
    case 'signal':
      return { kind: 'program-signal', program };
    case 'timeout':
      return { kind: 'program-timeout', program, seconds: timeout / 1000 };
    case 'too-much':
      return { kind: 'program-too-much', program };
    case 'not-run':
      if (end.code === 'ENOENT') return { kind: 'program-missing', program };
      return { kind: 'program-not-run', program, code: String(end.code) };
  }
}
