import * as l10n from '@vscode/l10n';
import type { EndCaution } from '../model/endPreview';
import { reasonSentence } from './reasons';
import { processNamed, usersText } from './users';

/** A reason against ending processes, as a whole sentence. */
export function cautionSentence(caution: EndCaution): string {
  const sentence = bareSentence(caution);
  return 'pid' in caution && caution.pid !== undefined ? l10n.t('pid {0}: {1}', caution.pid, sentence) : sentence;
}

function bareSentence(caution: EndCaution): string {
  switch (caution.kind) {
    case 'connected':
      return caution.many
        ? l10n.t('They are connected to {0}.', usersText(caution.by))
        : l10n.t('It is connected to {0}.', usersText(caution.by));
    case 'connections-unknown':
      return caution.many
        ? l10n.t('Cannot determine what is connected to them: {0}.', reasonSentence(caution.reason))
        : l10n.t('Cannot determine what is connected to it: {0}.', reasonSentence(caution.reason));
    case 'below':
      return belowSentence(caution.count, caution.many);
    case 'stdin-held':
      return l10n.t('Its stdin is held by {0}.', usersText(caution.by));
    case 'stdin-unknown':
      return l10n.t('Cannot determine what holds its stdin: {0}.', reasonSentence(caution.reason));
    case 'runs-under':
      return l10n.t('It runs under {0}.', processNamed(caution.parent));
  }
}

function belowSentence(count: number, many: boolean): string {
  if (count === 1) {
    return many
      ? l10n.t('1 more process below them will keep running.')
      : l10n.t('1 more process below it will keep running.');
  }
  return many
    ? l10n.t('{0} more processes below them will keep running.', count)
    : l10n.t('{0} more processes below it will keep running.', count);
}
