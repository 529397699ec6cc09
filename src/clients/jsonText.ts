import * as l10n from '@vscode/l10n';
import {
  findNodeAtLocation,
  getNodeValue,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';
import type { ConfigurationProblem, DefinitionSource, ServerDefinition } from './serverDefinition';

/** In characters. No server configuration is longer, and reading more would block the editor. */
export const MAX_FILE_BYTES = 4 << 20;

/** No person reads more problems, and a hostile file could have a million. */
export const MAX_PROBLEMS = 20;
const MAX_NAMES = 1_000;

/** A value of a configuration, or what is wrong with it in a sentence. `undefined`: no server, and nothing wrong. */
export type EntryReader = (
  name: string,
  value: unknown,
  source: DefinitionSource,
) => ServerDefinition | string | undefined;

/** JSON with comments, read so that every problem has a position. No method throws. */
export class JsonText {
  readonly problems: ConfigurationProblem[] = [];
  private readonly root: Node | undefined;
  private readonly errors: ParseError[] = [];

  /** @param expected the name of what the file should hold, for the problem where it holds something else. */
  constructor(
    private readonly text: string,
    private readonly file: string | undefined,
    expected: string,
  ) {
    if (text.length > MAX_FILE_BYTES) {
      this.report(undefined, l10n.t('This file is too large for a server configuration, so it is ignored.'));
      return;
    }
    // Just created, or emptied on purpose.
    if (text.replace(/^\uFEFF/, '').trim() === '') return;
    try {
      this.root = parseTree(text.replace(/^\uFEFF/, ' '), this.errors, { allowTrailingComma: true });
    } catch {
      this.report(0, l10n.t('This file is nested too deeply to be read, so it is ignored.'));
      return;
    }
    // One mistake may cause several errors of the parser; the first one has the place.
    const [error] = this.errors;
    if (error)
      this.report(
        error.offset,
        l10n.t('Invalid JSON ({0}). Correct it, then save the file.', printParseErrorCode(error.error)),
      );
    else if (this.root?.type !== 'object')
      this.report(0, l10n.t('The file must contain one object with "{0}".', expected));
  }

  /** Reads each property of the object at `path`, which may be absent. A broken entry does not affect the others. */
  servers(path: readonly string[], source: DefinitionSource, read: EntryReader): ServerDefinition[] {
    const found: ServerDefinition[] = [];
    for (const { name, value, offset, isComplete } of this.properties(path)) {
      if (!isComplete) continue;
      const entry = read(name, value, source);
      if (typeof entry === 'string') this.report(offset, entry);
      else if (entry) found.push(entry);
    }
    return found;
  }

  /** Names of the properties of the object at `path`, at most a thousand. */
  names(path: readonly string[]): string[] {
    const block = this.at(path);
    if (block?.type !== 'object') return [];
    const first = (block.children ?? []).slice(0, MAX_NAMES);
    return first.flatMap(({ children }) => (children?.[0] ? [String(children[0].value)] : []));
  }

  /** The value at `path`; objects have no prototype. */
  value(path: readonly string[]): unknown {
    const node = this.at(path);
    return node && valueIn(node);
  }

  /** Reports a problem at `path`, if there is a value. */
  reportOf(path: readonly string[], message: string): void {
    const node = this.at(path);
    if (node) this.report(node.offset, message);
  }

  private *properties(path: readonly string[]) {
    const block = this.at(path);
    if (block && block.type !== 'object' && block.type !== 'null') {
      this.report(block.offset, l10n.t('"{0}" must be an object with one entry per server.', path.at(-1) ?? ''));
    }
    for (const property of block?.type === 'object' ? (block.children ?? []) : []) {
      const [nameNode, valueNode] = property.children ?? [];
      if (!nameNode) continue;
      // An entry with an error, or one that the parser ended early because of it, may be incomplete.
      const end = property.offset + property.length;
      const isComplete = !this.hasErrorWithin(property.offset, end + 1);
      const value = valueNode && valueIn(valueNode);
      yield { name: String(nameNode.value), value, offset: (valueNode ?? nameNode).offset, isComplete };
    }
  }

  /** The parser reports errors in the order of the text. */
  private hasErrorWithin(from: number, to: number): boolean {
    let [low, high] = [0, this.errors.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.errors[middle] as ParseError).offset < from) low = middle + 1;
      else high = middle;
    }
    const next = this.errors[low];
    return next !== undefined && next.offset <= to;
  }

  private at(path: readonly string[]): Node | undefined {
    if (this.root?.type !== 'object') return undefined;
    return path.length === 0 ? this.root : findNodeAtLocation(this.root, [...path]);
  }

  private report(offset: number | undefined, message: string): void {
    if (this.problems.length >= MAX_PROBLEMS) return;
    this.problems.push({ file: this.file, ...positionOf(this.text, offset), message });
  }
}

/** Undefined where the value is nested too deeply to be one. */
function valueIn(node: Node): unknown {
  try {
    return getNodeValue(node);
  } catch {
    return undefined;
  }
}

/** Line and column of an offset, both from 1. */
export function positionOf(
  text: string,
  offset: number | undefined,
): { line: number | undefined; column: number | undefined } {
  if (offset === undefined) return { line: undefined, column: undefined };
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: offset - lineStart + 1 };
}
