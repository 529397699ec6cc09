import { l10n } from 'vscode';
import { nameProblem } from '../../../clients/newServer/names';
import { type Answers, suggestedName, type Taken } from '../answers';
import { askText, isMove, type Step } from '../steps';
import { nameSentence } from '../words';

/** The name in the settings. Imported servers keep theirs. */
export function nameQuestion(taken: Taken): Step<Answers> {
  return {
    applies: ({ kind }) => kind !== undefined && kind !== 'import',
    ask: async (state, frame) => {
      const suggestion = suggestedName(state, taken);
      const name = await askText(frame, {
        value: state.name ?? suggestion,
        prompt: l10n.t('Name of the server'),
        problemOf: (text) => {
          const problem = nameProblem(text, taken.names);
          return problem && nameSentence(problem);
        },
      });
      if (isMove(name)) return name;
      return { ...state, name: name.trim() === suggestion ? undefined : name.trim() };
    },
  };
}
