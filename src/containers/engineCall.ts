import { redactText } from '../clients/redaction';
import { type ProgramCall, type ProgramEnd, runProgram } from '../os/runCommand';
import { ENGINE_VARIABLES } from './containerRun';

/**
 * Why a call of an engine failed, for one line in the log.
 * - `missing`: no such program, or no engine behind it.
 * - `denied`: this user has no permission.
 * - `timeout`: no answer; the request may still take effect.
 * - `failed`: anything else.
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
  /** Present when the client exited, with any code. */
  readonly exitCode: number | undefined;
  /** Whether the output exceeded its limit. */
  readonly cutOff: boolean;
}

/** Runs a client once. Never rejects. */
export async function callClient(call: ProgramCall): Promise<CallEnd> {
  const end = await runProgram(call);
  return {
    stdout: end.stdout,
    stderr: end.stderr,
    error: errorOf(call, end),
    exitCode: end.kind === 'exited' ? end.code : undefined,
    cutOff: end.kind === 'too-much',
  };
}

/**
 * The environment for a client that must reach the same engine as the server's own client.
 * @param base environment of this process, for `PATH`, `HOME` and the like, without its engine variables
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

function errorOf({ program, timeout, maxOutput }: ProgramCall, end: ProgramEnd): EngineError | undefined {
  switch (end.kind) {
    case 'exited':
      return end.code === 0 ? undefined : explain(program, end.stderr, `it exited with code ${end.code}`);
    case 'signal':
      return explain(program, end.stderr, `it was ended by ${end.signal}`);
    case 'timeout': {
      const seconds = Math.round(timeout / 100) / 10;
      return { kind: 'timeout', message: `"${program}" did not answer within ${seconds} s; its engine may hang.` };
    }
    case 'too-much':
      return { kind: 'failed', message: `"${program}" wrote more than ${maxOutput} bytes.` };
    case 'not-run':
      if (end.code === 'ENOENT') return { kind: 'missing', message: `The program "${program}" was not found.` };
      if (end.code === 'EACCES')
        return { kind: 'denied', message: `You are not allowed to run the program "${program}".` };
      return { kind: 'failed', message: `"${program}" failed: it could not be run (${end.code}).` };
  }
}

/** @param how how it ended, for when its stderr is empty. Node's own message would be the command line with its secrets. */
function explain(program: string, stderr: string, how: string): EngineError {
  const said = firstLine(stderr);
  if (/permission denied|access is denied/i.test(stderr)) {
    return { kind: 'denied', message: `You are not allowed to use the engine of "${program}": ${said}` };
  }
  if (
    /cannot connect to|is the docker daemon running|failed to dial|unable to connect|rootless containerd not running|docker_engine.*cannot find/i.test(
      stderr,
    )
  ) {
    return { kind: 'missing', message: `The engine of "${program}" cannot be reached: ${said}` };
  }
  return { kind: 'failed', message: `"${program}" failed: ${said || how}` };
}

/** The first line with content, redacted, without the prefix of nerdctl's logger. */
function firstLine(stderr: string): string {
  const line = stderr.split(/\r?\n/).find((one) => one.trim() && !/level=(?:warning|info|debug)/.test(one)) ?? '';
  const message = /level=\w+ msg="((?:[^"\\]|\\.)*)"/.exec(line)?.[1] ?? line;
  return redactText(message.trim().slice(0, 300));
}
