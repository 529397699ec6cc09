import { existsSync, statSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';
import type { LaunchDescription } from '../clients/launchDescription';
import { redactText } from '../clients/redaction';
import type { StartProblem } from '../model/startProblem';
import type { ExitStatus } from '../registry/history';
import { errorText } from '../wording/reasons';

// Why a launch fails, as data.

/** The program of a description cannot be started. */
export class StartError extends Error {
  constructor(readonly problem: StartProblem) {
    super(JSON.stringify(problem));
  }
}

/** Finds what the system refuses without a useful error. @throws StartError */
export function assertStartable({ command, args, environment, cwd }: LaunchDescription): void {
  // Node's own error quotes the value, which may be a secret.
  if ([command, ...args, ...Object.entries(environment).flat()].some((text) => text.includes('\0'))) {
    throw new StartError({ kind: 'nul-byte' });
  }
  if (cwd !== undefined && !isFolder(cwd)) {
    throw new StartError({ kind: existsSync(cwd) ? 'folder-is-file' : 'folder-missing', folder: cwd });
  }
  if (/[\\/]/.test(command) && isFolder(command)) {
    throw new StartError({ kind: 'command-is-folder', command });
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** Why the system refuses to start a program. */
export function spawnProblem(
  error: NodeJS.ErrnoException,
  { command, cwd, environment }: LaunchDescription,
): StartProblem {
  const isPath = /[\\/]/.test(command);
  const places = isPath ? [resolve(cwd ?? '.')] : (environment.PATH ?? '').split(delimiter);
  const isFound = places.some((folder) => existsSync(resolve(folder, command)));
  switch (error.code) {
    // An unreadable folder in PATH gives EACCES even where the program exists nowhere.
    case 'ENOENT':
    case 'EACCES':
      if (!isFound && (error.code === 'ENOENT' || !isPath)) return { kind: 'not-found', command };
      return { kind: error.code === 'EACCES' ? 'not-executable' : 'no-interpreter', command };
    case 'ENOTDIR':
    case 'ELOOP':
    case 'ENAMETOOLONG':
      return { kind: 'bad-path', command, code: error.code };
    case 'E2BIG':
      return { kind: 'too-large' };
    default:
      return { kind: 'refused', code: error.code ?? error.message };
  }
}

/** How far a server has come. */
interface Started {
  /** Undefined until it is spawned. */
  readonly child: { readonly pid?: number | undefined } | undefined;
  /** Undefined while it runs. */
  readonly exit: ExitStatus | undefined;
}

/**
 * Why a server's launch failed.
 * @param timeout ms that it had for its handshake
 * @param isTimeout whether an error is that they are over; given, because only a launch loads the SDK, which knows it
 */
export function startProblemOf(
  { child, exit }: Started,
  error: unknown,
  timeout: number,
  isTimeout: (error: unknown) => boolean,
): StartProblem {
  if (error instanceof StartError) return error.problem;
  // The text may come from the server.
  const said = redactText(errorText(error));
  if (!child?.pid) return { kind: 'said', text: said };
  if (exit) return { kind: 'exited', exit };
  if (isTimeout(error)) return { kind: 'no-answer', seconds: timeout / 1000 };
  return { kind: 'no-mcp', said };
}
