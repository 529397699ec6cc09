import './fakeEditor';
import assert from 'node:assert/strict';
import { askInTurn, type Frame, type Move, type Step } from '../../../src/views/addServer/steps';
import { editor, newEditor } from './fakeEditor';

interface State {
  readonly answers: readonly string[];
}

/** Answers `a`, `b`, … to the questions, or does what the script says instead. */
const script = (moves: readonly string[]) => {
  const asked: string[] = [];
  const left = [...moves];
  const step = (name: string, applies: (state: State) => boolean = () => true): Step<State> => ({
    applies,
    ask: async (state: State, { step: number, totalSteps }: Frame): Promise<State | Move> => {
      asked.push(`${name} ${number}/${totalSteps ?? '?'}`);
      const move = left.shift() ?? name;
      if (move === 'back' || move === 'cancel') return moveOf(move);
      return { answers: [...state.answers, move] };
    },
  });
  return { asked, step };
};

let moveOf: (move: 'back' | 'cancel') => Move;

describe('the questions of a new server', () => {
  before(async () => {
    // Only a real question returns what a person did.
    const { askText } = await import('../../../src/views/addServer/steps');
    const moves = new Map<string, Move>();
    for (const kind of ['back', 'cancel'] as const) {
      newEditor();
      const answer = askText(
        { title: 't', step: 2, totalSteps: 3 },
        { value: '', prompt: '', problemOf: () => undefined },
      );
      editor.input?.[kind]();
      moves.set(kind, (await answer) as Move);
    }
    moveOf = (move) => moves.get(move) as Move;
  });

  it('come in turn, if they apply', async () => {
    const { asked, step } = script([]);
    const steps = [step('a'), step('b', () => false), step('c', ({ answers }) => answers.includes('a'))];
    assert.deepEqual((await askInTurn('t', { answers: [] }, steps))?.answers, ['a', 'c']);
    assert.deepEqual(asked, ['a 1/?', 'c 2/2']);
  });

  it('Back returns to the previous one that applies, Escape leaves', async () => {
    const steps = ({ step }: ReturnType<typeof script>) => [step('a'), step('b', () => false), step('c')];
    const back = script(['a', 'back', 'again']);
    assert.deepEqual((await askInTurn('t', { answers: [] }, steps(back)))?.answers, ['a', 'again', 'c']);
    assert.deepEqual(back.asked, ['a 1/?', 'c 2/2', 'a 1/?', 'c 2/2']);
    assert.equal(await askInTurn('t', { answers: [] }, steps(script(['a', 'cancel']))), undefined);
  });
});
