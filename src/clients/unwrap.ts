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
const WRAPPERS: Readonly<Record<string, { valued: readonly string[]; words?: number }>> = {
  nice: { valued: ['-n', '--adjustment'] },
  ionice: { valued: ['-c', '-n', '--class', '--classdata'] },
  stdbuf: { valued: ['-i', '-o', '-e'] },
  time: { valued: ['-f', '-o', '--format', '--output'] },
  timeout: { valued: ['-s', '-k', '--signal', '--kill-after'], words: 1 },
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
export function layersOf(words: readonly string[], depth = 0): (readonly string[])[] {
  if (words.length === 0) return [];
  const inner = depth < DEEPEST ? innerOf(words) : undefined;
  return inner && inner.length > 0 ? [words, ...layersOf(inner, depth + 1)] : [words];
}

function innerOf(words: readonly string[]): readonly string[] | undefined {
  const [first = '', second = ''] = words;
  const program = programOf(first);
  if (SANDBOX_RUNTIME.test(first)) return sandboxed(words.slice(1));
  if (SCRIPT_RUNNERS.has(program) && SANDBOX_RUNTIME.test(second)) return sandboxed(words.slice(2));
  if (program === 'npx') {
    const call = words.findIndex((word) => word === '-c' || word === '--call');
    const text = words[call + 1];
    if (call > 0 && text !== undefined && words.slice(1, call).every((word) => word.startsWith('-'))) {
      return shellWords(text);
    }
  }
  if (program === 'bwrap') return afterDashes(words);
  if (program === 'env') return afterAssignments(words);
  if (program === 'cmd') return afterSwitch(words);
  if (PASSERS.has(program) && !second.startsWith('-')) return words.slice(1);
  if (program === 'direnv' && second === 'exec') return words.slice(3);
  if (Object.hasOwn(BEFORE_DASHES, program))
    return BEFORE_DASHES[program]?.test(second) ? behindDashes(words) : undefined;
  if (Object.hasOwn(WRAPPERS, program)) return wrapped(words, WRAPPERS[program]);
  if (SHELLS.has(program)) {
    const text = shellText(words);
    if (text !== undefined) return shellWords(text);
  }
  return SCRIPT_RUNNERS.has(program) ? script(words) : undefined;
}

/** The sandbox runtime is given the command's words already quoted, and hands them to a shell as one text. */
function sandboxed(words: readonly string[]): readonly string[] | undefined {
  const dashes = words.indexOf('--');
  if (dashes >= 0) return shellWords(words.slice(dashes + 1).join(' '));
  const text = words[words.indexOf('-c') + 1];
  return words.includes('-c') && text !== undefined ? shellWords(text) : undefined;
}

function afterDashes(words: readonly string[]): readonly string[] | undefined {
  const dashes = words.indexOf('--');
  return dashes < 0 ? undefined : words.slice(dashes + 1);
}

/** A change of folder that is none of the command's own words is followed by nobody here. */
function behindDashes(words: readonly string[]): readonly string[] | undefined {
  const dashes = words.indexOf('--');
  const isMoving = words.slice(0, dashes).some((word) => /^(?:-C|--cd|--cwd)(?:=|$)/.test(word));
  return dashes < 0 || isMoving ? undefined : words.slice(dashes + 1);
}

function wrapped(
  words: readonly string[],
  { valued, words: own = 0 }: { valued: readonly string[]; words?: number } = { valued: [] },
): readonly string[] | undefined {
  let at = 1;
  for (; words[at]?.startsWith('-'); at++) {
    const word = words[at] as string;
    if (word === '--') {
      at++;
      break;
    }
    if (valued.includes(word)) at++;
    else if (!WRAPPER_SWITCH.test(word)) return undefined;
  }
  at += own;
  while (/^[A-Za-z_]\w*=/.test(words[at] ?? '')) at++;
  return (words[at] ?? '-').startsWith('-') ? undefined : words.slice(at);
}

function afterAssignments(words: readonly string[]): readonly string[] | undefined {
  let at = 1;
  while (at < words.length) {
    const word = words[at] as string;
    if (word === '-u' || word === '-C') at += 2;
    else if (/^[A-Za-z_]\w*=/.test(word) || /^(?:-i|-S|--|-)$/.test(word)) at++;
    else break;
  }
  return (words[at] ?? '-').startsWith('-') ? undefined : words.slice(at);
}

/** `cmd /d /s /c "npx ^"-y^" ^"x^""`, as one word or several. */
function afterSwitch(words: readonly string[]): readonly string[] | undefined {
  const at = words.findIndex((word) => /^\/[ck]$/i.test(word));
  if (at < 1 || !words.slice(1, at).every((word) => word.startsWith('/'))) return undefined;
  const rest = words.slice(at + 1).map((word) => word.replace(/\^(.)/g, '$1'));
  return rest.length === 1 ? splitQuoted((rest[0] as string).replace(/^"(.*)"$/, '$1')) : rest;
}

/** The text behind `-c`, `-lc`, `-l -c`. */
function shellText(words: readonly string[]): string | undefined {
  for (let at = 1; at < words.length; at++) {
    const word = words[at] as string;
    if (!/^-{1,2}[a-z]/.test(word)) return undefined;
    // What follows the text is for the text's own `$0`, `$1`; where words were guessed, it is part of the text.
    if (/^-[a-z]*c$/.test(word)) return words.slice(at + 1).join(' ');
  }
  return undefined;
}

/** The folder that the text of a shell changes to before it starts its one program: `cd /srv && exec node index.js`. */
export function shellFolderOf(words: readonly string[]): string | undefined {
  const program = programOf(words[0] ?? '');
  if (program === 'env') {
    const at = words.indexOf('-C');
    return at > 0 && at < words.length - (afterAssignments(words)?.length ?? 0) ? words[at + 1] : undefined;
  }
  const text = SHELLS.has(program) ? shellText(words) : undefined;
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
function script(words: readonly string[]): readonly string[] | undefined {
  let at = 1;
  if (programOf(words[0] as string) === 'deno' && words[at] === 'run') at++;
  // `-I /lib` of these takes a value.
  const isOther = /^(?:ruby|perl)$/.test(programOf(words[0] as string));
  while (at < words.length && !isOther && HARMLESS_FLAG.test(words[at] as string)) at++;
  const path = words[at];
  if (path === undefined || path.startsWith('-')) return undefined;
  return /[\\/]/.test(path) && baseName(path) !== '' ? words.slice(at) : undefined;
}
