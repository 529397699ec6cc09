import { createHash } from 'node:crypto';
import { baseName, programOf } from './commandLine';

/** A command that fetches a package and runs a program of it: `npx`, `uvx` and their like. */
export interface PackageRun {
  readonly ecosystem: 'npm' | 'python';
  /** Packages as written, with version and scope. */
  readonly packages: readonly string[];
  /** The program, where the command names it and not only the package. */
  readonly program: string | undefined;
  /** Arguments for the program. */
  readonly args: readonly string[];
  /** What `npm exec` shows as its title behind these two words. */
  readonly titleWords: readonly string[];
}

const VALUED: Readonly<Record<PackageRun['ecosystem'], ReadonlySet<string>>> = {
  npm: new Set(
    [
      '-p',
      '--package',
      '-c',
      '--call',
      '-w',
      '--workspace',
      '--cache',
      '--userconfig',
      '--registry',
      '--prefix',
    ].concat(['--loglevel', '--script-shell', '--node-options', '--allow-build', '--reporter']),
  ),
  python: new Set(
    ['--from', '--with', '--with-editable', '--with-requirements', '-p', '--python', '--index', '--index-url', '-i']
      .concat(['--extra-index-url', '--default-index', '--find-links', '-f', '--directory', '--project', '--spec'])
      .concat(['--cache-dir', '--config-file', '--exclude-newer', '--refresh-package', '--prerelease', '-w', '-c'])
      .concat(['--constraints', '--resolution', '--keyring-provider', '--index-strategy', '--link-mode', '--pip-args']),
  ),
};
/** Flags that name the package, the first positional then being the program. */
const PACKAGE_FLAGS = new Set(['-p', '--package', '--from', '--spec']);

/** Reads `npx …`, `npm exec …`, `bunx …`, `pnpm dlx …`, `uvx …`, `uv tool run …`, `pipx run …`; undefined for others. */
export function packageRunOf(words: readonly string[]): PackageRun | undefined {
  const [first = '', second = '', third = ''] = words;
  const program = programOf(first);
  if (program === 'npx' || program === 'bunx' || program === 'pnpx') return read('npm', words.slice(1));
  if (program === 'npm' && (second === 'exec' || second === 'x'))
    return read('npm', npmOwnFlagsRemoved(words.slice(2)));
  if (program === 'bun' && second === 'x') return read('npm', words.slice(2));
  if ((program === 'pnpm' || program === 'yarn') && second === 'dlx') return read('npm', words.slice(2));
  if (program === 'uvx') return read('python', words.slice(1));
  if (program === 'uv' && second === 'tool' && (third === 'run' || third === 'uvx')) {
    return read('python', words.slice(3));
  }
  if (program === 'pipx' && second === 'run') return read('python', words.slice(2));
  return undefined;
}

function read(ecosystem: PackageRun['ecosystem'], words: readonly string[]): PackageRun | undefined {
  const packages: string[] = [];
  let at = 0;
  for (; at < words.length; at++) {
    const word = words[at] as string;
    if (!word.startsWith('-')) break;
    if (word === '--') {
      at++;
      break;
    }
    const equals = word.indexOf('=');
    const flag = equals < 0 ? word : word.slice(0, equals);
    // In Python's tools `-p` is the interpreter.
    const names = PACKAGE_FLAGS.has(flag) && !(ecosystem === 'python' && flag === '-p');
    if (equals >= 0) {
      if (names) packages.push(word.slice(equals + 1));
    } else if (VALUED[ecosystem].has(flag)) {
      at++;
      if (names && words[at] !== undefined) packages.push(words[at] as string);
    }
  }
  const [positional, ...args] = words.slice(at);
  if (positional === undefined || positional === '') return undefined;
  const named = packages.length > 0;
  return {
    ecosystem,
    packages: named ? packages : [positional],
    program: named ? positional : undefined,
    args,
    titleWords: [positional, ...args],
  };
}

/** `npm exec` takes flags up to `--` for its own, where `npx` stops at the package. */
function npmOwnFlagsRemoved(words: readonly string[]): readonly string[] {
  const dashes = words.indexOf('--');
  const own = dashes < 0 ? words : words.slice(0, dashes);
  const first = own.findIndex((word, at) => !word.startsWith('-') && !VALUED.npm.has(own[at - 1] ?? ''));
  if (first < 0) return words;
  const kept = own.slice(first).filter((word) => !word.startsWith('-'));
  return [...own.slice(0, first), ...kept, ...(dashes < 0 ? [] : words.slice(dashes + 1))];
}

/** Name of a package without version: `@x/y@1.2` is `@x/y`, `y[z]==1` is `y`. */
export function packageName(spec: string): string {
  const scoped = /^(@[^/@]+\/[^/@]+)/.exec(spec)?.[1];
  return scoped ?? (/^[\w.-]+/.exec(spec)?.[0] || spec);
}

/**
 * Whether a path or bare word is the program that such a command ends up running: by its name where programs lie,
 * by the cache folder that `npx` gives exactly these packages, or through the package's own folder.
 */
export function isProgramOf(run: PackageRun, word: string): boolean {
  const name = baseName(word).replace(/\.(?:exe|cmd|ps1)$/i, '');
  if (isInProgramFolder(word) && namesOf(run).includes(name)) return true;
  if (run.ecosystem !== 'npm' || !/[\\/]/.test(word)) return false;
  const path = `/${word.split(/[\\/]+/).join('/')}`;
  if (path.includes(`/_npx/${npxFolder(run.packages)}/node_modules/`)) {
    return run.program === undefined || run.program === name || !path.includes('/.bin/') || path.includes('/.bin/../');
  }
  // The scripts that npm and pnpm write for Windows and for shells reach the package through its neighbour.
  return run.packages.length === 1 && path.includes(`/node_modules/.bin/../${packageName(run.packages[0] as string)}/`);
}

/** Whether a word is a program's by its place: a bare name, found through PATH, or a path in a folder for programs. */
export function isInProgramFolder(word: string): boolean {
  const folders = word.split(/[\\/]/).slice(0, -1);
  return folders.length === 0 || /^(?:\.?bin|scripts)$/i.test(folders.at(-1) as string);
}

function namesOf({ program, packages }: PackageRun): readonly string[] {
  if (program !== undefined) return [program];
  const name = baseName(packageName(packages[0] as string));
  // `@modelcontextprotocol/server-memory` brings `mcp-server-memory`.
  return [name, `mcp-${name}`];
}

/** The folder below `_npx` that npm chooses for a list of packages. */
export function npxFolder(packages: readonly string[]): string {
  const sorted = [...packages].sort((a, b) => a.localeCompare(b, 'en'));
  return createHash('sha512').update(sorted.join('\n')).digest('hex').slice(0, 16);
}
