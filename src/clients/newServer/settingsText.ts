import { findNodeAtLocation, type Node, type ParseError, parseTree } from 'jsonc-parser';
import { positionOf } from '../jsonText';
import type { InputEntry, ServerEntry } from './entry';

/** What is added to a settings.json. */
export interface Addition {
  readonly servers: Readonly<Record<string, ServerEntry>>;
  readonly inputs: readonly InputEntry[];
}

/** Why a settings.json cannot take an addition. Line and column count from 1. */
export type SettingsProblem =
  | { readonly kind: 'invalid'; readonly line: number; readonly column: number }
  | { readonly kind: 'wrongType'; readonly setting: string; readonly line: number; readonly column: number }
  | { readonly kind: 'taken'; readonly name: string };

const SERVERS = 'mcpProcesses.servers';
const INPUTS = 'mcpProcesses.inputs';
/** Columns that a list of arguments may take on one line. */
const LINE = 100;
const COMMENT = '/\\*(?:[^*]|\\*(?!/))*\\*/|//[^\\r\\n]*(?=[\\r\\n]|$)';
const COMMA_BEHIND = new RegExp(`(?:\\s|${COMMENT})*,`, 'y');
const REST_OF_LINE = new RegExp(`(?:[ \\t]*(?:${COMMENT}))*`, 'y');

/**
 * The text of a settings.json, or of a `.code-workspace`, with servers added after the existing ones. Comments, order and
 * formatting of everything else stay as they are.
 */
export function addToSettings(
  text: string,
  { servers, inputs }: Addition,
  isWorkspaceFile: boolean,
): { readonly text: string } | SettingsProblem {
  const outer = isWorkspaceFile ? ['settings'] : [];
  let result = text;
  for (const [name, entry] of Object.entries(servers)) {
    const added = addAt(result, [...outer, SERVERS], name, entry);
    if ('kind' in added) return added;
    result = added.text;
  }
  for (const input of inputs) {
    const added = addAt(result, [...outer, INPUTS], undefined, input);
    if ('kind' in added) return added;
    result = added.text;
  }
  return { text: result };
}

/** The part in which two texts differ, so that an editor need not replace everything. */
export function changeBetween(before: string, after: string): { from: number; to: number; text: string } {
  const shorter = Math.min(before.length, after.length);
  let from = 0;
  while (from < shorter && before[from] === after[from]) from++;
  let tail = 0;
  while (tail < shorter - from && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  return { from, to: before.length - tail, text: after.slice(from, after.length - tail) };
}

/** Adds to the object, or list, at a path. @param name undefined where it is a list */
function addAt(
  text: string,
  path: readonly string[],
  name: string | undefined,
  value: unknown,
): { readonly text: string } | SettingsProblem {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  const [error] = errors;
  // A new file has nothing but comments.
  if (!root && isBlank(text))
    return {
      text: inLinesOf(text, `${text.trim()}\n${json(nested(path, name, value), unitOf(text), '')}\n`.trimStart()),
    };
  if (error || root?.type !== 'object') return { kind: 'invalid', ...placeIn(text, error?.offset ?? 0) };
  const found = deepest(root, path);
  if (!found) return { kind: 'invalid', ...placeIn(text, 0) };
  const { container, depth } = found;
  const missing = path.slice(depth);
  if (container.type === 'null') {
    const indent = indentOf(text, container.parent?.offset ?? container.offset);
    return { text: replaced(text, container, json(nested(missing, name, value), unitOf(text), indent)) };
  }
  if (container.type !== (missing.length > 0 || name !== undefined ? 'object' : 'array')) {
    return { kind: 'wrongType', setting: path.slice(0, depth).join('.'), ...placeIn(text, container.offset) };
  }
  if (missing.length === 0 && name !== undefined && findNodeAtLocation(container, [name])) {
    return { kind: 'taken', name };
  }
  return { text: withMember(text, container, missing, name, value) };
}

/** The deepest existing container of a path, and its depth; null counts as absent. */
function deepest(root: Node, path: readonly string[]): { container: Node; depth: number } | undefined {
  for (let depth = path.length; depth >= 0; depth--) {
    const container = findNodeAtLocation(root, path.slice(0, depth));
    if (container) return { container, depth };
  }
  return undefined;
}

/** Also creates what is missing of the path below the container. @param name undefined where it is a list */
function withMember(
  text: string,
  container: Node,
  [key, ...below]: readonly string[],
  name: string | undefined,
  value: unknown,
): string {
  const member = key ?? name;
  const unit = unitOf(text);
  const indent = indentInside(text, container, unit);
  const inner = key === undefined ? value : nested(below, name, value);
  const item = `${member === undefined ? '' : `${JSON.stringify(member)}: `}${json(inner, unit, indent)}`;
  return appended(text, container, item, indent);
}

function nested(path: readonly string[], name: string | undefined, value: unknown): unknown {
  const inner = name === undefined ? [value] : { [name]: value };
  return path.reduceRight<unknown>((below, key) => ({ [key]: below }), inner);
}

function replaced(text: string, { offset, length }: Node, by: string): string {
  return text.slice(0, offset) + inLinesOf(text, by) + text.slice(offset + length);
}

/** Adds an item to an object or list, after the last one and the comment on its line. */
function appended(text: string, container: Node, item: string, indent: string): string {
  const last = container.children?.at(-1);
  const from = last ? last.offset + last.length : container.offset + 1;
  const comma = last && endOf(COMMA_BEHIND, text, from);
  const end = endOf(REST_OF_LINE, text, comma ?? from) ?? from;
  const before = text.slice(0, from) + (last && comma === undefined ? ',' : '') + text.slice(from, end);
  const after = text.slice(end);
  const endsLine = /^[ \t]*\r?\n/.test(after);
  const line = `\n${indent}${item}${comma === undefined ? '' : ','}`;
  const closing = endsLine ? '' : `\n${indentOf(text, container.offset)}`;
  return before.trimEnd() + inLinesOf(text, line + closing) + (endsLine ? after : after.trimStart());
}

/** The end of a sticky pattern's match at an offset. */
function endOf(pattern: RegExp, text: string, offset: number): number | undefined {
  pattern.lastIndex = offset;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

/** White space at the beginning of the line of an offset. */
function indentOf(text: string, offset: number): string {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}

function indentInside(text: string, container: Node, unit: string): string {
  const outer = indentOf(text, container.offset);
  const first = container.children?.[0];
  const inner = first && indentOf(text, first.offset);
  return inner !== undefined && inner.length > outer.length ? inner : outer + unit;
}

/** The file's indentation, from its first indented line. */
function unitOf(text: string): string {
  return /^(\t| {1,8})(?=")/m.exec(text)?.[1] ?? '  ';
}

/** JSON as people write it: lists of texts that fit are on one line. Lines end with \n. */
function json(value: unknown, unit: string, indent: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = indent + unit;
  if (Array.isArray(value)) {
    const items = value.map((item) => json(item, unit, inner));
    const line = `[${items.join(', ')}]`;
    if (value.every((item) => typeof item !== 'object') && line.length <= LINE) return line;
    return `[\n${items.map((item) => inner + item).join(',\n')}\n${indent}]`;
  }
  const members = Object.entries(value).map(
    ([key, one]) => `${inner}${JSON.stringify(key)}: ${json(one, unit, inner)}`,
  );
  return members.length === 0 ? '{}' : `{\n${members.join(',\n')}\n${indent}}`;
}

function inLinesOf(text: string, addition: string): string {
  return text.includes('\r\n') ? addition.replaceAll('\n', '\r\n') : addition;
}

function isBlank(text: string): boolean {
  return text.replace(new RegExp(COMMENT, 'g'), '').trim() === '';
}

function placeIn(text: string, offset: number): { line: number; column: number } {
  const { line = 1, column = 1 } = positionOf(text, offset);
  return { line, column };
}
