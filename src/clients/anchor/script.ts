import { programNamed } from '../../known/programs';
import { isSwitch, isValued } from '../runningPrograms';
import { ABSOLUTE, isCompletePath, PLACEHOLDER, REMOTE_SCRIPT } from './pathWords';

/** A program's text, or a module, instead of a script. `-p` is an interpreter's version in Python's tools. */
export const TEXT_FLAG =
  /^(?:-[cep]|-[a-zA-Z]?e|--eval|--print|-Command|-EncodedCommand|-[bBdEiIOPqsSuvx]*m.*|-[bBdEiIOPqsSuvx]*c)$/;

export const PUBLISHED = Symbol('published');

/** What a runner runs, where that is a complete path or a published address; undefined in doubt. */
export function scriptOf(program: string, args: readonly string[]): string | typeof PUBLISHED | undefined {
  if (program === 'nix') return isFlake(args) ? PUBLISHED : undefined;
  const words = programNamed(program).script;
  const place = words && placeOfScript(program, words, args);
  const arg = place && args[place.at];
  if (arg === undefined) return undefined;
  if (place?.isClassPath) return isCompleteClassPath(arg) ? arg : undefined;
  if (isPublished(program, arg)) return PUBLISHED;
  // A value of a flag may have been taken for the script.
  const rest = place?.isUncertain ? args.slice(place.at + 1) : [];
  return isCompletePath(arg) && rest.every((one) => one.startsWith('-') || isCompletePath(one)) ? arg : undefined;
}

interface PlaceOfScript {
  readonly at: number;
  readonly isClassPath: boolean;
  readonly isUncertain: boolean;
}

/** @param words that may precede it */
function placeOfScript(program: string, words: readonly string[], args: readonly string[]): PlaceOfScript | undefined {
  let isStarted = false;
  let isUncertain = false;
  for (let at = 0; at < args.length; ) {
    const arg = args[at] as string;
    if (!arg.startsWith('-')) {
      if (isStarted || !words.includes(arg)) return { at, isClassPath: false, isUncertain };
      isStarted = true;
      at++;
      continue;
    }
    if (isClassPath(program, arg)) return { at: at + 1, isClassPath: true, isUncertain };
    const flag = readFlag(program, arg, args[at + 1] ?? '');
    if (!flag) return undefined;
    isUncertain ||= flag.isUnknown;
    at += flag.words;
  }
  return undefined;
}

interface ReadFlag {
  /** How many words it takes up. */
  readonly words: number;
  /** The next word may be its value, or the script. */
  readonly isUnknown: boolean;
}

const ALONE: ReadFlag = { words: 1, isUnknown: false };
const WITH_VALUE: ReadFlag = { words: 2, isUnknown: false };

/** Undefined where no script follows, or none that is certain. */
function readFlag(program: string, arg: string, next: string): ReadFlag | undefined {
  if (programNamed(program).shell === 'posix' && /^-[efuxh]+$/.test(arg)) return ALONE;
  if (TEXT_FLAG.test(arg) || (arg === '-r' && program === 'php')) return undefined;
  if (/^(?:ruby|perl|php|lua|luajit)$/.test(program) && /^-[IdErCxl]$/.test(arg)) return WITH_VALUE;
  if (arg === '--' || isSwitch(arg) || arg.includes('=')) return ALONE;
  if (isValued(arg)) return WITH_VALUE;
  if (/^-[DX]/.test(arg)) return ALONE;
  return next.startsWith('-') || isCompletePath(next) ? { words: 1, isUnknown: true } : undefined;
}

function isClassPath(program: string, arg: string): boolean {
  return /^javaw?$/.test(program) && /^-(?:cp|classpath)$|^--?(?:class|module)-path$/.test(arg);
}

function isCompleteClassPath(path: string): boolean {
  return path.split(/[:;](?![\\/])/).every((one) => ABSOLUTE.test(one));
}

function isFlake([command, address = '']: readonly string[]): boolean {
  return command === 'run' && /^(?:(?:github|gitlab|sourcehut|(?:git\+)?https):|nixpkgs#)[^$]+$/.test(address);
}

/** What a language's own tool fetches: a package of Go with a version, one of Deno's addresses, Maven's coordinates. */
function isPublished(program: string, arg: string): boolean {
  if (PLACEHOLDER.test(arg)) return false;
  if (program === 'go') return /^[\w-]+(?:\.[\w-]+)+\/[^@]+@[\w.+-]+$/.test(arg);
  if (program === 'deno') return REMOTE_SCRIPT.test(arg);
  return program === 'jbang' && /^(?:[\w.-]+:[\w.-]+:[\w.-]+|https:\/\/.+)$/.test(arg);
}
