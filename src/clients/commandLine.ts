/** The words of a running command, or of a configured one. */
export interface CommandLine {
  readonly argv: readonly string[];
  /** It came as one line: where one argument ends and the next begins is a guess. */
  readonly isSingleString: boolean;
}

/**
 * The words of a process's arguments. A title that the program gave itself (`npm exec @x/y`), and the table of a
 * system that only has complete lines, come as a single element.
 */
export function commandLineOfArgs(args: readonly string[]): CommandLine {
  const [only] = args;
  if (args.length !== 1 || only === undefined || !/\s/.test(only)) return { argv: args, isSingleString: false };
  // `cmd.exe /d /s /c "npx ^"-y^" ^"x^""`: after the switch comes one text, with its own escapes.
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

/** Commands that only prepare for the one after `&&`. */
const PREPARING = new Set(['cd', 'export', 'source', '.', 'set', 'nvm']);
/** A redirection of errors is no argument of the program. */
const ERRORS_REDIRECTED = /\s2>{1,2}\s?(?:&1|[\w./~-]+)\s*$/;

/** Why a shell's text is no plain command: a quote that nothing closes, something that only a shell can do, its length. */
export type ShellTextProblem = 'openQuote' | 'shellSyntax' | 'tooLong';

/**
 * The words of the one program that a shell's text starts; undefined where only a shell can tell: several programs,
 * variables, redirections. A configuration's `${…}` stays as it is, and so does `$HOME` before a path.
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

/** The words of each command that `&&` joins, or why only a shell can read the text. */
export function shellCommands(text: string): string[][] | ShellTextProblem {
  return splitCommands(text, false);
}

/** @param isRead whether the text is a shell's, which knows `$HOME` and where a command ends, and is only to be read */
function splitCommands(text: string, isRead: boolean): string[][] | ShellTextProblem {
  return text.length > MAX_TEXT_LENGTH ? 'tooLong' : new ShellText(text, isRead).split();
}

/** Longer than any command that is parsed here. */
const MAX_TEXT_LENGTH = 8_192;
const BEGINS_WITH_PLACEHOLDER = /^\$\{[^${}]{1,200}\}/;
/** More than a placeholder and its braces. */
const MAX_PLACEHOLDER_LENGTH = 210;
/** What the shell would replace within double quotes. */
const EXPANDED = /`|\$(?!\{[^${}]{1,200}\})/;
const EXPANDED_BUT_HOME = /`|\$(?!\{[^${}]{1,200}\}|HOME\/)/;
const SHELL_SYNTAX = /[;&|<>()`$\n\r*?#]/;

/** The text of a shell on its way into the words of its commands. */
class ShellText {
  private readonly commands: string[][] = [[]];
  /** The word that has begun, if one has: it may be empty, where it is quoted. */
  private arg: string | undefined;
  private at = 0;

  constructor(
    private readonly text: string,
    private readonly isRead: boolean,
  ) {}

  split(): string[][] | ShellTextProblem {
    while (this.at < this.text.length) {
      const problem = this.readNext();
      if (problem !== undefined) return problem;
    }
    this.endWord();
    return this.commands;
  }

  private readNext(): ShellTextProblem | undefined {
    const char = this.text[this.at] as string;
    const literal = this.literal();
    if (literal !== undefined) return this.take(literal.length, literal);
    if (char === "'" || char === '"') return this.readQuoted(char);
    if (char === '\\' && this.at + 1 < this.text.length) return this.take(2, this.text[this.at + 1]);
    if (char === ' ' || char === '\t') {
      this.endWord();
      return this.take(1);
    }
    const end = this.commandEnd();
    if (end > 0) {
      this.endWord();
      this.commands.push([]);
      return this.take(end);
    }
    return SHELL_SYNTAX.test(char) ? 'shellSyntax' : this.take(1, char);
  }

  /** Text that stays as it is although it begins with `$`. */
  private literal(): string | undefined {
    if (this.text[this.at] !== '$') return undefined;
    if (this.isRead && this.text.startsWith('$HOME/', this.at)) return '$';
    return BEGINS_WITH_PLACEHOLDER.exec(this.text.slice(this.at, this.at + MAX_PLACEHOLDER_LENGTH))?.[0];
  }

  /** The length of a command's end here; 0 where there is none. */
  private commandEnd(): number {
    if (this.text.startsWith('&&', this.at)) return 2;
    const program = this.commands.at(-1)?.[0] ?? this.arg ?? '';
    return this.isRead && this.text[this.at] === ';' && PREPARING.has(program) ? 1 : 0;
  }

  private readQuoted(quote: string): ShellTextProblem | undefined {
    const close = closing(this.text, this.at);
    if (close === undefined) return 'openQuote';
    const inner = this.text.slice(this.at + 1, close);
    if (quote === "'") return this.take(inner.length + 2, inner);
    if ((this.isRead ? EXPANDED_BUT_HOME : EXPANDED).test(inner)) return 'shellSyntax';
    return this.take(inner.length + 2, inner.replace(/\\([$`"\\])/g, '$1'));
  }

  /** Advances over some characters. @param added to the word, which begins here if none has */
  private take(length: number, added?: string): undefined {
    this.at += length;
    if (added !== undefined) this.arg = (this.arg ?? '') + added;
    return undefined;
  }

  private endWord(): void {
    if (this.arg !== undefined) this.commands.at(-1)?.push(this.arg);
    this.arg = undefined;
  }
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
