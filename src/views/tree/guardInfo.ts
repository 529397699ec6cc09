import * as vscode from 'vscode';
import type { GuardView } from '../../model/inventory';
import { formatMemory, joinParts } from '../../wording/format';
import { guardProblemText } from '../../wording/guard';
import type { Info } from './infoRow';

/** Whether crash protection watches this window; undefined when it is off. */
export function guardInfo({ state, pid, memory, problem }: GuardView): Info | undefined {
  if (state === 'off') return undefined;
  const isArmed = state === 'armed';
  return {
    label: vscode.l10n.t('Crash Protection'),
    description: isArmed
      ? joinParts([vscode.l10n.t('on'), vscode.l10n.t('pid {0}', pid ?? ''), formatMemory(memory)])
      : problem === undefined
        ? vscode.l10n.t('unavailable')
        : vscode.l10n.t('unavailable: {0}', guardProblemText(problem)),
    icon: isArmed ? 'shield' : 'warning',
    color: isArmed ? 'descriptionForeground' : 'list.warningForeground',
    tooltip: isArmed
      ? vscode.l10n.t('If this window crashes, crash protection stops its servers.')
      : vscode.l10n.t('If this window crashes, its servers are ended the next time an editor starts.'),
  };
}
