import { programOf, wordsOf } from './commandLine';
import { isProgramOf, type PackageRun, packageRunOf } from './runners';
import type { StdioServerDefinition } from './serverDefinition';
import { isScriptRunner, layersOf } from './unwrap';

const PLACEHOLDER = /\$\{[^${}]{1,200}\}/;
const PLACEHOLDERS = new RegExp(PLACEHOLDER, 'g');
/** Words that say how something is run, never what. */
const GENERIC_WORDS = new Set(['run', 'exec', 'x', 'dlx', 'tool', 'container', '--', '.', '/c', '/C']);
const GENERIC_PROGRAMS = new Set(['docker', 'podman', 'nerdctl', 'env', 'cmd', 'powershell', 'pwsh', 'uv', 'bwrap']);
const MANAGERS = new Set([
  'npm',
  'npx',
  'bunx',
  'pnpm',
  'pnpx',
  'yarn',
  'uvx',
  'pipx',
  'poetry',
  'cargo',
  'go',
  'java',
]);

/** They run what the `package.json` of the folder calls so. */
const FOLDER_SCRIPTS = new Set(['npm', 'pnpm', 'yarn', 'bun', 'make']);
/** What looks like a path there is an image. */
const ENGINES = new Set(['docker', 'podman', 'nerdctl']);
/** A path from the root, a home, a drive; an address. */
const ABSOLUTE = /^(?:[\\/~]|[A-Za-z]:[\\/]|[a-z][a-z0-9+.-]*:\/\/)/;
const RELATIVE_SCRIPT = /[\\/]|\.(?:[cm]?[jt]s|py|rb|sh|jar|php)$/;

/** A configured command, its own or the one inside it, made ready for comparing. */
interface Form {
  readonly program: string;
  readonly word: string;
  readonly wordPattern: RegExp | undefined;
  readonly args: WordList;
  /** The whole command as one line; absent where it begins with a placeholder, which could be any program and more. */
  readonly line: RegExp | undefined;
  readonly run: PackageRun | undefined;
  readonly title: WordList | undefined;
  readonly runArgs: WordList | undefined;
}

interface WordList {
  readonly words: readonly (string | RegExp)[];
  readonly line: RegExp;
}

/** A running command, or the one inside it. */
interface Layer {
  readonly first: string;
  readonly program: string;
  readonly rest: readonly string[];
  /** Only where words were guessed from a line. */
  readonly line: string | undefined;
}

/** Arguments do not change, and are compared with every entry at every sweep. */
const layersOfArgs = new WeakMap<readonly string[], readonly Layer[]>();

/**
 * Makes a test for whether a running process is one that an entry starts: the same program with the same arguments in
 * order, where `${…}` that was left in the entry stands for anything. What `npx`, `uvx`, shells, interpreters and the
 * editor's sandbox make of a command is known, so that wrapper and server both match: the topmost is the server's root.
 * A name within a path or an argument never matches (K03). The test takes arguments as the platform gives them.
 */
export function definitionMatcher(
  definition: Pick<StdioServerDefinition, 'command' | 'args'>,
): (args: readonly string[]) => boolean {
  const forms = layersOf([definition.command, ...definition.args])
    .filter(isDistinctive)
    .map(formOf);
  if (forms.length === 0) return () => false;
  return (args) => runningLayers(args).some((layer) => forms.some((form) => matchesForm(layer, form)));
}

function runningLayers(args: readonly string[]): readonly Layer[] {
  const known = layersOfArgs.get(args);
  if (known) return known;
  const { words, isLine } = wordsOf(args);
  const layers = layersOf(words).map((layer): Layer => {
    const [first = '', ...rest] = withoutEmptyEnd(layer);
    return { first, program: programOf(first), rest, line: isLine ? layer.join(' ') : undefined };
  });
  layersOfArgs.set(args, layers);
  return layers;
}

function formOf(words: readonly string[]): Form {
  const [word = '', ...args] = words;
  const run = packageRunOf(words);
  const hasPlaceholder = PLACEHOLDER.test(word);
  return {
    program: programOf(word),
    word,
    wordPattern: hasPlaceholder ? matcher([word], false) : undefined,
    args: wordList(args),
    line: hasPlaceholder ? undefined : matcher(words, true),
    run,
    title: run && wordList(run.titleWords),
    runArgs: run && wordList(run.args),
  };
}

function matchesForm({ first, program, rest, line }: Layer, form: Form): boolean {
  const isLine = line !== undefined;
  if (isLine && form.line?.test(line)) return true;
  if (sameList(rest, form.args, isLine) && sameProgram(first, program, form)) return true;
  const { run, title, runArgs } = form;
  if (!run || !title || !runArgs) return false;
  // npm names itself after what it runs; `uvx` is `uv` under another name.
  if (program === 'npm' && rest[0] === 'exec' && sameList(rest.slice(1), title, isLine)) return true;
  if (program === 'uv' && rest[0] === 'tool' && rest[1] === 'uvx' && form.program === 'uvx') {
    return sameList(rest.slice(2), form.args, isLine);
  }
  return sameList(rest, runArgs, isLine) && isProgramOf(run, first);
}

function sameProgram(running: string, program: string, form: Form): boolean {
  if (running === form.word) return true;
  if (form.wordPattern) return form.wordPattern.test(running);
  if (program !== form.program) return false;
  const [a, b] = [running, form.word].map(normalPath) as [string, string];
  // One of them by name only, found through PATH.
  if (!b.includes('/') || !a.includes('/')) return b.includes('/') ? form.args.words.length > 0 : true;
  // Version managers and links: the interpreter's place says nothing, its arguments do.
  return a === b || isGeneric(form.program);
}

function normalPath(path: string): string {
  const plain = path.replaceAll('\\', '/');
  return /^[a-z]:\//i.test(plain) ? plain.toLowerCase() : plain;
}

function wordList(words: readonly string[]): WordList {
  const kept = withoutEmptyEnd(words);
  return {
    words: kept.map((word) => (PLACEHOLDER.test(word) ? matcher([word], false) : word)),
    line: matcher(kept, true),
  };
}

function sameList(running: readonly string[], { words, line }: WordList, isLine: boolean): boolean {
  if (isLine) return line.test(running.join(' '));
  return running.length === words.length && words.every((word, index) => isWord(running[index] as string, word));
}

function isWord(running: string, expected: string | RegExp): boolean {
  return typeof expected === 'string' ? running === expected : expected.test(running);
}

/** In a line a placeholder may cover several words, but no flag. */
function matcher(words: readonly string[], isLine: boolean): RegExp {
  const anything = isLine ? '(?:(?! -)[^])*?' : '[^]*?';
  const parts = words
    .join(' ')
    .split(PLACEHOLDERS)
    .map((part) => part.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
  return new RegExp(`^${parts.join(anything)}$`);
}

/** The system does not tell empty arguments at the end. */
function withoutEmptyEnd(words: readonly string[]): readonly string[] {
  let end = words.length;
  while (end > 0 && words[end - 1] === '') end--;
  return words.slice(0, end);
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

/**
 * Whether the words mean this server in its own folder only, and somebody's program in any other: `npm run start`,
 * `node build/index.js`, `./server`.
 */
export function isBoundToFolder(definition: Pick<StdioServerDefinition, 'command' | 'args'>): boolean {
  return layersOf([definition.command, ...definition.args])
    .filter(isDistinctive)
    .every(isRelative);
}

function isRelative(words: readonly string[]): boolean {
  const [command = '', ...args] = words;
  const program = programOf(command);
  if (packageRunOf(words)) return false;
  if (!isGeneric(program)) return /[\\/]/.test(command) && !ABSOLUTE.test(command) && !PLACEHOLDER.test(command);
  const said = args.filter((arg) => !arg.startsWith('-') && !GENERIC_WORDS.has(arg));
  if (said.some((arg) => ABSOLUTE.test(arg) || PLACEHOLDER.test(arg))) return false;
  return FOLDER_SCRIPTS.has(program) || (!ENGINES.has(program) && RELATIVE_SCRIPT.test(said[0] ?? ''));
}

function isGeneric(program: string): boolean {
  return isScriptRunner(program) || GENERIC_PROGRAMS.has(program) || MANAGERS.has(program);
}
