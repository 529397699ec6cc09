import { memoizeWeak } from '../common/memo';
import { programNamed, programOf } from '../known/programs';
import { anchorOf } from './anchor/anchor';
import type { Anchor, PythonModule } from './anchor/kinds';
import { PLACEHOLDER, PLACEHOLDERS } from './anchor/pathWords';
import { commandLineOfArgs } from './commandLine';
import { type PackageRun, packageRunOf, placeOfProgram } from './runners';
import type { StdioServerDefinition } from './serverDefinition';
import { layersOf, shellFolderOf } from './unwrap';
import {
  find,
  findAll,
  type Opened,
  type Pattern,
  patternOf,
  type WordList,
  withoutEmptyEnd,
  wordList,
} from './wordPattern';

/** Words that say how a program is run, never which one. */
const GENERIC_WORDS = new Set(['run', 'exec', 'x', 'dlx', 'tool', 'container', '--', '.', '/c', '/C']);

/** What a process with an entry's words still has to show before it is taken for the entry's server. */
export type Need =
  /** It runs in the entry's folder, or in `folder`, where a shell's text changes to that. */
  | {
      readonly kind: 'folder';
      readonly folder: string | undefined;
      /** Its words are those behind the change of folder. */
      readonly isBehind: boolean;
      /** An entry that says no folder may run in any. */
      readonly ifSaid: boolean;
    }
  /** What `placeholder` stands for in its words is what it stands for where the entry counts. */
  | Opened
  /**
   * This program lies where programs are installed. A bare word is how the process calls itself, or, with `isInner`,
   * what it is about to find through its own PATH.
   */
  | { readonly kind: 'installed'; readonly arg: string; readonly isInner: boolean }
  /** The module of Python that it runs is an installed one, and none of the folder's. */
  | { readonly kind: 'module'; readonly arg: string; readonly module: PythonModule; readonly isInner: boolean }
  /** It runs this very file under a bare name. */
  | { readonly kind: 'file'; readonly path: string }
  /** This file, or what a bare word finds through its own PATH, belongs to one of these packages. */
  | { readonly kind: 'inPackage'; readonly arg: string; readonly run: PackageRun }
  /** No package of the folder that it runs in takes the place of the published one. */
  | { readonly kind: 'notShadowed'; readonly run: PackageRun };

/** A running command that has the words of an entry. */
export interface Match {
  readonly anchor: Anchor['kind'];
  /** All of them have to hold; the words alone prove what needs none. */
  readonly needs: readonly Need[];
}

/** A configured command, its own or the one inside it, made ready for comparing. */
interface Form {
  readonly program: string;
  readonly arg: string;
  readonly wordPattern: Pattern | undefined;
  readonly args: WordList;
  /** The complete command as one line; absent where it begins with a placeholder, which could be any program and more. */
  readonly line: Pattern | undefined;
  readonly run: PackageRun | undefined;
  readonly title: WordList | undefined;
  readonly runArgs: WordList | undefined;
  /** It is inside what changes the folder. */
  readonly isBehind: boolean;
}

/** What all forms of one command share. */
interface Command {
  readonly forms: readonly Form[];
  readonly anchor: Anchor;
  /** Its innermost program. */
  readonly program: string;
  /** Where a shell's text changes to before it starts the program. */
  readonly shellFolder: string | undefined;
  /** The innermost command, where it is a package runner's. */
  readonly run: PackageRun | undefined;
}

/** A running command, or the one inside it. */
interface Layer {
  readonly first: string;
  readonly program: string;
  readonly rest: readonly string[];
  /** Only where words were guessed from a line. */
  readonly line: string | undefined;
  readonly isInner: boolean;
}

const NONE: readonly Match[] = [];

/**
 * Makes a test for whether a running process has the words of an entry: the same program with the same arguments in
 * order, where `${…}` that was left in the entry stands for anything. What `npx`, `uvx`, shells, interpreters and the
 * editor's sandbox make of a command is known, so that wrapper and server both match: the topmost is the server's root.
 * A name within a path or an argument never matches (K03). Words alone prove little: each match says what else has to
 * hold, and the process is the entry's only where one of them does in full (K31, K32, K34).
 * @returns a function of a process's arguments as the platform gives them; it answers with all matches
 */
export function definitionMatcher(
  definition: Pick<StdioServerDefinition, 'command' | 'args'>,
): (args: readonly string[]) => readonly Match[] {
  const layers = layersOf([definition.command, ...definition.args]);
  const innermost = layers.at(-1) ?? [];
  const anchor = anchorOf(innermost);
  const folders = layers.map(shellFolderOf);
  const moves = folders.findIndex((folder) => folder !== undefined);
  const forms = layers.flatMap((argv, at) => (isDistinctive(argv) ? formOf(argv, moves >= 0 && at > moves) : []));
  if (!anchor || forms.length === 0) return () => [];
  const run = packageRunOf(innermost);
  const command = { forms, anchor, program: innermost[0] ?? '', shellFolder: folders[moves], run };
  return (args) => {
    let matches: Match[] | undefined;
    for (const layer of runningLayers(args)) {
      for (const form of forms) {
        const found = matchesOf(layer, form, command);
        if (found) matches = matches ? [...matches, ...found] : found;
      }
    }
    return matches ?? NONE;
  };
}

/** Arguments do not change, and every scan compares them with every entry. */
const runningLayers = memoizeWeak((args: readonly string[]): readonly Layer[] => {
  const { argv, isSingleString } = commandLineOfArgs(args);
  return layersOf(argv).map((layer, depth): Layer => {
    const [first = '', ...rest] = withoutEmptyEnd(layer);
    const line = isSingleString ? layer.join(' ') : undefined;
    return { first, program: programOf(first), rest, line, isInner: depth > 0 };
  });
});

function formOf(argv: readonly string[], isBehind: boolean): Form {
  const [arg = '', ...args] = argv;
  const run = packageRunOf(argv);
  const hasPlaceholder = PLACEHOLDER.test(arg);
  return {
    program: programOf(arg),
    arg,
    wordPattern: hasPlaceholder ? patternOf([arg], false) : undefined,
    args: wordList(args),
    line: hasPlaceholder ? undefined : patternOf(argv, true),
    run,
    title: run && wordList(run.titleWords),
    runArgs: run && wordList(run.args),
    isBehind,
  };
}

function matchesOf(layer: Layer, form: Form, command: Command): Match[] | undefined {
  const found = asWritten(layer, form, command) ?? asPackageRun(layer, form);
  if (!found || !isConsistent(found)) return undefined;
  const { anchor, shellFolder, program } = command;
  const needs = found.filter(({ kind, ...need }) => {
    if ('placeholder' in need) return anchor.open.includes(need.placeholder);
    // Whose package a runner is matters only where it is the package that decides.
    return anchor.kind === 'package' || (kind !== 'inPackage' && kind !== 'notShadowed');
  });
  const isBound = anchor.kind === 'folder';
  const folder = { kind: 'folder', folder: shellFolder, isBehind: form.isBehind, ifSaid: !isBound } as const;
  const match = { anchor: anchor.kind, needs: isBound || anchor.hasFolderData ? [...needs, folder] : needs };
  if (!anchor.module) return [match];
  const isInner = layer.isInner || form.arg !== program;
  const arg = form.arg === program ? layer.first : program;
  return [match, { anchor: 'package', needs: [...needs, { kind: 'module', arg, module: anchor.module, isInner }] }];
}

/** A placeholder stands for one thing wherever an entry has it. */
function isConsistent(needs: readonly Need[]): boolean {
  const values = new Map<string, string>();
  return needs.every((need) => {
    if (need.kind !== 'placeholder') return true;
    const known = values.get(need.placeholder);
    values.set(need.placeholder, need.value);
    return known === undefined || known === need.value;
  });
}

/** The command as the entry has it, perhaps under another path of the same program. */
function asWritten(layer: Layer, form: Form, command: Command): Need[] | undefined {
  const { first, rest, line } = layer;
  const { run, anchor } = command;
  // npx and bunx look into the folder first.
  const more: Need[] = run?.prefersFolder && anchor.kind === 'package' ? [{ kind: 'notShadowed', run }] : [];
  const lineFound = line === undefined || !form.line ? undefined : find(line, form.line);
  if (lineFound) return [...lineFound, ...more, ...placeNeeds(layer, form, command)];
  const args = findAll(rest, form.args, line !== undefined);
  if (!args || !isSameProgram(layer, form)) return undefined;
  const arg = form.wordPattern ? find(first, form.wordPattern) : [];
  return arg && [...arg, ...args, ...more, ...placeNeeds(layer, form, command)];
}

/** What a package runner makes of its command. */
function asPackageRun({ first, program, rest, line }: Layer, form: Form): Need[] | undefined {
  const { run, title, runArgs } = form;
  if (!run || !title || !runArgs) return undefined;
  const isSingleString = line !== undefined;
  // npm names itself after what it runs; `uvx` is `uv` under another name.
  if (program === 'npm' && rest[0] === 'exec') {
    const found = findAll(rest.slice(1), title, isSingleString);
    if (found) return [...found, { kind: 'notShadowed', run }];
  }
  if (program === 'uv' && rest[0] === 'tool' && rest[1] === 'uvx' && form.program === 'uvx') {
    return findAll(rest.slice(2), form.args, isSingleString);
  }
  const place = placeOfProgram(run, first);
  const found = place && findAll(rest, runArgs, isSingleString);
  return found && (place === 'own' ? found : [...found, { kind: 'inPackage', arg: first, run }]);
}

/** What the place of a program still has to show where only its name is written, or only its name is seen. */
function placeNeeds(layer: Layer, form: Form, { anchor, program }: Command): Need[] {
  const isBare = !/[\\/]/.test(layer.first);
  if (/[\\/]/.test(form.arg) && isBare && !form.wordPattern && !isGeneric(form.program)) {
    return [{ kind: 'file', path: form.arg }];
  }
  if (anchor.kind !== 'program') return [];
  // Within the text of a shell it is the text's program that counts.
  return [
    {
      kind: 'installed',
      arg: form.arg === program ? layer.first : program,
      isInner: layer.isInner || form.arg !== program,
    },
  ];
}

function isSameProgram({ first, program }: Layer, form: Form): boolean {
  if (first === form.arg || form.wordPattern) return true;
  if (program !== form.program) return false;
  const [a, b] = [first, form.arg].map(normalPath) as [string, string];
  // One of them by name only, found through PATH.
  if (!b.includes('/') || !a.includes('/')) return b.includes('/') ? form.args.words.length > 0 : true;
  // Version managers and links: the interpreter's place says nothing, its arguments do.
  return a === b || isGeneric(form.program);
}

function normalPath(path: string): string {
  const plain = path.replaceAll('\\', '/');
  return /^[a-z]:\//i.test(plain) ? plain.toLowerCase() : plain;
}

/**
 * Whether an entry says enough to tell its process from others: `node`, `npx -y ${input:package}` and
 * `${input:program}` alone would match half the machine.
 */
function isDistinctive([command = '', ...args]: readonly string[]): boolean {
  const program = programOf(command.replace(PLACEHOLDERS, ''));
  if (program.length < 2) return false;
  if (!isGeneric(program)) return true;
  return args.some((arg) => {
    if (arg.startsWith('-') || GENERIC_WORDS.has(arg)) return false;
    return arg.replace(PLACEHOLDERS, '').replace(/[^A-Za-z0-9]/g, '').length > 1;
  });
}

function isGeneric(program: string): boolean {
  const { isInterpreter, isGeneric } = programNamed(program);
  return isInterpreter === true || isGeneric === true;
}
