import * as vscode from 'vscode';
import type { Actions } from '../actions';
import { messageOf } from '../failures';
import { inView } from '../inView';
import { type Answers, NO_ANSWERS, planFor, type Taken } from './answers';
import { importQuestion } from './questions/imported';
import { kindQuestion } from './questions/kind';
import { nameQuestion } from './questions/name';
import { placeQuestion } from './questions/place';
import { argumentsQuestion, commandQuestion, packageQuestion, variablesQuestion } from './questions/program';
import { reviewQuestion } from './questions/review';
import { secretsQuestion } from './questions/secrets';
import { askInTurn, type Step } from './steps';

/** Asks for a new server in a few steps, writes it into the settings, and starts it. Cancelling changes nothing. */
export async function addServer(actions: Actions): Promise<void> {
  const { newServers } = actions;
  const taken = newServers.taken();
  const answers = await askInTurn(vscode.l10n.t('Add MCP Server'), NO_ANSWERS, questionsOf(actions, taken));
  if (!answers?.place) return;
  const { scope } = answers.place;
  const keys = await inView(() => newServers.add(planFor(answers, taken), scope));
  if (answers.isStarted) await startAll(actions, keys);
}

function questionsOf({ newServers }: Actions, taken: Taken): Step<Answers>[] {
  const places = newServers.places();
  const importable = newServers.importable();
  return [
    kindQuestion(importable),
    importQuestion(importable),
    commandQuestion,
    packageQuestion,
    argumentsQuestion,
    variablesQuestion,
    nameQuestion(taken),
    secretsQuestion(taken),
    placeQuestion(places),
    reviewQuestion(taken, places),
  ];
}

async function startAll(actions: Actions, keys: readonly string[]): Promise<void> {
  const outcomes = await inView(() => Promise.allSettled(keys.map((key) => actions.start(key))));
  const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [messageOf(outcome.reason)] : []));
  if (failures.length > 0) throw new Error(failures.join(' '));
}
