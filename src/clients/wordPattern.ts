import { PLACEHOLDER, PLACEHOLDERS } from './anchor/pathWords';

// Compares configured words, in which `${…}` matches any text, with the words of a process.

export interface WordList {
  readonly words: readonly (string | Pattern)[];
  readonly line: Pattern;
}

/** Words with placeholders: what matches, and the placeholders in the order of their groups. */
export interface Pattern {
  /** The text before, between and after them. */
  readonly parts: readonly string[];
  readonly isSingleString: boolean;
  readonly placeholders: readonly string[];
}

/** The value of a placeholder in the words of a process. */
export interface Opened {
  readonly kind: 'placeholder';
  readonly placeholder: string;
  readonly value: string;
}

export function wordList(argv: readonly string[]): WordList {
  const complete = withoutEmptyEnd(argv);
  return {
    words: complete.map((arg) => (PLACEHOLDER.test(arg) ? patternOf([arg], false) : arg)),
    line: patternOf(complete, true),
  };
}

export function findAll(
  running: readonly string[],
  { words, line }: WordList,
  isSingleString: boolean,
): Opened[] | undefined {
  if (isSingleString) return find(running.join(' '), line);
  if (running.length !== words.length) return undefined;
  const found: Opened[] = [];
  for (const [index, arg] of words.entries()) {
    const one = running[index] as string;
    const opened = typeof arg === 'string' ? one === arg && [] : find(one, arg);
    if (!opened) return undefined;
    found.push(...opened);
  }
  return found;
}

/**
 * The shortest values of the placeholders in a text; undefined where it does not match. No regular
 * expression: with four placeholders in a word of 3,000 characters that took minutes.
 */
export function find(text: string, { parts, placeholders, isSingleString }: Pattern): Opened[] | undefined {
  const [first = '', ...others] = parts;
  if (others.length === 0) return text === first ? [] : undefined;
  if (!text.startsWith(first)) return undefined;
  const found: Opened[] = [];
  let from = first.length;
  for (const [at, part] of others.entries()) {
    const end = at === others.length - 1 ? text.length - part.length : text.indexOf(part, from);
    if (end < from || !text.startsWith(part, end)) return undefined;
    const flag = isSingleString ? text.indexOf(' -', from) : -1;
    // In a line a placeholder may cover several words, but no flag.
    if (flag >= 0 && flag < end) return undefined;
    found.push({ kind: 'placeholder', placeholder: placeholders[at] as string, value: text.slice(from, end) });
    from = end + part.length;
  }
  return found;
}

export function patternOf(argv: readonly string[], isSingleString: boolean): Pattern {
  const text = argv.join(' ');
  return { parts: text.split(PLACEHOLDERS), placeholders: text.match(PLACEHOLDERS) ?? [], isSingleString };
}

/** The system does not show empty arguments at the end. */
export function withoutEmptyEnd(argv: readonly string[]): readonly string[] {
  let end = argv.length;
  while (end > 0 && argv[end - 1] === '') end--;
  return argv.slice(0, end);
}
