import * as vscode from 'vscode';
import type { ServerEntry } from '../../clients/newServer/entry';
import {
  commandEntry,
  type PackageKind,
  packageEntry,
  packageProblem,
  splitArguments,
  splitVariables,
} from '../../clients/newServer/kinds';
import { nameProblem, suggestName, uniqueName } from '../../clients/newServer/names';
import { type Draft, type Plan, planOf, type SecretHandling, secretNames } from '../../clients/newServer/plan';
import { redactCommandLine } from '../../clients/redaction';
import { describeRun } from '../../containers/containerRun';
import { folderName, joinParts } from '../../wording/format';
import type { Actions, ImportableServer, NewServers, ServerPlace } from '../actions';
import { messageOf } from '../failures';
import { inView } from '../inView';
import { askInTurn, askMany, askOne, askText, type Frame, isMove, type Move, type Step } from './steps';
import { commandSentence, nameSentence, packageSentence } from './words';

type Kind = PackageKind | 'command' | 'import';

// biome-ignore lint/suspicious/noTemplateCurlyInString: variables of the configuration
const VARIABLES = ['${workspaceFolder}', '${input:name}'] as const;

/** The answers so far; a question that is asked again shows the earlier one. */
interface Answers {
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

const NOTHING: Answers = {
  ...{ kind: undefined, packages: {}, command: '', imported: [], args: '', variables: '', secrets: 'store' },
  ...{ name: undefined, place: undefined, isStarted: false },
};

/** Asks for a new server in a few steps, writes it into the settings, and starts it. Cancelling changes nothing. */
export async function addServer(actions: Actions): Promise<void> {
  const { newServers } = actions;
  const questions = new Questions(newServers);
  const answers = await askInTurn(vscode.l10n.t('Add MCP Server'), NOTHING, questions.steps);
  if (!answers?.place) return;
  const { scope } = answers.place;
  const keys = await inView(() => newServers.add(questions.plan(answers), scope));
  if (answers.isStarted) await startAll(actions, keys);
}

async function startAll(actions: Actions, keys: readonly string[]): Promise<void> {
  const outcomes = await inView(() => Promise.allSettled(keys.map((key) => actions.start(key))));
  const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [messageOf(outcome.reason)] : []));
  if (failures.length > 0) throw new Error(failures.join(' '));
}

class Questions {
  readonly #taken: ReturnType<NewServers['taken']>;
  readonly #places: readonly ServerPlace[];
  readonly #importable: readonly ImportableServer[];

  constructor(newServers: NewServers) {
    this.#taken = newServers.taken();
    this.#places = newServers.places();
    this.#importable = newServers.importable();
  }

  readonly steps: readonly Step<Answers>[] = [
    { applies: () => true, ask: (state, frame) => this.#kind(state, frame) },
    { applies: ({ kind }) => kind === 'import', ask: (state, frame) => this.#import(state, frame) },
    { applies: ({ kind }) => kind === 'command', ask: (state, frame) => this.#command(state, frame) },
    { applies: ({ kind }) => isPackage(kind), ask: (state, frame) => this.#package(state, frame) },
    { applies: ({ kind }) => isPackage(kind), ask: (state, frame) => this.#arguments(state, frame) },
    { applies: ({ kind }) => isPackage(kind), ask: (state, frame) => this.#variables(state, frame) },
    { applies: ({ kind }) => kind !== undefined && kind !== 'import', ask: (state, frame) => this.#name(state, frame) },
    { applies: (state) => this.#secretsOf(state).length > 0, ask: (state, frame) => this.#secrets(state, frame) },
    { applies: () => this.#places.length > 1, ask: (state, frame) => this.#place(state, frame) },
    { applies: () => true, ask: (state, frame) => this.#review(state, frame) },
  ];

  /** What is written when everything is answered. */
  plan(state: Answers): Plan {
    return planOf(this.#drafts(state), state.secrets, this.#taken.inputs);
  }

  async #kind(state: Answers, frame: Frame): Promise<Answers | Move> {
    const { l10n } = vscode;
    const items: (vscode.QuickPickItem & { kind?: never; answer: Kind })[] = [
      { answer: 'npm', label: `$(package) ${l10n.t('npm Package')}`, description: 'npx -y' },
      { answer: 'python', label: `$(package) ${l10n.t('Python Package')}`, description: 'uvx' },
      { answer: 'docker', label: `$(vm) ${l10n.t('Docker Image')}`, description: 'docker run -i --rm' },
      { answer: 'command', label: `$(terminal) ${l10n.t('Command')}`, description: l10n.t('any command line') },
      {
        answer: 'import',
        label: `$(cloud-download) ${l10n.t('Import from Another Client')}`,
        description: this.#clients(),
      },
    ];
    const picked = await askOne(
      frame,
      {
        items,
        placeholder: l10n.t('What kind of server?'),
        active: items.find(({ answer }) => answer === state.kind),
      },
      ({ answer }) => answer !== 'import' || this.#importable.length > 0,
    );
    return isMove(picked) ? picked : { ...state, kind: picked.answer };
  }

  #clients(): string {
    const names = [...new Set(this.#importable.map(({ client }) => client))];
    return names.length === 0
      ? vscode.l10n.t('no other client on this machine has any servers')
      : vscode.l10n.t('{0} servers of {1}', this.#importable.length, names.join(', '));
  }

  async #import(state: Answers, frame: Frame): Promise<Answers | Move> {
    const labelOf = ({ client, file }: ImportableServer) => `${client} · ${file}`;
    const labels = [...new Set(this.#importable.map(labelOf))];
    const items = labels.flatMap((label): (vscode.QuickPickItem & { server?: ImportableServer })[] => [
      { label, kind: vscode.QuickPickItemKind.Separator },
      ...this.#importable
        .filter((server) => labelOf(server) === label)
        .map((server) => ({
          label: server.name,
          description: server.folder === undefined ? '' : folderName(server.folder),
          detail: commandLineOf(server.entry),
          server,
        })),
    ]);
    const picked = await askMany(
      frame,
      { items, placeholder: vscode.l10n.t('Select the servers to import') },
      items.filter(({ server }) => server && state.imported.includes(server)),
    );
    if (isMove(picked)) return picked;
    return { ...state, imported: picked.flatMap(({ server }) => server ?? []) };
  }

  async #command(state: Answers, frame: Frame): Promise<Answers | Move> {
    const command = await askText(frame, {
      value: state.command,
      prompt: vscode.l10n.t(
        'The full command line, as you would type it in a terminal. It is not run until you start the server.',
      ),
      placeholder: 'node /path/to/server.js --stdio',
      problemOf: (text) => sentenceOf(commandEntry(text, process.platform)),
    });
    return isMove(command) ? command : { ...state, command };
  }

  async #package(state: Answers, frame: Frame): Promise<Answers | Move> {
    const kind = state.kind as PackageKind;
    const { l10n } = vscode;
    const words = {
      npm: [l10n.t('Name of the npm package, which is run with npx.'), '@modelcontextprotocol/server-memory'],
      python: [l10n.t('Name of the Python package, which is run with uvx.'), 'mcp-server-fetch'],
      docker: [l10n.t('Name of the image, which is run with docker run -i --rm.'), 'mcp/fetch'],
    } as const;
    const [prompt, placeholder] = words[kind];
    const name = await askText(frame, {
      value: state.packages[kind] ?? '',
      prompt,
      placeholder,
      problemOf: (text) => {
        const problem = packageProblem(kind, text);
        return problem && packageSentence(kind, problem);
      },
    });
    return isMove(name) ? name : { ...state, packages: { ...state.packages, [kind]: name } };
  }

  async #arguments(state: Answers, frame: Frame): Promise<Answers | Move> {
    const args = await askText(frame, {
      value: state.args,
      prompt: vscode.l10n.t('Arguments for the server, or leave this empty. {0} and {1} are replaced.', ...VARIABLES),
      placeholder: vscode.l10n.t('Arguments (optional)'),
      problemOf: (text) => sentenceOf(splitArguments(text, process.platform)),
    });
    return isMove(args) ? args : { ...state, args };
  }

  async #variables(state: Answers, frame: Frame): Promise<Answers | Move> {
    const variables = await askText(frame, {
      value: state.variables,
      prompt: vscode.l10n.t(
        'Environment variables for the server, such as API_KEY=… LOG_LEVEL=debug, or leave this empty.',
      ),
      placeholder: vscode.l10n.t('NAME=value (optional)'),
      problemOf: (text) => sentenceOf(splitVariables(text, process.platform)),
    });
    return isMove(variables) ? variables : { ...state, variables };
  }

  async #name(state: Answers, frame: Frame): Promise<Answers | Move> {
    const suggestion = this.#suggestion(state);
    const name = await askText(frame, {
      value: state.name ?? suggestion,
      prompt: vscode.l10n.t('Name of the server'),
      problemOf: (text) => {
        const problem = nameProblem(text, this.#taken.names);
        return problem && nameSentence(problem);
      },
    });
    if (isMove(name)) return name;
    return { ...state, name: name.trim() === suggestion ? undefined : name.trim() };
  }

  async #secrets(state: Answers, frame: Frame): Promise<Answers | Move> {
    const { l10n } = vscode;
    const names = this.#secretsOf(state);
    const items: (vscode.QuickPickItem & { answer: SecretHandling })[] = [
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
    const picked = await askOne(frame, {
      items,
      placeholder:
        names.length === 1
          ? l10n.t('{0} looks like a secret. Where do you want to keep it?', names.join(', '))
          : l10n.t('{0} look like secrets. Where do you want to keep them?', names.join(', ')),
      active: items.find(({ answer }) => answer === state.secrets),
    });
    return isMove(picked) ? picked : { ...state, secrets: picked.answer };
  }

  async #place(state: Answers, frame: Frame): Promise<Answers | Move> {
    const items = this.#places.map((place) => ({ place, ...placeWords(place) }));
    const picked = await askOne(frame, {
      items,
      placeholder: vscode.l10n.t('Where do you want to save it?'),
      active: items.find(({ place }) => place === state.place),
    });
    return isMove(picked) ? picked : { ...state, place: picked.place };
  }

  async #review(state: Answers, frame: Frame): Promise<Answers | Move> {
    const { l10n } = vscode;
    const place = state.place ?? (this.#places[0] as ServerPlace);
    const { servers, inputs, answers } = this.plan(state);
    const { label: where } = placeWords(place);
    const isTrusted = vscode.workspace.isTrusted;
    const start = { label: `$(play) ${l10n.t('Add and Start')}`, answer: { isStarted: true } };
    const add = {
      label: `$(add) ${l10n.t('Add')}`,
      description: isTrusted ? l10n.t('without starting') : l10n.t('trust this workspace to start it'),
      answer: { isStarted: false },
    };
    const items: (vscode.QuickPickItem & { answer?: { isStarted: boolean } })[] = [
      ...(isTrusted ? [start] : []),
      add,
      {
        label: l10n.t('Written to {0}', where.replace(/^\$\([\w-]+\) /, '')),
        kind: vscode.QuickPickItemKind.Separator,
      },
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
    const picked = await askOne(
      frame,
      { items, placeholder: l10n.t('Review what will be added') },
      ({ answer }) => answer !== undefined,
    );
    return isMove(picked) ? picked : { ...state, place, isStarted: picked.answer?.isStarted === true };
  }

  #secretsOf(state: Answers): string[] {
    return [...new Set(secretNames(this.#drafts(state)))];
  }

  #drafts(state: Answers): Draft[] {
    if (state.kind === 'import') {
      const names = new Set(this.#taken.names);
      return state.imported.map(({ name, entry, inputs }) => {
        const unique = uniqueName(name, names);
        names.add(unique);
        return { name: unique, entry, inputs };
      });
    }
    const entry = entryOf(state);
    return entry ? [{ name: state.name ?? this.#suggestion(state), entry, inputs: [] }] : [];
  }

  #suggestion(state: Answers): string {
    const entry = entryOf(state);
    if (!entry) return '';
    return uniqueName(suggestName(entry, describeRun(entry.command, entry.args ?? [])?.image), this.#taken.names);
  }
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

function isPackage(kind: Kind | undefined): kind is PackageKind {
  return kind === 'npm' || kind === 'python' || kind === 'docker';
}

function sentenceOf(read: unknown): string | undefined {
  return typeof read === 'string' ? commandSentence(read as Parameters<typeof commandSentence>[0]) : undefined;
}

function commandLineOf({ command, args = [] }: ServerEntry): string {
  return redactCommandLine([command, ...args]).join(' ');
}

function surroundingsOf({ env = {}, envFile, cwd }: ServerEntry): string {
  const names = Object.keys(env).join(', ');
  const parts = [
    names === '' ? undefined : vscode.l10n.t('Environment: {0}', names),
    envFile === undefined ? undefined : vscode.l10n.t('Environment file: {0}', envFile),
    cwd === undefined ? undefined : vscode.l10n.t('Folder: {0}', cwd),
  ];
  return joinParts(parts);
}

function placeWords({ scope, isRemote, file }: ServerPlace): { label: string; description: string; detail: string } {
  const { l10n } = vscode;
  if (scope === 'workspace') {
    return {
      label: `$(root-folder) ${l10n.t('Workspace Settings')}`,
      description: file ?? '',
      detail: l10n.t('For this workspace, and for everyone who shares its files.'),
    };
  }
  return isRemote
    ? {
        label: `$(remote) ${l10n.t('Remote Settings')}`,
        description: 'settings.json',
        detail: l10n.t('For all workspaces on this machine.'),
      }
    : {
        label: `$(account) ${l10n.t('User Settings')}`,
        description: 'settings.json',
        detail: l10n.t('For all your workspaces.'),
      };
}
