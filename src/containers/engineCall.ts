import * as l10n from '@vscode/l10n';
import { redactText } from '../clients/redaction';
import { type ProgramCall, type ProgramEnd, runProgram } from '../os/runCommand';
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

function errorOf({ program, timeout, maxOutput }: ProgramCall, end: ProgramEnd): EngineError | undefined {
  switch (end.kind) {
    case 'exited':
      return end.code === 0 ? undefined : explain(program, end.stderr, l10n.t('it exited with code {0}', end.code));
    case 'signal':
      return explain(program, end.stderr, l10n.t('it was ended by {0}', end.signal));
    case 'timeout': {
      const seconds = Math.round(timeout / 100) / 10;
      return {
        kind: 'timeout',
        message: l10n.t('"{0}" did not answer within {1} s; its engine may hang.', program, seconds),
      };
    }
    case 'too-much':
      return { kind: 'failed', message: l10n.t('"{0}" wrote more than {1} bytes.', program, maxOutput) };
    case 'not-run':
      if (end.code === 'ENOENT')
        return { kind: 'missing', message: l10n.t('The program "{0}" was not found.', program) };
      if (end.code === 'EACCES')
        return { kind: 'denied', message: l10n.t('You are not allowed to run the program "{0}".', program) };
      return { kind: 'failed', message: l10n.t('"{0}" failed: it could not be run ({1}).', program, end.code ?? '?') };
  }
}

/** @param how it ended, where it did not say why. Node's own message is the whole command line, secrets included. */
function explain(program: string, stderr: string, how: string): EngineError {
  const said = firstLine(stderr);
  if (/permission denied|access is denied/i.test(stderr)) {
    return { kind: 'denied', message: l10n.t('You are not allowed to use the engine of "{0}": {1}', program, said) };
  }
  if (
    /cannot connect to|is the docker daemon running|failed to dial|unable to connect|rootless containerd not running|docker_engine.*cannot find/i.test(
      stderr,
    )
  ) {
    return { kind: 'missing', message: l10n.t('The engine of "{0}" cannot be reached: {1}', program, said) };
  }
  return { kind: 'failed', message: `"${program}" failed: ${said || how}` };
}

/** The first line that says something, redacted; without the frame that nerdctl's logger puts around it. */
function firstLine(stderr: string): string {
  const line = stderr.split(/\r?\n/).find((one) => one.trim() && !/level=(?:warning|info|debug)/.test(one)) ?? '';
  const message = /level=\w+ msg="((?:[^"\\]|\\.)*)"/.exec(line)?.[1] ?? line;
  return redactText(message.trim().slice(0, 300));
}
