import * as l10n from '@vscode/l10n';
import type { GuardProblem } from '../model/inventory';
import { reasonSentence } from './reasons';

/** Why there is no guard, for use after a colon. */
export function guardProblemText(problem: GuardProblem): string {
  switch (problem.kind) {
    case 'not-run':
      return l10n.t('{0} cannot be run ({1})', problem.program, reasonSentence(problem.why));
    case 'not-node':
      return l10n.t('{0} is not Node.js', problem.program);
    case 'ended':
      return l10n.t('other programs ended it {0} times', problem.count);
    case 'failed':
      return reasonSentence(problem.why);
  }
}
