import { l10n, type QuickPickItem } from 'vscode';
import type { SecretHandling } from '../../../clients/newServer/plan';
import { type Answers, secretsIn, type Taken } from '../answers';
import { askOne, isMove, type Step } from '../steps';

/** Where to keep what looks like a secret in the answers. */
export function secretsQuestion(taken: Taken): Step<Answers> {
  return {
    applies: (state) => secretsIn(state, taken).length > 0,
    ask: async (state, frame) => {
      const names = secretsIn(state, taken);
      const items = itemsNow();
      const picked = await askOne(frame, {
        items,
        placeholder:
          names.length === 1
            ? l10n.t('{0} looks like a secret. Where do you want to keep it?', names.join(', '))
            : l10n.t('{0} look like secrets. Where do you want to keep them?', names.join(', ')),
        active: items.find(({ answer }) => answer === state.secrets),
      });
      return isMove(picked) ? picked : { ...state, secrets: picked.answer };
    },
  };
}

function itemsNow(): (QuickPickItem & { readonly answer: SecretHandling })[] {
  return [
    {
      answer: 'store',
      label: `$(lock) ${l10n.t('Store in the Secret Storage')}`,
      description: l10n.t('recommended'),
      detail: l10n.t('The settings only refer to it. You are not asked for it again.'),
    },
    {
      answer: 'ask',
      label: `$(question) ${l10n.t('Ask at the First Start')}`,
      detail: l10n.t('The settings only refer to it. The value that you enter then goes to the secret storage.'),
    },
    {
      answer: 'write',
      label: `$(warning) ${l10n.t('Write to the Settings')}`,
      detail: l10n.t('As plain text: anyone who can read the settings can read it.'),
    },
  ];
}
