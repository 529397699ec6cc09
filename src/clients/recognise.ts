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

/** Words that define how a program is run, but not which. */
const GENERIC_WORDS = new Set(['run', 'exec', 'x', 'dlx', 'tool', 'container', '--', '.', '/c', '/C']);

/** What must hold for a process with an entry's words before it counts as the entry's server. */
export type Need =
  /** It runs in the entry's folder, or in `folder` where a shell's text changes to that. */
  | {
      readonly kind: 'folder';
      readonly folder: string | undefined;
      /** Whether its words follow the change of folder. */
      readonly isBehind: boolean;
      /** Whether the need applies only to an entry that names a folder. */
      readonly ifSaid: boolean;
    }
  /** The value of `placeholder` in its words is its value where the entry applies. */
  | Opened
  /**
   * This program is in a folder of installed programs. A bare word is the process's own title, or, with `isInner`, a
   * program that it will find through its own PATH.
   */
  | { readonly kind: 'installed'; readonly arg: string; readonly isInner: boolean }
  /** The Python module that it runs is an installed one, not one of the folder. */
  | { readonly kind: 'module'; readonly arg: string; readonly module: PythonModule; readonly isInner: boolean }
  /** It runs exactly this file under a bare name. */
  | { readonly kind: 'file'; readonly path: string }
  /** This file, or the program that a bare word finds through its own PATH, belongs to one of these packages. */
  | { readonly kind: 'inPackage'; readonly arg: string; readonly run: PackageRun }
  /** No package of its folder replaces the published one. */
  | { readonly kind: 'notShadowed'; readonly run: PackageRun };

/** A running command that has the words of an entry. */
export interface Match {
  readonly anchor: Anchor['kind'];
  /** All of them must hold; without needs, the words alone are proof. */
  readonly needs: readonly Need[];
}

/** A configured command, or the one inside it, prepared for comparison. */
interface Form {
  readonly program: string;
  readonly arg: string;
  readonly wordPattern: Pattern | undefined;
  readonly args: WordList;
  /** The whole command as one line; absent where it begins with a placeholder, which could be any program. */
  readonly line: Pattern | undefined;
  readonly run: PackageRun | undefined;
  readonly title: WordList | undefined;
  readonly runArgs: WordList | undefined;
  /** Whether it is inside a command that changes the folder. */
  readonly isBehind: boolean;
}

/** The common part of all forms of one command. */
interface Command {
  readonly forms: readonly Form[];
  readonly anchor: Anchor;
  /** Its innermost program. */
  readonly program: string;
  /** The folder to which a shell's text changes before it starts the program. */
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
 * Creates a test for whether a process has the words of an entry: the same program with the same arguments in order,
 * where a remaining `${…}` matches any text. It knows how `npx`, `uvx`, shells, interpreters and the editor's sandbox
 * change a command, so that both wrapper and server match: the topmost is the server's root. A name within a path or an
 * argument never matches (K03). Words alone prove little: each match lists its further needs, and the process belongs to
 * the entry only where all needs of one match hold (K31, K32, K34).
 * @returns a function from a process's arguments, as the platform gives them, to all matches
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
    // The package of a runner matters only where the package is the anchor.
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

/** A placeholder has one value in all places of an entry. */
function isConsistent(needs: readonly Need[]): boolean {
  const values = new Map<string, string>();
  return needs.every((need) => {
    if (need.kind !== 'placeholder') return true;
    const known = values.get(need.placeholder);
    values.set(need.placeholder, need.value);
    return known === undefined || known === need.value;
  });
}

/** The command as in the entry, perhaps with another path of the same program. */
function asWritten(layer: Layer, form: Form, command: Command): Need[] | undefined {
  const { first, rest, line } = layer;
  const { run, anchor } = command;
  // npx and bunx search the folder first.
  const more: Need[] = run?.prefersFolder && anchor.kind === 'package' ? [{ kind: 'notShadowed', run }] : [];
  const lineFound = line === undefined || !form.line ? undefined : find(line, form.line);
  if (lineFound) return [...lineFound, ...more, ...placeNeeds(layer, form, command)];
  const args = findAll(rest, form.args, line !== undefined);
  if (!args || !isSameProgram(layer, form)) return undefined;
  const arg = form.wordPattern ? find(first, form.wordPattern) : [];
  return arg && [...arg, ...args, ...more, ...placeNeeds(layer, form, command)];
}

/** The process that a package runner turns its command into. */
function asPackageRun({ first, program, rest, line }: Layer, form: Form): Need[] | undefined {
  const { run, title, runArgs } = form;
  if (!run || !title || !runArgs) return undefined;
  const isSingleString = line !== undefined;
  // npm takes the title of what it runs; `uvx` is `uv` under another name.
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

/** The needs of a program's place where the entry or the process has only its name. */
function placeNeeds(layer: Layer, form: Form, { anchor, program }: Command): Need[] {
  const isBare = !/[\\/]/.test(layer.first);
  if (/[\\/]/.test(form.arg) && isBare && !form.wordPattern && !isGeneric(form.program)) {
    return [{ kind: 'file', path: form.arg }];
  }
  if (anchor.kind !== 'program') return [];
  // Within a shell's text, the program of the text counts.
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
  // Because of version managers and links, an interpreter's place proves nothing; its arguments do.
  return a === b || isGeneric(form.program);
}

function normalPath(path: string): string {
  const plain = path.replaceAll('\\', '/');
  return /^[a-z]:\//i.test(plain) ? plain.toLowerCase() : plain;
}

/**
 * Whether an entry distinguishes its process from others: `node`, `npx -y ${input:package}` and `${input:program}` alone
 * would match half the machine.
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
