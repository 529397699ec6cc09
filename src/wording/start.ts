import * as l10n from '@vscode/l10n';
import type { StartProblem } from '../model/startProblem';
import type { ExitStatus } from '../registry/history';

/** Why a server could not be started, and what to do: no capital, and the server is not named. */
export function startProblemSentence(problem: StartProblem): string {
  switch (problem.kind) {
    case 'nul-byte':
      return l10n.t(
        'its command, arguments or environment contain a NUL byte. Remove it from "command", "args", "env" or "envFile".',
      );
    case 'too-large':
      return l10n.t(
        'its arguments and environment are larger than this system allows. Shorten "args", "env" or "envFile".',
      );
    case 'folder-missing':
      return l10n.t('its working folder {0} does not exist. Correct "cwd".', problem.folder);
    case 'folder-is-file':
      return l10n.t('its working folder {0} is not a folder. Correct "cwd".', problem.folder);
    case 'refused':
      return l10n.t('the system refused to start it ({0}). Correct "command".', problem.code);
    case 'said':
      return problem.text;
    case 'exited':
      return exitedSentence(problem.exit);
    case 'no-answer':
      return l10n.t(
        'it did not answer within {0} s. Check its command, or raise mcpProcesses.launch.timeoutSeconds.',
        problem.seconds,
      );
    case 'no-mcp':
      return l10n.t('it did not speak MCP: {0}. Check that its command starts an MCP server.', problem.said);
    default:
      return commandSentence(problem);
  }
}

function commandSentence(problem: Extract<StartProblem, { readonly command: string }>): string {
  switch (problem.kind) {
    case 'command-is-folder':
      return l10n.t('{0} is a folder. "command" must name a program.', problem.command);
    case 'not-found':
      return l10n.t(
        'the program "{0}" was not found. Install it, or give its full path in "command".',
        problem.command,
      );
    case 'not-executable':
      return l10n.t('"{0}" is not executable for you. Make it executable, or correct "command".', problem.command);
    case 'no-interpreter':
      return l10n.t(
        '"{0}" needs an interpreter that was not found (see its first line). Install the interpreter, or correct "command".',
        problem.command,
      );
    case 'bad-path':
      return l10n.t('"{0}" is not a valid path to a program ({1}). Correct "command".', problem.command, problem.code);
  }
}

function exitedSentence({ code, signal }: ExitStatus): string {
  if (signal !== undefined) return l10n.t('it was ended by {0} before it answered.', signal);
  return code === undefined
    ? l10n.t('it ended before it answered.')
    : l10n.t('it exited with code {0} before it answered.', code);
}

/** The text about a failed start: the server, the reason, and its last output, if it ran. */
export function failedStartText(server: string, problem: StartProblem, stderr: string | undefined): string {
  const why = l10n.t('"{0}" cannot start: {1}', server, startProblemSentence(problem));
  return stderr === undefined ? why : `${why} ${stderrText(stderr)}`;
}

/** An unexpected exit of a server, with the end of its stderr. */
export function unexpectedExitText(server: string, { code, signal }: ExitStatus, stderr: string): string {
  return `${exitText(server, code, signal)} ${stderrText(stderr)}`;
}

function exitText(server: string, code: number | undefined, signal: string | undefined): string {
  if (signal !== undefined) return l10n.t('"{0}" stopped unexpectedly: it was ended by {1}.', server, signal);
  return code === undefined
    ? l10n.t('"{0}" stopped unexpectedly: it ended.', server)
    : l10n.t('"{0}" stopped unexpectedly: it exited with code {1}.', server, code);
}

function stderrText(lines: string): string {
  return lines === '' ? l10n.t('It wrote nothing to stderr.') : `${l10n.t('The last lines of its stderr:')}\n${lines}`;
}
