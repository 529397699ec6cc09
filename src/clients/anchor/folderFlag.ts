import { type FolderFlags, programNamed } from '../../known/programs';
import { isValued, mayBeValue, plainProgram, runsTheFolder, startedBy } from '../runningPrograms';
import { ABSOLUTE, isRelativePath, OPEN_FRONT } from './pathWords';

/** Words before the name of a task or script. */
const STARTING = ['run', 'exec', 'x', 'tool'];

/** The folder that a flag names for what is run; undefined where none does, or what runs is still found from another. */
export function folderOfFlag(program: string, args: readonly string[]): string | undefined {
  const { folderFlags } = programNamed(program);
  const found = folderFlags && findFlag(folderFlags, args);
  if (!found || !(ABSOLUTE.test(found.folder) || OPEN_FRONT.test(found.folder))) return undefined;
  if (found.isMove) return found.folder;
  const [starter] = startedBy(program, found.others) ?? [];
  const startsFolders = starter !== undefined && runsTheFolder(plainProgram(starter));
  return startsFolders || found.others.some(isRelativePath) ? undefined : found.folder;
}

interface FoundFlag {
  readonly folder: string;
  /** It changes the working folder as well. */
  readonly isMove: boolean;
  /** The arguments without it. */
  readonly others: readonly string[];
}

function findFlag(flags: FolderFlags, args: readonly string[]): FoundFlag | undefined {
  const at = placeOfFlag(flags, args);
  if (at === undefined) return undefined;
  const [flag = '', inline] = (args[at] as string).split(/=(.*)/s);
  return {
    folder: inline ?? args[at + 1] ?? '',
    isMove: flags.moves?.includes(flag) === true,
    others: [...args.slice(0, at), ...args.slice(at + (inline === undefined ? 2 : 1))],
  };
}

function placeOfFlag({ moves = [], names = [], anywhere }: FolderFlags, args: readonly string[]): number | undefined {
  const starting = new Set(STARTING);
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] as string;
    if (arg === '--') return undefined;
    const [flag = '', inline] = arg.split(/=(.*)/s);
    if (moves.includes(flag) || names.includes(flag)) return at;
    if (isValued(flag) && inline === undefined) at++;
    else if (!anywhere && isPlainWord(args, at)) {
      // What follows the name of a task or script is for that.
      if (!starting.has(arg)) return undefined;
      starting.clear();
    }
  }
  return undefined;
}

function isPlainWord(args: readonly string[], at: number): boolean {
  return !args[at]?.startsWith('-') && !mayBeValue(args, at);
}
