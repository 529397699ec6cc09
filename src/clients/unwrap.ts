import { posix } from 'node:path';
import { baseName, type InnerCommand, programNamed, programOf } from '../known/programs';
import { programCommands, shellWords, splitQuoted } from './commandLine';

const SANDBOX_RUNTIME = /@vscode[\\/]sandbox-runtime[\\/]dist[\\/]cli\.js$/;
/** Flags of an interpreter that take no value and may precede the script. */
const HARMLESS_FLAG =
  /^(?:--[\w-]+=.*|--no-[\w-]+|--enable-source-maps|--experimental-(?!loader$)[\w-]+|-[uEsIBOPqb]+)$/;
/** Flags without a value, of programs that start the command after their own flags. */
const WRAPPER_SWITCH =
  /^(?:-[EHSabdimpv]+|-\d+|-[coien]\w+|--[\w-]+=.*|--(?:auto-servernum|foreground|preserve-[\w-]+))$/;
const MAX_DEPTH = 6;

/**
 * The command itself, and the commands inside it: after a shell (`sh -c "…"`, `cmd /c …`), `env`, an interpreter
 * whose script has a shebang, the editor's sandbox. The outermost comes first.
 */
export function layersOf(argv: readonly string[], depth = 0): (readonly string[])[] {
  if (argv.length === 0) return [];
  const inner = depth < MAX_DEPTH ? innerOf(argv) : undefined;
  return inner && inner.length > 0 ? [argv, ...layersOf(inner, depth + 1)] : [argv];
}

function innerOf(argv: readonly string[]): readonly string[] | undefined {
  const [first = '', second = ''] = argv;
  const program = programOf(first);
  const { inner, shell, isInterpreter } = programNamed(program);
  if (SANDBOX_RUNTIME.test(first)) return sandboxed(argv.slice(1));
  if (isInterpreter && SANDBOX_RUNTIME.test(second)) return sandboxed(argv.slice(2));
  if (inner) return behind(inner, argv);
  const text = program === 'npx' ? calledText(argv) : shell ? shellText(argv) : undefined;
  if (text !== undefined) return shellWords(text);
  return isInterpreter ? script(argv) : undefined;
}

function behind(inner: InnerCommand, argv: readonly string[]): readonly string[] | undefined {
  const { 1: second = '' } = argv;
  switch (inner.kind) {
    case 'next':
      return second.startsWith('-') ? undefined : argv.slice(1);
    case 'flags':
      return behindFlags(argv, inner);
    case 'dashes':
      return inner.command?.includes(second) === false ? undefined : behindDashes(argv);
    case 'assignments':
      return behindAssignments(argv);
    case 'switch':
      return behindSwitch(argv);
    case 'folder':
      return second === inner.command ? argv.slice(3) : undefined;
  }
}

/** The text in `npx -c "…"`. */
function calledText(argv: readonly string[]): string | undefined {
  const call = argv.findIndex((arg) => arg === '-c' || arg === '--call');
  return call > 0 && argv.slice(1, call).every((arg) => arg.startsWith('-')) ? argv[call + 1] : undefined;
}

/** The sandbox runtime is given the command's words already quoted, and hands them to a shell as one text. */
function sandboxed(argv: readonly string[]): readonly string[] | undefined {
  const dashes = argv.indexOf('--');
  if (dashes >= 0) return shellWords(argv.slice(dashes + 1).join(' '));
  const text = argv[argv.indexOf('-c') + 1];
  return argv.includes('-c') && text !== undefined ? shellWords(text) : undefined;
}

/** A flag that changes the folder for the command is not followed here. */
function behindDashes(argv: readonly string[]): readonly string[] | undefined {
  const dashes = argv.indexOf('--');
  const isMoving = argv.slice(0, dashes).some((arg) => /^(?:-C|--cd|--cwd)(?:=|$)/.test(arg));
  return dashes < 0 || isMoving ? undefined : argv.slice(dashes + 1);
}

function behindFlags(
  argv: readonly string[],
  { valued, words }: Extract<InnerCommand, { kind: 'flags' }>,
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
  at += words;
  while (/^[A-Za-z_]\w*=/.test(argv[at] ?? '')) at++;
  return (argv[at] ?? '-').startsWith('-') ? undefined : argv.slice(at);
}

function behindAssignments(argv: readonly string[]): readonly string[] | undefined {
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
function behindSwitch(argv: readonly string[]): readonly string[] | undefined {
  const at = argv.findIndex((arg) => /^\/[ck]$/i.test(arg));
  if (at < 1 || !argv.slice(1, at).every((arg) => arg.startsWith('/'))) return undefined;
  const rest = argv.slice(at + 1).map((arg) => arg.replace(/\^(.)/g, '$1'));
  return rest.length === 1 ? splitQuoted((rest[0] as string).replace(/^"(.*)"$/, '$1')) : rest;
}

/** The text after `-c`, `-lc`, `-l -c`. */
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
    return at > 0 && at < argv.length - (behindAssignments(argv)?.length ?? 0) ? argv[at + 1] : undefined;
  }
  const text = programNamed(program).shell ? shellText(argv) : undefined;
  return text === undefined ? undefined : folderChangedTo(text);
}

function folderChangedTo(text: string): string | undefined {
  const commands = programCommands(text);
  if (!commands) {
    const [, double, single, plain] = /^\s*cd\s+(?:"([^"$`\\]+)"|'([^']+)'|([^\s"'$`\\;&|]+))\s*&&/.exec(text) ?? [];
    return double ?? single ?? plain;
  }
  const folders = commands.flatMap(([first, ...rest]) => (first === 'cd' ? [rest.at(-1) ?? '~'] : []));
  if (folders.length === 0) return undefined;
  return folders.reduce((from, to) => (posix.isAbsolute(from) ? posix.resolve(from, to) : posix.join(from, to)));
}

/** A script that its shebang starts comes after the interpreter, with its path. */
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
