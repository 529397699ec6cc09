import { posix } from 'node:path';
import { baseName, programCommands, programOf, shellWords, splitQuoted } from './commandLine';

const SHELLS = new Set(['sh', 'bash', 'dash', 'zsh', 'ash', 'ksh', 'fish']);
const SCRIPT_RUNNERS = new Set(['node', 'bun', 'deno', 'python', 'ruby', 'perl', ...SHELLS]);
/** Programs that become, or wait for, the command behind them. */
const PASSERS = new Set(['nohup', 'setsid', 'exec', 'disclaimer']);
const SANDBOX_RUNTIME = /@vscode[\\/]sandbox-runtime[\\/]dist[\\/]cli\.js$/;
/** Flags of an interpreter that take no value and may stand before the script. */
const HARMLESS_FLAG =
  /^(?:--[\w-]+=.*|--no-[\w-]+|--enable-source-maps|--experimental-(?!loader$)[\w-]+|-[uEsIBOPqb]+)$/;
/** Programs that start the command behind their own flags and words: which flags take a value, how many words. */
const WRAPPERS: Readonly<Record<string, { valued: readonly string[]; argv?: number }>> = {
  nice: { valued: ['-n', '--adjustment'] },
  ionice: { valued: ['-c', '-n', '--class', '--classdata'] },
  stdbuf: { valued: ['-i', '-o', '-e'] },
  time: { valued: ['-f', '-o', '--format', '--output'] },
  timeout: { valued: ['-s', '-k', '--signal', '--kill-after'], argv: 1 },
  sudo: { valued: ['-u', '-g', '--user', '--group'] },
  doas: { valued: ['-u'] },
  'xvfb-run': { valued: ['-n', '-s', '-e', '-f', '-w', '--server-num', '--server-args'] },
  caffeinate: { valued: ['-t'] },
};
/** Flags of theirs that stand alone. */
const WRAPPER_SWITCH =
  /^(?:-[EHSabdimpv]+|-\d+|-[coien]\w+|--[\w-]+=.*|--(?:auto-servernum|foreground|preserve-[\w-]+))$/;
/** Programs that start the command behind `--`, and the word that says so. */
const BEFORE_DASHES: Readonly<Record<string, RegExp>> = {
  op: /^run$/,
  dotenvx: /^run$/,
  doppler: /^run$/,
  infisical: /^run$/,
  varlock: /^run$/,
  mise: /^(?:exec|x)$/,
  'aws-vault': /^exec$/,
  chamber: /^exec$/,
};
const DEEPEST = 6;

/** Whether a program runs what its arguments say, so that its own name tells nothing. */
export function isScriptRunner(program: string): boolean {
  return SCRIPT_RUNNERS.has(program);
}

/**
 * The command as it stands, and the commands inside it: behind a shell (`sh -c "…"`, `cmd /c …`), `env`, an interpreter
 * whose script has a shebang, the editor's sandbox. The outermost comes first.
 */
export function layersOf(argv: readonly string[], depth = 0): (readonly string[])[] {
  if (argv.length === 0) return [];
  const inner = depth < DEEPEST ? innerOf(argv) : undefined;
  return inner && inner.length > 0 ? [argv, ...layersOf(inner, depth + 1)] : [argv];
}

function innerOf(argv: readonly string[]): readonly string[] | undefined {
  const [first = '', second = ''] = argv;
  const program = programOf(first);
  if (SANDBOX_RUNTIME.test(first)) return sandboxed(argv.slice(1));
  if (SCRIPT_RUNNERS.has(program) && SANDBOX_RUNTIME.test(second)) return sandboxed(argv.slice(2));
  if (program === 'npx') {
    const call = argv.findIndex((arg) => arg === '-c' || arg === '--call');
    const text = argv[call + 1];
    if (call > 0 && text !== undefined && argv.slice(1, call).every((arg) => arg.startsWith('-'))) {
      return shellWords(text);
    }
  }
  if (program === 'bwrap') return afterDashes(argv);
  if (program === 'env') return afterAssignments(argv);
  if (program === 'cmd') return afterSwitch(argv);
  if (PASSERS.has(program) && !second.startsWith('-')) return argv.slice(1);
  if (program === 'direnv' && second === 'exec') return argv.slice(3);
  if (Object.hasOwn(BEFORE_DASHES, program))
    return BEFORE_DASHES[program]?.test(second) ? behindDashes(argv) : undefined;
  if (Object.hasOwn(WRAPPERS, program)) return wrapped(argv, WRAPPERS[program]);
  if (SHELLS.has(program)) {
    const text = shellText(argv);
    if (text !== undefined) return shellWords(text);
  }
  return SCRIPT_RUNNERS.has(program) ? script(argv) : undefined;
}

/** The sandbox runtime is given the command's words already quoted, and hands them to a shell as one text. */
function sandboxed(argv: readonly string[]): readonly string[] | undefined {
  const dashes = argv.indexOf('--');
  if (dashes >= 0) return shellWords(argv.slice(dashes + 1).join(' '));
  const text = argv[argv.indexOf('-c') + 1];
  return argv.includes('-c') && text !== undefined ? shellWords(text) : undefined;
}

function afterDashes(argv: readonly string[]): readonly string[] | undefined {
  const dashes = argv.indexOf('--');
  return dashes < 0 ? undefined : argv.slice(dashes + 1);
}

/** A change of folder that is none of the command's own words is followed by nobody here. */
function behindDashes(argv: readonly string[]): readonly string[] | undefined {
  const dashes = argv.indexOf('--');
  const isMoving = argv.slice(0, dashes).some((arg) => /^(?:-C|--cd|--cwd)(?:=|$)/.test(arg));
  return dashes < 0 || isMoving ? undefined : argv.slice(dashes + 1);
}

function wrapped(
  argv: readonly string[],
  { valued, argv: own = 0 }: { valued: readonly string[]; argv?: number } = { valued: [] },
): readonly string[] | undefined {
  let at = 1;
  for (; argv[at]?.startsWith('-'); at++) {
    const arg = argv[at] as string;
    if (arg === '--') {
      at++;
      break;
    }
    if (valued.includes(arg)) at++;
    else if (!WRAPPER_SWITCH.test(arg)) return undefined;
  }
  at += own;
  while (/^[A-Za-z_]\w*=/.test(argv[at] ?? '')) at++;
  return (argv[at] ?? '-').startsWith('-') ? undefined : argv.slice(at);
}

function afterAssignments(argv: readonly string[]): readonly string[] | undefined {
  let at = 1;
  while (at < argv.length) {
    const arg = argv[at] as string;
    if (arg === '-u' || arg === '-C') at += 2;
    else if (/^[A-Za-z_]\w*=/.test(arg) || /^(?:-i|-S|--|-)$/.test(arg)) at++;
    else break;
  }
  return (argv[at] ?? '-').startsWith('-') ? undefined : argv.slice(at);
}

/** `cmd /d /s /c "npx ^"-y^" ^"x^""`, as one word or several. */
function afterSwitch(argv: readonly string[]): readonly string[] | undefined {
  const at = argv.findIndex((arg) => /^\/[ck]$/i.test(arg));
  if (at < 1 || !argv.slice(1, at).every((arg) => arg.startsWith('/'))) return undefined;
  const rest = argv.slice(at + 1).map((arg) => arg.replace(/\^(.)/g, '$1'));
  return rest.length === 1 ? splitQuoted((rest[0] as string).replace(/^"(.*)"$/, '$1')) : rest;
}

/** The text behind `-c`, `-lc`, `-l -c`. */
function shellText(argv: readonly string[]): string | undefined {
  for (let at = 1; at < argv.length; at++) {
    const arg = argv[at] as string;
    if (!/^-{1,2}[a-z]/.test(arg)) return undefined;
    // What follows the text is for the text's own `$0`, `$1`; where words were guessed, it is part of the text.
    if (/^-[a-z]*c$/.test(arg)) return argv.slice(at + 1).join(' ');
  }
  return undefined;
}

/** The folder that the text of a shell changes to before it starts its one program: `cd /srv && exec node index.js`. */
export function shellFolderOf(argv: readonly string[]): string | undefined {
  const program = programOf(argv[0] ?? '');
  if (program === 'env') {
    const at = argv.indexOf('-C');
    return at > 0 && at < argv.length - (afterAssignments(argv)?.length ?? 0) ? argv[at + 1] : undefined;
  }
  const text = SHELLS.has(program) ? shellText(argv) : undefined;
  if (text === undefined) return undefined;
  const folders = programCommands(text)?.flatMap(([first, ...rest]) => (first === 'cd' ? [rest.at(-1) ?? '~'] : []));
  if (folders)
    return folders.length > 0
      ? folders.reduce((from, to) =>
          posix.resolve('/', from) === from ? posix.resolve(from, to) : posix.join(from, to),
        )
      : undefined;
  const [, double, single, plain] = /^\s*cd\s+(?:"([^"$`\\]+)"|'([^']+)'|([^\s"'$`\\;&|]+))\s*&&/.exec(text) ?? [];
  return double ?? single ?? plain;
}

/** A script started by its shebang stands behind the interpreter, with its path. */
function script(argv: readonly string[]): readonly string[] | undefined {
  let at = 1;
  if (programOf(argv[0] as string) === 'deno' && argv[at] === 'run') at++;
  // `-I /lib` of these takes a value.
  const isOther = /^(?:ruby|perl)$/.test(programOf(argv[0] as string));
  while (at < argv.length && !isOther && HARMLESS_FLAG.test(argv[at] as string)) at++;
  const path = argv[at];
  if (path === undefined || path.startsWith('-')) return undefined;
  return /[\\/]/.test(path) && baseName(path) !== '' ? argv.slice(at) : undefined;
}
