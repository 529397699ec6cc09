import { programOf, wordsOf } from './commandLine';
import { isProgramOf, packageRunOf } from './runners';
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

/**
 * Whether a running process is one that an entry starts: the same program with the same arguments in order, where
 * `${…}` that was left in the entry stands for anything. What `npx`, `uvx`, shells, interpreters and the editor's
 * sandbox make of a command is known, so that wrapper and server both match: the topmost is the server's root.
 * A name within a path or an argument never matches (K03).
 * @param args of the process, as the platform gives them.
 */
export function matchesDefinition(
  args: readonly string[],
  definition: Pick<StdioServerDefinition, 'command' | 'args'>,
): boolean {
  const running = wordsOf(args);
  const forms = layersOf([definition.command, ...definition.args]).filter(isDistinctive);
  if (running.words.length === 0 || forms.length === 0) return false;
  return layersOf(running.words).some((words) => forms.some((form) => matchesForm(words, form, running.isLine)));
}

/** The same for an entry whose variables have been replaced. */
export function matchesCommand(running: readonly string[], command: string, args: readonly string[]): boolean {
  return matchesDefinition(running, { command, args });
}

function matchesForm(words: readonly string[], form: readonly string[], isLine: boolean): boolean {
  const [first = '', ...rest] = words;
  if (isLine && !PLACEHOLDER.test(form[0] as string) && matcher(form, true).test(words.join(' '))) return true;
  if (sameProgram(first, form) && sameList(rest, form.slice(1), isLine)) return true;
  const run = packageRunOf(form);
  if (!run) return false;
  const program = programOf(first);
  // npm names itself after what it runs; `uvx` is `uv` under another name.
  if (program === 'npm' && rest[0] === 'exec' && sameList(rest.slice(1), run.titleWords, isLine)) return true;
  if (program === 'uv' && rest[0] === 'tool' && rest[1] === 'uvx' && programOf(form[0] as string) === 'uvx') {
    return sameList(rest.slice(2), form.slice(1), isLine);
  }
  return isProgramOf(run, first) && sameList(rest, run.args, isLine);
}

function sameProgram(running: string, [configured = '', ...args]: readonly string[]): boolean {
  if (running === configured) return true;
  if (PLACEHOLDER.test(configured)) return matcher([configured], false).test(running);
  if (programOf(running) !== programOf(configured)) return false;
  const [a, b] = [running, configured].map(normalPath) as [string, string];
  // One of them by name only, found through PATH.
  if (!b.includes('/') || !a.includes('/')) return b.includes('/') ? args.length > 0 : true;
  // Version managers and links: the interpreter's place says nothing, its arguments do.
  return a === b || isGeneric(programOf(configured));
}

function normalPath(path: string): string {
  const plain = path.replaceAll('\\', '/');
  return /^[a-z]:\//i.test(plain) ? plain.toLowerCase() : plain;
}

function sameList(running: readonly string[], expected: readonly string[], isLine: boolean): boolean {
  const [a, b] = [withoutEmptyEnd(running), withoutEmptyEnd(expected)];
  if (isLine) return matcher(b, true).test(a.join(' '));
  return a.length === b.length && b.every((word, index) => word === a[index] || matchesWord(a[index] as string, word));
}

function matchesWord(running: string, expected: string): boolean {
  return PLACEHOLDER.test(expected) && matcher([expected], false).test(running);
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

function isGeneric(program: string): boolean {
  return isScriptRunner(program) || GENERIC_PROGRAMS.has(program) || MANAGERS.has(program);
}
