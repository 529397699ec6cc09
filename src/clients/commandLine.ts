/** The words of a running command, or of a configured one. */
export interface CommandLine {
  readonly argv: readonly string[];
  /** It came as one line: where one argument ends and the next begins is a guess. */
  readonly isSingleString: boolean;
}

/**
 * The words of a process's arguments. A title that the program gave itself (`npm exec @x/y`), and the table of a
 * system that only knows whole lines, come as a single element.
 */
export function commandLineOfArgs(args: readonly string[]): CommandLine {
  const [only] = args;
  if (args.length !== 1 || only === undefined || !/\s/.test(only)) return { argv: args, isSingleString: false };
  // `cmd.exe /d /s /c "npx ^"-y^" ^"x^""`: what is behind the switch is one text, escaped in a way of its own.
  const [, shell, text] = /^("?[^"]{0,300}\bcmd(?:\.exe)?"?(?:\s+\/\S+)*?\s+\/c)\s+(.+)$/is.exec(only) ?? [];
  if (shell && text) {
    const plain = text.replace(/^"(.*)"$/s, '$1').replace(/\^(.)/g, '$1');
    return { argv: [...splitQuoted(shell), plain], isSingleString: false };
  }
  const isWindows = /^"|^[a-z]:\\|^\S+\.exe\s/i.test(only);
  return { argv: isWindows ? splitQuoted(only) : only.split(' ').filter(Boolean), isSingleString: !isWindows };
}

/** Splits a Windows command line: double quotes hold words together, a backslash is an ordinary character. */
export function splitQuoted(line: string): string[] {
  return [...line.matchAll(/(?:[^\s"]+|"[^"]*"?)+/g)].map(([arg]) => arg.replaceAll('"', ''));
}

/** A text as a regular expression that matches it alone. */
export function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

/** Commands that only prepare for the one behind `&&`. */
const PREPARING = new Set(['cd', 'export', 'source', '.', 'set', 'nvm']);
/** Where errors go is no word of the program. */
const ERRORS_REDIRECTED = /\s2>{1,2}\s?(?:&1|[\w./~-]+)\s*$/;

/** Why a shell's text is no plain command: a quote that nothing closes, something that only a shell can do, its length. */
export type ShellTextProblem = 'openQuote' | 'shellSyntax' | 'tooLong';

/**
 * The words of the one program that a shell's text starts; undefined where that takes more than reading: several
 * programs, variables, redirections. `${…}` of a configuration is kept as it stands, and so is `$HOME` before a path.
 */
export function shellWords(text: string): string[] | undefined {
  return programCommands(text)?.at(-1);
}

/** The commands of such a text: those that prepare, and the one program. */
export function programCommands(text: string): string[][] | undefined {
  const commands = splitCommands(text.replace(ERRORS_REDIRECTED, ''), true);
  if (typeof commands === 'string') return undefined;
  const last = [...(commands.at(-1) ?? [])];
  const before = commands.slice(0, -1);
  if (!before.every(isPreparing)) return undefined;
  while (last.length > 1 && (last[0] === 'exec' || /^[A-Za-z_]\w*=/.test(last[0] as string))) last.shift();
  return last.length > 0 ? [...before, last] : undefined;
}

/** The words of each of the commands that `&&` joins, or why that takes more than reading. */
export function shellCommands(text: string): string[][] | ShellTextProblem {
  return splitCommands(text, false);
}

/** @param isRead whether the text is a shell's, which knows `$HOME` and where a command ends, and is only to be read */
function splitCommands(text: string, isRead: boolean): string[][] | ShellTextProblem {
  if (text.length > 8_192) return 'tooLong';
  const commands: string[][] = [[]];
  let arg: string | undefined;
  const end = () => {
    if (arg !== undefined) commands.at(-1)?.push(arg);
    arg = undefined;
  };
  const expanded = isRead ? /`|\$(?!\{[^${}]{1,200}\}|HOME\/)/ : /`|\$(?!\{[^${}]{1,200}\})/;
  for (let at = 0; at < text.length; at++) {
    const rest = text.slice(at, at + 210);
    const char = text[at] as string;
    const placeholder = /^\$\{[^${}]{1,200}\}/.exec(rest)?.[0];
    if (isRead && rest.startsWith('$HOME/')) arg = (arg ?? '') + char;
    else if (placeholder) {
      arg = (arg ?? '') + placeholder;
      at += placeholder.length - 1;
    } else if (char === ' ' || char === '\t') end();
    else if (rest.startsWith('&&')) {
      end();
      commands.push([]);
      at++;
    } else if (isRead && char === ';' && PREPARING.has(commands.at(-1)?.[0] ?? arg ?? '')) {
      end();
      commands.push([]);
    } else if (char === "'" || char === '"') {
      const close = closing(text, at);
      if (close === undefined) return 'openQuote';
      const inner = text.slice(at + 1, close);
      if (char === '"' && expanded.test(inner)) return 'shellSyntax';
      arg = (arg ?? '') + (char === '"' ? inner.replace(/\\([$`"\\])/g, '$1') : inner);
      at = close;
    } else if (char === '\\' && at + 1 < text.length) {
      arg = (arg ?? '') + text[++at];
    } else if (/[;&|<>()`$\n\r*?#]/.test(char)) return 'shellSyntax';
    else arg = (arg ?? '') + char;
  }
  end();
  return commands;
}

function isPreparing([first = '', second]: readonly string[]): boolean {
  // `nvm use 20`, and not `nvm exec`.
  return PREPARING.has(first) && (first !== 'nvm' || second === 'use');
}

/** Index of the quote that closes the one at `open`. */
function closing(text: string, open: number): number | undefined {
  const quote = text[open];
  for (let at = open + 1; at < text.length; at++) {
    if (quote === '"' && text[at] === '\\') at++;
    else if (text[at] === quote) return at;
  }
  return undefined;
}
