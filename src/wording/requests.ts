import * as l10n from '@vscode/l10n';
import type { RequestProblem } from '../model/requestProblem';

/** Why a server did not run a tool, and what to do. Its own words, if any, come last. */
export function failedCallText(server: string, tool: string, problem: RequestProblem): string {
  if (problem.kind !== 'said') return unansweredText(server, problem.kind);
  return l10n.t(
    '"{0}" did not run the tool "{1}". Check its name and arguments. The answer was: {2}',
    server,
    tool,
    problem.said,
  );
}

/** Why a server did not list its tools, and what to do. Its own words, if any, come last. */
export function failedListText(server: string, problem: RequestProblem): string {
  if (problem.kind !== 'said') return unansweredText(server, problem.kind);
  return l10n.t('"{0}" did not list its tools. Its output may say why. The answer was: {1}', server, problem.said);
}

function unansweredText(server: string, kind: Exclude<RequestProblem['kind'], 'said'>): string {
  return kind === 'exited'
    ? l10n.t('"{0}" exited before it answered. Start it again.', server)
    : l10n.t('"{0}" did not answer in time. Try again, or restart it.', server);
}
