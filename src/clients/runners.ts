import { createHash } from 'node:crypto';
import { baseName, type PackageRunner, programNamed, programOf } from '../known/programs';
import { escapePattern } from './commandLine';

/** A command that fetches a package and runs a program of it: `npx`, `uvx` and their like. */
export interface PackageRun {
  readonly ecosystem: 'npm' | 'python';
  /** Packages as written, with version and scope. */
  readonly packages: readonly string[];
  /** The program, where the command names it and not only the package. */
  readonly program: string | undefined;
  /** Arguments for the program. */
  readonly args: readonly string[];
  /** The title of `npm exec`, after these two words. */
  readonly titleWords: readonly string[];
  /** It runs what the folder has under that name before it fetches anything. */
  readonly prefersFolder: boolean;
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
export function packageRunOf(argv: readonly string[]): PackageRun | undefined {
  const [first = '', ...args] = argv;
  const program = programOf(first);
  const runner = programNamed(program).packages;
  const way = runner?.ways.find((words) => words.every((word, at) => args[at] === word));
  if (!runner || !way) return undefined;
  const rest = args.slice(way.length);
  return read(runner, program === 'npm' ? npmOwnFlagsRemoved(rest) : rest);
}

function read({ ecosystem, prefersFolder }: PackageRunner, argv: readonly string[]): PackageRun | undefined {
  const { packages, next } = readPackageFlags(ecosystem, argv);
  const [positional, ...args] = argv.slice(next);
  if (positional === undefined || positional === '') return undefined;
  const named = packages.length > 0;
  return {
    ecosystem,
    packages: named ? packages : [positional],
    program: named ? positional : undefined,
    args,
    titleWords: [positional, ...args],
    prefersFolder: prefersFolder === true,
  };
}

/** Packages that flags name, and the index of the first argument that is no flag. */
function readPackageFlags(
  ecosystem: PackageRun['ecosystem'],
  argv: readonly string[],
): { readonly packages: readonly string[]; readonly next: number } {
  const packages: string[] = [];
  let at = 0;
  for (; argv[at]?.startsWith('-'); at++) {
    const arg = argv[at] as string;
    if (arg === '--') return { packages, next: at + 1 };
    const [flag = '', inline] = arg.split(/=(.*)/s);
    const takesNext = inline === undefined && VALUED[ecosystem].has(flag);
    if (takesNext) at++;
    const value = inline ?? (takesNext ? argv[at] : undefined);
    // In Python's tools `-p` is the interpreter.
    const namesPackage = PACKAGE_FLAGS.has(flag) && !(ecosystem === 'python' && flag === '-p');
    if (namesPackage && value !== undefined) packages.push(value);
  }
  return { packages, next: at };
}

/** `npm exec` takes flags up to `--` for its own, where `npx` stops at the package. */
function npmOwnFlagsRemoved(argv: readonly string[]): readonly string[] {
  const dashes = argv.indexOf('--');
  const own = dashes < 0 ? argv : argv.slice(0, dashes);
  const first = own.findIndex((arg, at) => !arg.startsWith('-') && !VALUED.npm.has(own[at - 1] ?? ''));
  if (first < 0) return argv;
  const words = own.slice(first).filter((arg) => !arg.startsWith('-'));
  return [...own.slice(0, first), ...words, ...(dashes < 0 ? [] : argv.slice(dashes + 1))];
}

/** Name of a package without version: `@x/y@1.2` is `@x/y`, `y[z]==1` is `y`. */
export function packageName(spec: string): string {
  const scoped = /^(@[^/@]+\/[^/@]+)/.exec(spec)?.[1];
  return scoped ?? (/^[\w.-]+/.exec(spec)?.[0] || spec);
}

/** Where Python's runners put what they fetched. */
const PYTHON_CACHE =
  /\/(?:(?:archive|environments|builds)-v\d+\/[^/]+|uv\/tools\/[^/]+|pipx\/(?:(?:\.cache|venvs)\/)?[^/]+)\/(?:bin|scripts)\//i;

/**
 * Whether a path or bare word may be the program that such a command ends up running. `own`: it lies in the runner's
 * cache for exactly these packages, or in the package's own folder by its full name. `unproven`: it merely has the
 * program's name, which proves nothing anywhere else (K34).
 */
export function placeOfProgram(run: PackageRun, arg: string): 'own' | 'unproven' | undefined {
  const isProgram = isInProgramFolder(arg);
  if (!isProgram && !arg.includes('node_modules')) return undefined;
  const name = baseName(arg).replace(/\.(?:exe|cmd|ps1)$/i, '');
  const isNamed = isProgram && programNamesOf(run).includes(name);
  const path = `/${arg.split(/[\\/]+/).join('/')}`;
  const isPath = /[\\/]/.test(arg);
  if (run.ecosystem === 'npm' && isPath && isInNpxFolder(run, path)) {
    return isProgramItself(run, name, path) ? 'own' : undefined;
  }
  if (isPath && isOwnPlace(run, path, isNamed)) return 'own';
  return isNamed ? 'unproven' : undefined;
}

function isOwnPlace(run: PackageRun, path: string, isNamed: boolean): boolean {
  if (run.ecosystem === 'npm') return isInPackageFolder(run, path, isNamed);
  // A program has its package's name, unless the command names another.
  return isNamed && run.program === undefined && PYTHON_CACHE.test(path);
}

function isInNpxFolder({ packages }: PackageRun, path: string): boolean {
  return path.includes('/_npx/') && path.includes(`/_npx/${npxFolder(packages)}/node_modules/`);
}

/** Among the programs of all packages in a folder of npx it has to be the one that the command names. */
function isProgramItself({ program }: PackageRun, name: string, path: string): boolean {
  return program === undefined || program === name || !path.includes('/.bin/') || path.includes('/.bin/../');
}

function isInPackageFolder({ packages }: PackageRun, path: string, isNamed: boolean): boolean {
  const [spec = '', ...others] = packages;
  if (others.length > 0) return false;
  const full = packageName(spec);
  // The scripts that npm and pnpm write for Windows and for shells reach the package through its neighbour.
  if (path.includes(`/node_modules/.bin/../${full}/`)) return true;
  if (!isNamed || !path.includes('/bunx-')) return false;
  return new RegExp(`/bunx-\\d+-${escapePattern(full)}(?:@[^/]*)?/node_modules/`).test(path);
}

/** Whether a word is a program's by its place: a bare name, found through PATH, or a path in a folder for programs. */
export function isInProgramFolder(arg: string): boolean {
  const name = baseName(arg);
  return name === arg || /(?:^|[\\/])(?:\.?bin|scripts)$/i.test(arg.slice(0, -name.length - 1).slice(-9));
}

/** What the program of a package may be called. */
export function programNamesOf({ program, packages }: PackageRun): readonly string[] {
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
