import * as vscode from 'vscode';

const BACK: unique symbol = Symbol('back');
const CANCEL: unique symbol = Symbol('cancel');

/** What a person does instead of answering; not a text that can be typed. */
export type Move = typeof BACK | typeof CANCEL;

export function isMove(answer: unknown): answer is Move {
  return answer === BACK || answer === CANCEL;
}

/** The position of a question among the others. */
export interface Frame {
  readonly title: string;
  readonly step: number;
  /** Undefined as long as the answers so far do not say. */
  readonly totalSteps: number | undefined;
}

/** One question. It answers with what has become of the state. */
export interface Step<S> {
  /** Whether it is asked after what was answered so far. */
  readonly applies: (state: S) => boolean;
  readonly ask: (state: S, frame: Frame) => Promise<S | Move>;
}

/** Asks one question after the other; Back returns to the previous one. @returns undefined if a person cancels. */
export async function askInTurn<S extends object>(
  title: string,
  first: S,
  steps: readonly Step<S>[],
): Promise<S | undefined> {
  let state = first;
  let at = 0;
  for (;;) {
    const step = steps.slice(at).find(({ applies }) => applies(state));
    if (!step) return state;
    at = steps.indexOf(step);
    const applying = steps.filter(({ applies }) => applies(state));
    const answer = await step.ask(state, {
      title,
      step: applying.indexOf(step) + 1,
      // What comes depends on the first answer.
      totalSteps: at === 0 ? undefined : applying.length,
    });
    if (answer === CANCEL) return undefined;
    if (answer === BACK) {
      at = steps.findLastIndex(({ applies }, before) => before < at && applies(state));
    } else {
      state = answer as S;
      at++;
    }
  }
}

interface TextQuestion {
  readonly value: string;
  readonly prompt: string;
  readonly placeholder?: string;
  /** What is wrong, as a sentence for the person. */
  readonly problemOf: (text: string) => string | undefined;
}

/** Asks for a line of text, which is accepted only when nothing is wrong with it. */
export function askText(frame: Frame, { value, prompt, placeholder, problemOf }: TextQuestion): Promise<string | Move> {
  const box = vscode.window.createInputBox();
  Object.assign(box, { value, prompt, placeholder });
  return shown(box, frame, (answer) => {
    // An empty box is not a mistake until it is accepted.
    box.onDidChangeValue((text) => {
      box.validationMessage = text === '' ? undefined : problemOf(text);
    });
    box.onDidAccept(() => {
      const problem = problemOf(box.value);
      box.validationMessage = problem;
      if (problem === undefined) answer(box.value);
    });
  });
}

interface Choice<T extends vscode.QuickPickItem> {
  readonly items: readonly T[];
  readonly placeholder: string;
  readonly active?: T | undefined;
}

/** Asks for one of several. @param isAnswer false for what is only there to be read */
export function askOne<T extends vscode.QuickPickItem>(
  frame: Frame,
  { items, placeholder, active }: Choice<T>,
  isAnswer: (item: T) => boolean = () => true,
): Promise<T | Move> {
  const pick = vscode.window.createQuickPick<T>();
  Object.assign(pick, { items, placeholder, matchOnDescription: true, matchOnDetail: true });
  if (active) pick.activeItems = [active];
  return shown(pick, frame, (answer) => {
    pick.onDidAccept(() => {
      const [item] = pick.selectedItems;
      if (item && isAnswer(item)) answer(item);
    });
  });
}

/** Asks for at least one of several. */
export function askMany<T extends vscode.QuickPickItem>(
  frame: Frame,
  { items, placeholder }: Choice<T>,
  chosen: readonly T[],
): Promise<readonly T[] | Move> {
  const pick = vscode.window.createQuickPick<T>();
  Object.assign(pick, { items, placeholder, canSelectMany: true, matchOnDescription: true, matchOnDetail: true });
  pick.selectedItems = chosen;
  return shown(pick, frame, (answer) => {
    pick.onDidAccept(() => {
      if (pick.selectedItems.length > 0) answer(pick.selectedItems);
    });
  });
}

function shown<T>(
  input: vscode.InputBox | vscode.QuickPick<vscode.QuickPickItem>,
  { title, step, totalSteps }: Frame,
  listen: (answer: (value: T) => void) => void,
): Promise<T | Move> {
  return new Promise((resolve) => {
    const end = (value: T | Move) => {
      resolve(value);
      input.dispose();
    };
    Object.assign(input, { title, step: totalSteps && step, totalSteps, ignoreFocusOut: true });
    input.buttons = step > 1 ? [vscode.QuickInputButtons.Back] : [];
    listen(end);
    input.onDidTriggerButton(() => end(BACK));
    input.onDidHide(() => end(CANCEL));
    input.show();
  });
}
