import { baseName, programNamed, programOf } from '../../known/programs';
import { packageName, packageRunOf } from '../runners';
import type { ServerEntry } from './entry';

const MAX_LENGTH = 100;
/** A prefix that only marks a server as such. */
const PREFIX = /^(?:mcp[-_]server|server[-_]mcp|server|mcp)[-_]+(?=.)/i;
const SUFFIX = /(?<=.)[-_]+(?:mcp[-_]server|server|mcp)$/i;
const NOTHING = /^(?:mcp|servers?|mcp[-_]servers?|index|main|cli|app|start|run|scripts?|tools?|__main__)?$/i;
/** Folders that contain a program's main file. */
const BUILT = /^(?:dist|build|out|src|lib|bin|target|release|debug)?$/i;

/** @param image of a container, where the entry runs one */
export function suggestName({ command, args = [] }: ServerEntry, image: string | undefined): string {
  const argv = [command, ...args];
  const run = packageRunOf(argv);
  const [first] = run?.packages ?? [];
  if (first !== undefined) return ofPath(packageName(first.replace(/^npm:/, '')));
  if (image !== undefined) return ofPath(image.replace(/@.*$/, '').replace(/:[^/]*$/, ''));
  return ofPath(scriptOf(argv) ?? command);
}

/** A name that is not taken. */
export function uniqueName(name: string, taken: Iterable<string>): string {
  const names = new Set(taken);
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${name}-${number}`;
    if (!names.has(candidate)) return candidate;
  }
}

export type NameProblem = 'empty' | 'taken' | 'tooLong';

export function nameProblem(text: string, taken: Iterable<string>): NameProblem | undefined {
  const name = text.trim();
  if (name === '') return 'empty';
  if (name.length > MAX_LENGTH) return 'tooLong';
  return new Set(taken).has(name) ? 'taken' : undefined;
}

/** What an interpreter runs: its script, or the module after `-m`. */
function scriptOf([command = '', ...args]: readonly string[]): string | undefined {
  if (!programNamed(programOf(command)).isInterpreter) return undefined;
  const at = args.findIndex((arg) => !arg.startsWith('-'));
  const script = args[at];
  return args[at - 1] === '-m' ? script?.replaceAll('.', '/') : script;
}

/** The innermost part of a path that identifies the server, without common prefixes. */
function ofPath(path: string): string {
  const parts = path.split(/[\\/]+/).filter((part) => part !== '' && part !== '.' && part !== '..');
  const names = parts
    .filter((part, at) => at === parts.length - 1 || !BUILT.test(part))
    .map((part, at, all) =>
      at === all.length - 1 ? part.replace(/\.(?:[cm]?[jt]s|py|sh|rb|exe|cmd|jar)$/i, '') : part,
    )
    .map((part) => part.replace(/^@/, '').replace(PREFIX, '').replace(SUFFIX, ''))
    .map((part) => part.replace(/[^\w.-]+/g, '-').replace(/^-+|-+$/g, ''));
  return names.findLast((name) => !NOTHING.test(name)) ?? (baseName(path).replace(/[^\w.-]+/g, '-') || 'server');
}
