import { redactText } from '../clients/redaction';
import type { EngineFailure } from '../model/engineFailure';
import { type ProgramCall, type ProgramEnd, runProgram } from '../os/runCommand';
import { ENGINE_VARIABLES } from './containerRun';

export type EngineAnswer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: EngineFailure };

/** How a call of a client ended. */
export interface CallEnd {
  readonly stdout: string;
  readonly stderr: string;
  readonly error: EngineFailure | undefined;
  /** Set when the client exited, with any code. */
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

function errorOf({ program, timeout, maxOutput }: ProgramCall, end: ProgramEnd): EngineFailure | undefined {
  switch (end.kind) {
    case 'exited':
      return end.code === 0 ? undefined : explain(program, end.stderr, { found: 'exit code', code: end.code });
    case 'signal':
      return explain(program, end.stderr, { found: 'signal', signal: end.signal });
    case 'timeout':
      return { kind: 'timeout', program, seconds: Math.round(timeout / 100) / 10 };
    case 'too-much':
      return { kind: 'failed', program, found: 'too much', bytes: maxOutput };
    case 'not-run':
      if (end.code === 'ENOENT') return { kind: 'missing', program, found: 'program' };
      if (end.code === 'EACCES') return { kind: 'denied', program, found: 'program' };
      return { kind: 'failed', program, found: 'not run', code: String(end.code) };
  }
}

/** @param how it ended, where it did not say why. Node's own message is the whole command line, secrets included. */
function explain(
  program: string,
  stderr: string,
  how: { found: 'exit code'; code: number } | { found: 'signal'; signal: string },
): EngineFailure {
  const said = firstLine(stderr);
  if (/permission denied|access is denied/i.test(stderr)) {
    return { kind: 'denied', program, found: 'engine', said };
  }
  if (
    /cannot connect to|is the docker daemon running|failed to dial|unable to connect|rootless containerd not running|docker_engine.*cannot find/i.test(
      stderr,
    )
  ) {
    return { kind: 'missing', program, found: 'engine', said };
  }
  return { kind: 'failed', program, ...(said === '' ? how : { found: 'said', said }) };
}

/** The first line with content, redacted, without the prefix of nerdctl's logger. */
function firstLine(stderr: string): string {
  const line = stderr.split(/\r?\n/).find((one) => one.trim() && !/level=(?:warning|info|debug)/.test(one)) ?? '';
  const message = /level=\w+ msg="((?:[^"\\]|\\.)*)"/.exec(line)?.[1] ?? line;
  return redactText(message.trim().slice(0, 300));
}
