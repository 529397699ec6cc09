import { programNamed, programOf } from '../known/programs';
import { isInProgramFolder } from './runners';

/** Modules of Python that run others, which are found from the folder. */
const RUN_MODULES = new Set(
  `runpy pdb cprofile profile trace debugpy coverage asyncio http pytest unittest pip venv daphne granian celery django
  waitress watchfiles kernprof memray viztracer scalene code idlelib timeit`.split(/\s+/),
);

/** The flags of all those that are sure to take no value. */
const SWITCH =
  /^(?:-(?:[bBEiIOqsSuvxyATl]|jar|File|NoProfile|NoLogo|NonInteractive)|-v{2,3}|--(?:no|allow|deny|unstable)-[\w-]+|--(?:yes|quiet|silent|verbose|debug|dev|prod|watch|hot|smol|bun|all|isolated|frozen|locked|offline|release|script|gui-script|active|exact|inspect|inspect-brk|transpile-only|esm|login|interactive|enable-source-maps|enable-preview|expose-gc|preserve-symlinks|use-system-ca|refresh|upgrade|reinstall|live-stream|headless|experimental-(?!loader|default-type|config-file)[\w-]+|trace-[\w-]+|once|force|keep-going|always-make))$/;

/** Flags that take the next word for their value. */
const VALUED = new Set(
  `-r --require --import --loader --experimental-loader --env-file --conditions -C --tsconfig -P --project -W -X
  --with --with-editable --with-requirements -p --python --index --index-url --extra-index-url --default-index
  --find-links -f --cache-dir --config-file --extra --group --only-group --no-group --package --directory --prerelease
  --exclude-newer --refresh-package --resolution --link-mode -n --name --prefix --cwd -I -d --config --import-map
  -cp -classpath --class-path --module-path -ExecutionPolicy -ep --userconfig --workspace -w --filter -F --bin
  --profile --features --target-dir --manifest-path --configuration --framework --verbosity -t --transport --port`.split(
    /\s+/,
  ),
);

/** Longer than any file's name; what is read with expressions has an end. */
const MAX_NAME_LENGTH = 255;

/**
 * The name of a program without the version at its end: `php8.2`, `ruby-3.3`, `yarn-4.1.0.cjs`. The user's own script or program
 * that merely has a tool's name keeps its complete path.
 */
export function plainProgram(arg: string): string {
  const complete = programOf(arg);
  if (complete.length > MAX_NAME_LENGTH) return complete;
  const plain = complete.replace(/[-@]?\d+(?:\.\d+)*(?=(?:\.[cm]?js)?$)/, '') || complete;
  const name = /^(?:yarn|npm|npx|pnpm|tsx|gulp|grunt|pm2)\.[cm]?js$/.test(plain) ? plain.replace(/\..*/, '') : plain;
  return programNamed(name).isCommonName && !isInProgramFolder(arg) ? arg : name;
}

export function isRunModule(name: string): boolean {
  const [top = ''] = name.toLowerCase().split('.');
  return RUN_MODULES.has(top) || runsTheFolder(top);
}

export function runsTheFolder(program: string): boolean {
  const { runsFolder, script } = programNamed(program);
  return runsFolder === true || script !== undefined;
}

/** The command that one program starts for another: `uv run --with x mcp run s.py` → `mcp run s.py`. */
export function startedBy(program: string, args: readonly string[]): readonly string[] | undefined {
  let words = programNamed(program).command;
  for (let at = 0; words && at < args.length; at++) {
    const arg = args[at] as string;
    if (arg === '--') return behindWords(words, args.slice(at + 1));
    if (arg.startsWith('-')) {
      const taken = wordsOfFlag(program, arg);
      if (taken === undefined) return undefined;
      at += taken - 1;
    } else if (words.includes(arg)) words = [];
    else if (words.length > 0 || !/^[A-Za-z_]\w*=/.test(arg)) return behindWords(words, args.slice(at));
  }
  return undefined;
}

/** @param missing words that must precede the command */
function behindWords(missing: readonly string[], command: readonly string[]): readonly string[] | undefined {
  return missing.length > 0 ? undefined : command;
}

/** How many words a flag of such a program takes up; undefined where that is not certain. */
function wordsOfFlag(program: string, flag: string): number | undefined {
  // `-e` is the file of dotenv, `-m` a module.
  if (isValued(flag) || (flag === '-e' && program !== 'uv')) return 2;
  return isSwitch(flag) || flag.includes('=') ? 1 : undefined;
}

export function isOwnServer(program: string, [first = '']: readonly string[]): boolean {
  return programNamed(program).ownServers?.includes(first) === true;
}

export function isSwitch(flag: string): boolean {
  return SWITCH.test(flag);
}

export function isValued(flag: string): boolean {
  return VALUED.has(flag);
}

/** Whether a word is, or may be, the value of the flag before it. */
export function mayBeValue(args: readonly string[], at: number): boolean {
  const flag = args[at - 1] ?? '';
  return flag.startsWith('-') && flag !== '--' && !flag.includes('=') && !isSwitch(flag);
}
