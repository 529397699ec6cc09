import { l10n } from 'vscode';
import type { ServerPlace } from '../../actions';
import type { Answers } from '../answers';
import { askOne, isMove, type Step } from '../steps';
import { placeWords } from '../words';

/** Which settings to write it to. */
export function placeQuestion(places: readonly ServerPlace[]): Step<Answers> {
  return {
    applies: () => places.length > 1,
    ask: async (state, frame) => {
      const items = places.map((place) => ({ place, ...placeWords(place) }));
      const picked = await askOne(frame, {
        items,
        placeholder: l10n.t('Where do you want to save it?'),
        active: items.find(({ place }) => place === state.place),
      });
      return isMove(picked) ? picked : { ...state, place: picked.place };
    },
  };
}
