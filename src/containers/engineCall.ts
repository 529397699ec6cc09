import { execFile } from 'node:child_process';
import { redactText } from '../clients/redaction';
import { ENGINE_VARIABLES } from './containerRun';

/**
 * Why an engine could not be asked, for one line in the log.
 * - `missing`: no such program, or no engine behind it. - `denied`: this user may not. - `timeout`: no answer; what was
 *   asked for may still happen. - `failed`: anything else.
 */
export interface EngineError {
  readonly kind: 'missing' | 'denied' | 'timeout' | 'failed';
  /** One sentence. */
  readonly message: string;
}

export type EngineAnswer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: EngineError };

/** How a call of a client ended. */
export interface CallEnd {
  readonly stdout: string;
  readonly stderr: string;
  readonly error: EngineError | undefined;
  /** Set when the client exited, with any code. */
  readonly exitCode: number | undefined;
  /** Set when more came than was allowed for. */
  readonly cutOff: boolean;
}

export interface Call {
  readonly program: string;
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** ms. */
  readonly timeout: number;
  /** Bytes of each of the two outputs. */
  readonly limit: number;
}

/**
 * Runs a client once, without a shell. Never rejects. A client that does not end in time is killed by its own handle,
 * and nothing of it is waited for: a helper of its own (ssh) may hold its outputs open.
 */
export function callClient({ program, args, environment, timeout, limit }: Call): Promise<CallEnd> {
  return new Promise((resolve) => {
    let isLate = false;
    const end = (failure: (Error & { code?: unknown }) | null, stdout: string, stderr: string) => {
      clearTimeout(timer);
      const cutOff = failure?.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER';
      const exitCode = failure === null ? 0 : typeof failure.code === 'number' ? failure.code : undefined;
      const error =
        failure === null
          ? undefined
          : isLate
            ? timedOut(program, timeout)
            : explain(program, failure, stderr, cutOff, limit);
      resolve({ stdout, stderr, error, exitCode, cutOff });
    };
    const timer = setTimeout(() => {
      isLate = true;
      child?.kill('SIGKILL');
      child?.stdout?.destroy();
      child?.stderr?.destroy();
    }, timeout);
    let child: ReturnType<typeof execFile> | undefined;
    try {
      child = execFile(
        program,
        [...args],
        {
          env: environment,
          encoding: 'utf8',
          maxBuffer: limit,
          killSignal: 'SIGKILL',
          windowsHide: true,
          cwd: folder(),
        },
        end,
      );
      child.stdin?.on('error', () => {});
      child.stdin?.end();
    } catch (error) {
      // A NUL in an argument, for one.
      end(error as Error, '', '');
    }
  });
}

/**
 * The environment for a client that has to reach the same engine as a server's own client did.
 * @param base environment of this process: `PATH`, `HOME` and the like come from here, the choice of engine does not.
 * @param chosen the server's engine variables.
 */
export function clientEnvironment(
  base: NodeJS.ProcessEnv,
  chosen: Readonly<Record<string, string>>,
): NodeJS.ProcessEnv {
  const own = Object.entries(base).filter(
    ([name]) => !ENGINE_VARIABLES.includes(name) && name !== 'MCP_PROCESSES_COOKIE' && name !== 'LC_ALL',
  );
  return { ...Object.fromEntries(own), LC_ALL: 'C', DOCKER_CLI_HINTS: 'false', ...chosen };
}

/** Never the folder of a workspace: Windows looks for programs there first. */
function folder(): string {
  return process.platform === 'win32' ? (process.env.SystemRoot ?? 'C:\\') : '/';
}

function timedOut(program: string, timeout: number): EngineError {
  const message = `"${program}" did not answer within ${Math.round(timeout / 100) / 10} s; its engine may hang.`;
  return { kind: 'timeout', message };
}

function explain(
  program: string,
  failure: Error & { code?: unknown; signal?: unknown },
  stderr: string,
  cutOff: boolean,
  limit: number,
): EngineError {
  if (failure.code === 'ENOENT') return { kind: 'missing', message: `The program "${program}" was not found.` };
  if (failure.code === 'EACCES') return { kind: 'denied', message: `The program "${program}" may not be executed.` };
  if (cutOff) return { kind: 'failed', message: `"${program}" wrote more than ${limit} bytes.` };
  const said = firstLine(stderr);
  if (/permission denied|access is denied/i.test(stderr)) {
    return { kind: 'denied', message: `This user may not use the engine of "${program}": ${said}` };
  }
  if (
    /cannot connect to|is the docker daemon running|failed to dial|unable to connect|rootless containerd not running|docker_engine.*cannot find/i.test(
      stderr,
    )
  ) {
    return { kind: 'missing', message: `The engine of "${program}" cannot be reached: ${said}` };
  }
  // Node's own message is the complete command line, which may hold the engine's address with a password.
  const how =
    typeof failure.code === 'number'
      ? `it exited with code ${failure.code}`
      : `it was ended by ${failure.signal ?? failure.code}`;
  return { kind: 'failed', message: `"${program}" failed: ${said || how}` };
}

/** The first line that says something, redacted; without the frame that nerdctl's logger puts around it. */
function firstLine(stderr: string): string {
  const line = stderr.split(/\r?\n/).find((one) => one.trim() && !/level=(?:warning|info|debug)/.test(one)) ?? '';
  const message = /level=\w+ msg="((?:[^"\\]|\\.)*)"/.exec(line)?.[1] ?? line;
  return redactText(message.trim().slice(0, 300));
}
