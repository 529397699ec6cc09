import { l10n, type QuickPickItem, QuickPickItemKind, workspace } from 'vscode';
import type { Plan } from '../../../clients/newServer/plan';
import type { ServerPlace } from '../../actions';
import { type Answers, planFor, type Taken } from '../answers';
import { askOne, isMove, type Step } from '../steps';
import { commandLineOf, placeWords, surroundingsOf } from '../words';

interface ReviewItem extends QuickPickItem {
  /** Absent for what is only there to be read. */
  readonly answer?: Pick<Answers, 'isStarted'>;
}

/** Shows what will be written, and asks whether to start it. */
export function reviewQuestion(taken: Taken, places: readonly ServerPlace[]): Step<Answers> {
  return {
    applies: () => true,
    ask: async (state, frame) => {
      const place = state.place ?? (places[0] as ServerPlace);
      const items = [...choices(), ...contentsOf(planFor(state, taken), place)];
      const picked = await askOne(
        frame,
        { items, placeholder: l10n.t('Review what will be added') },
        ({ answer }) => answer !== undefined,
      );
      return isMove(picked) ? picked : { ...state, place, isStarted: picked.answer?.isStarted === true };
    },
  };
}

function choices(): ReviewItem[] {
  const { isTrusted } = workspace;
  const start = { label: `$(play) ${l10n.t('Add and Start')}`, answer: { isStarted: true } };
  const add = {
    label: `$(add) ${l10n.t('Add')}`,
    description: isTrusted ? l10n.t('without starting') : l10n.t('trust this workspace to start it'),
    answer: { isStarted: false },
  };
  return isTrusted ? [start, add] : [add];
}

function contentsOf({ servers, inputs, answers }: Plan, place: ServerPlace): ReviewItem[] {
  const where = placeWords(place).label.replace(/^\$\([\w-]+\) /, '');
  return [
    { label: l10n.t('Written to {0}', where), kind: QuickPickItemKind.Separator },
    ...Object.entries(servers).map(([name, entry]) => ({
      label: name,
      description: surroundingsOf(entry),
      detail: commandLineOf(entry),
      alwaysShow: true,
    })),
    ...inputs.map(({ id, password }) => ({
      label: `\${input:${id}}`,
      description: answers.has(id)
        ? l10n.t('stored in the secret storage')
        : password
          ? l10n.t('asked for at the first start, then stored in the secret storage')
          : l10n.t('asked for at the first start of each window'),
      alwaysShow: true,
    })),
  ];
}
