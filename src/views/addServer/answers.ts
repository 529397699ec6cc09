import type { ServerEntry } from '../../clients/newServer/entry';
import {
  commandEntry,
  type PackageKind,
  packageEntry,
  packageProblem,
  splitArguments,
  splitVariables,
} from '../../clients/newServer/kinds';
import { suggestName, uniqueName } from '../../clients/newServer/names';
import { type Draft, type Plan, planOf, type SecretHandling, secretNames } from '../../clients/newServer/plan';
import { describeRun } from '../../containers/containerRun';
import type { ImportableServer, NewServers, ServerPlace } from '../actions';

export type Kind = PackageKind | 'command' | 'import';

/** The answers so far; a question that is asked again shows the earlier one. */
export interface Answers {
  readonly kind: Kind | undefined;
  /** By kind: going back to another one loses nothing. */
  readonly packages: Readonly<Partial<Record<PackageKind, string>>>;
  readonly command: string;
  readonly imported: readonly ImportableServer[];
  readonly args: string;
  readonly variables: string;
  readonly secrets: SecretHandling;
  /** Undefined as long as the suggestion is used. */
  readonly name: string | undefined;
  readonly place: ServerPlace | undefined;
  readonly isStarted: boolean;
}

export const NO_ANSWERS: Answers = {
  ...{ kind: undefined, packages: {}, command: '', imported: [], args: '', variables: '', secrets: 'store' },
  ...{ name: undefined, place: undefined, isStarted: false },
};

/** The names of servers and ids of inputs that are already in the settings. */
export type Taken = ReturnType<NewServers['taken']>;

export function isPackage(kind: Kind | undefined): kind is PackageKind {
  return kind === 'npm' || kind === 'python' || kind === 'docker';
}

/** What the answers so far write into the settings and the secret storage. */
export function planFor(answers: Answers, taken: Taken): Plan {
  return planOf(draftsOf(answers, taken), answers.secrets, taken.inputs);
}

/** Names of the probable secrets in the answers so far. */
export function secretsIn(answers: Answers, taken: Taken): string[] {
  return [...new Set(secretNames(draftsOf(answers, taken)))];
}

/** A free name for the server; empty before there are enough answers. */
export function suggestedName(answers: Answers, { names }: Taken): string {
  const entry = entryOf(answers);
  if (!entry) return '';
  return uniqueName(suggestName(entry, describeRun(entry.command, entry.args ?? [])?.image), names);
}

function draftsOf(answers: Answers, taken: Taken): Draft[] {
  if (answers.kind === 'import') {
    const names = new Set(taken.names);
    return answers.imported.map(({ name, entry, inputs }) => {
      const unique = uniqueName(name, names);
      names.add(unique);
      return { name: unique, entry, inputs };
    });
  }
  const entry = entryOf(answers);
  return entry ? [{ name: answers.name ?? suggestedName(answers, taken), entry, inputs: [] }] : [];
}

/** The entry that the answers stand for; undefined before there are enough. */
function entryOf({ kind, packages, command, args, variables }: Answers): ServerEntry | undefined {
  if (kind === 'command') {
    const entry = commandEntry(command, process.platform);
    return typeof entry === 'string' ? undefined : entry;
  }
  const name = isPackage(kind) ? packages[kind] : undefined;
  if (!isPackage(kind) || name === undefined || packageProblem(kind, name)) return undefined;
  const words = splitArguments(args, process.platform);
  const env = splitVariables(variables, process.platform);
  return typeof words === 'string' || typeof env === 'string' ? undefined : packageEntry(kind, name, words, env);
}
