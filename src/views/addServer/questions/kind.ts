import { l10n, type QuickPickItem } from 'vscode';
import type { ImportableServer } from '../../actions';
import type { Answers, Kind } from '../answers';
import { askOne, isMove, type Step } from '../steps';

interface KindItem extends QuickPickItem {
  readonly kind?: never;
  readonly answer: Kind;
}

/** What kind of server it is. */
export function kindQuestion(importable: readonly ImportableServer[]): Step<Answers> {
  return {
    applies: () => true,
    ask: async (state, frame) => {
      const items = itemsFor(importable);
      const active = items.find(({ answer }) => answer === state.kind);
      const isAnswer = ({ answer }: KindItem) => answer !== 'import' || importable.length > 0;
      const picked = await askOne(frame, { items, placeholder: l10n.t('What kind of server?'), active }, isAnswer);
      return isMove(picked) ? picked : { ...state, kind: picked.answer };
    },
  };
}

function itemsFor(importable: readonly ImportableServer[]): KindItem[] {
  return [
    { answer: 'npm', label: `$(package) ${l10n.t('npm Package')}`, description: 'npx -y' },
    { answer: 'python', label: `$(package) ${l10n.t('Python Package')}`, description: 'uvx' },
    { answer: 'docker', label: `$(vm) ${l10n.t('Docker Image')}`, description: 'docker run -i --rm' },
    { answer: 'command', label: `$(terminal) ${l10n.t('Command')}`, description: l10n.t('any command line') },
    {
      answer: 'import',
      label: `$(cloud-download) ${l10n.t('Import from Another Client')}`,
      description: clientsOf(importable),
    },
  ];
}

function clientsOf(importable: readonly ImportableServer[]): string {
  const names = [...new Set(importable.map(({ client }) => client))];
  return names.length === 0
    ? l10n.t('no other client on this machine has any servers')
    : l10n.t('{0} servers of {1}', importable.length, names.join(', '));
}
