import * as l10n from '@vscode/l10n';
import { parse, TomlError } from 'smol-toml';
import { escapePattern } from './commandLine';
import { isRecord, readForeignEntry } from './entry';
import { MAX_FILE_BYTES, MAX_PROBLEMS, positionOf } from './jsonText';
import type { ConfigurationProblem, DefinitionSource, ReadConfiguration, ServerDefinition } from './serverDefinition';

type Place = Pick<ConfigurationProblem, 'line' | 'column'>;

/** Reads Codex's `config.toml`: `[mcp_servers.NAME]`. Never throws; a broken file gives one problem, with position. */
export function readCodexToml(text: string, source: DefinitionSource): ReadConfiguration {
  const problems: ConfigurationProblem[] = [];
  const report = (message: string, place: Place = { line: undefined, column: undefined }) =>
    problems.push({ file: source.file, line: place.line, column: place.column, message });
  const servers: ServerDefinition[] = [];
  const done = { servers, inputs: [], problems };
  if (text.length > MAX_FILE_BYTES) {
    report(l10n.t('This file is too large for a server configuration, so it is ignored.'));
    return done;
  }
  let root: unknown;
  try {
    root = parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    // The parser's own message quotes the lines around the place, which may contain a secret.
    const place = error instanceof TomlError ? { line: error.line, column: error.column } : { line: 1, column: 1 };
    report(l10n.t('Invalid TOML. Correct it, then save the file.'), place);
    return done;
  }
  const block = isRecord(root) ? root.mcp_servers : undefined;
  if (block !== undefined && !isRecord(block)) {
    report(l10n.t('"mcp_servers" must contain one table per server.'), placeOf(text, undefined));
  }
  for (const [name, value] of isRecord(block) ? Object.entries(block) : []) {
    const read = readForeignEntry(name, value, source);
    if (typeof read !== 'string') servers.push(read);
    else if (problems.length < MAX_PROBLEMS) report(read, placeOf(text, name));
  }
  return done;
}

/** The place of a server's table; a parsed TOML has no places. */
function placeOf(text: string, name: string | undefined): Place {
  const header = name === undefined ? undefined : tableHeaderOf(text, name);
  const offset = header?.offset ?? /^[ \t]*\[?\s*mcp_servers\b/m.exec(text)?.index ?? 0;
  return positionOf(text, offset);
}

/** The header of a server's table, or of one below it. */
export function tableHeaderOf(text: string, name: string): { offset: number; length: number } | undefined {
  const key = escapePattern(name);
  const header = new RegExp(
    `^([ \\t]*)(\\[\\s*mcp_servers\\s*\\.\\s*["']?${key}["']?\\s*(?:\\]|\\.[^\\]\\r\\n]*\\]?))`,
    'm',
  ).exec(text);
  if (!header) return undefined;
  const [, indent = '', table = ''] = header;
  return { offset: header.index + indent.length, length: table.length };
}
