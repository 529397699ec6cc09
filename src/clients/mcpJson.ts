import {
  findNodeAtLocation,
  getNodeValue,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';
import type {
  ConfigurationProblem,
  DefinitionSource,
  InputDefinition,
  ReadConfiguration,
  ServerDefinition,
} from './serverDefinition';

const LONGEST_FILE = 4 << 20;

/** Reads the text of an `mcp.json` (`{servers, inputs}`, JSONC). A broken entry never loses the others; never throws. */
export function readMcpJson(text: string, source: DefinitionSource): ReadConfiguration {
  const problems: ConfigurationProblem[] = [];
  const at = (offset: number | undefined, message: string) =>
    problems.push({ file: source.file, ...positionOf(text, offset), message });
  if (text.length > LONGEST_FILE) {
    at(undefined, 'The file is too large to be a server configuration; nothing in it is used.');
    return { servers: [], inputs: [], problems };
  }
  const errors: ParseError[] = [];
  let root: Node | undefined;
  try {
    root = parseTree(text.replace(/^\uFEFF/, ' '), errors, { allowTrailingComma: true });
  } catch {
    at(0, 'The file is nested too deeply to be read; nothing in it is used.');
    return { servers: [], inputs: [], problems };
  }
  for (const error of errors.slice(0, 3)) {
    at(error.offset, `Not valid JSON here (${printParseErrorCode(error.error)}). Correct it, then save.`);
  }
  if (root?.type !== 'object') {
    if (errors.length === 0 && text.trim() !== '') at(0, 'The file must hold one object with "servers".');
    return { servers: [], inputs: [], problems };
  }
  const servers: ServerDefinition[] = [];
  const block = findNodeAtLocation(root, ['servers']);
  if (block && block.type !== 'object') at(block.offset, '"servers" must be an object: one entry for each server.');
  for (const property of block?.type === 'object' ? (block.children ?? []) : []) {
    const [nameNode, value] = property.children ?? [];
    if (!nameNode) continue;
    // An entry that holds the error, or that the parser ended early because of it, may be half of what was meant.
    const end = property.offset + property.length;
    if (errors.some((error) => error.offset >= property.offset && error.offset <= end + 1)) continue;
    const read = readEntry(String(nameNode.value), value && getNodeValue(value), source);
    if (typeof read === 'string') at((value ?? nameNode).offset, read);
    else servers.push(read);
  }
  const inputs = findNodeAtLocation(root, ['inputs']);
  return { servers, inputs: readInputs(inputs && getNodeValue(inputs)), problems };
}

/** Reads the value of the setting `mcpProcesses.servers`, and `mcpProcesses.inputs`. Never throws. */
export function readSettingServers(servers: unknown, inputs: unknown, source: DefinitionSource): ReadConfiguration {
  const problems: ConfigurationProblem[] = [];
  const found: ServerDefinition[] = [];
  if (typeof servers === 'object' && servers !== null && !Array.isArray(servers)) {
    for (const [name, value] of Object.entries(servers)) {
      const read = readEntry(name, value, source);
      if (typeof read !== 'string') found.push(read);
      else
        problems.push({
          file: source.file,
          line: undefined,
          column: undefined,
          message: `Setting mcpProcesses.servers: ${read}`,
        });
    }
  }
  return { servers: found, inputs: readInputs(inputs), problems };
}

/** One entry, or what is wrong with it. */
function readEntry(name: string, value: unknown, source: DefinitionSource): ServerDefinition | string {
  if (name.trim() === '') return 'A server has an empty name. Give it one.';
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return `"${name}" must be an object with "command" or "url".`;
  }
  const entry = value as Record<string, unknown>;
  const { type, command, args, env, envFile, cwd, url } = entry;
  if (type === 'http' || type === 'sse' || (type === undefined && command === undefined && typeof url === 'string')) {
    if (typeof url !== 'string' || url === '') return `"${name}" needs a "url".`;
    return { type: type === 'sse' ? 'sse' : 'http', name, source, url };
  }
  if (type !== undefined && type !== 'stdio') return `"${name}" has an unknown "type". Use "stdio", "http" or "sse".`;
  if (typeof command !== 'string' || command.trim() === '') return `"${name}" needs a "command": the program to start.`;
  if (args !== undefined && !(Array.isArray(args) && args.every((arg) => typeof arg === 'string'))) {
    return `"args" of "${name}" must be a list of strings.`;
  }
  if (env !== undefined && (typeof env !== 'object' || env === null || Array.isArray(env))) {
    return `"env" of "${name}" must be an object.`;
  }
  for (const [key, one] of Object.entries(env ?? {})) {
    if (one !== null && typeof one !== 'string' && typeof one !== 'number') {
      return `The environment variable ${key} of "${name}" must be a string, a number or null.`;
    }
  }
  if (envFile !== undefined && typeof envFile !== 'string') return `"envFile" of "${name}" must be a path.`;
  if (cwd !== undefined && typeof cwd !== 'string') return `"cwd" of "${name}" must be a path.`;
  return {
    type: 'stdio',
    name,
    source,
    command,
    args: (args as string[] | undefined) ?? [],
    env: (env as Record<string, string | number | null> | undefined) ?? {},
    envFile,
    cwd,
  };
}

function readInputs(value: unknown): InputDefinition[] {
  if (!Array.isArray(value)) return [];
  const text = (one: unknown) => (typeof one === 'string' ? one : undefined);
  return value.flatMap((input): InputDefinition[] => {
    if (typeof input !== 'object' || input === null) return [];
    const { id, type, description, password, options } = input as Record<string, unknown>;
    if (typeof id !== 'string' || (type !== 'promptString' && type !== 'pickString' && type !== 'command')) return [];
    return [
      {
        id,
        type,
        description: text(description) ?? id,
        default: text((input as Record<string, unknown>).default),
        password: password === true,
        options: Array.isArray(options) ? options.flatMap((one) => text(one) ?? text(one?.value) ?? []) : [],
      },
    ];
  });
}

function positionOf(
  text: string,
  offset: number | undefined,
): { line: number | undefined; column: number | undefined } {
  if (offset === undefined) return { line: undefined, column: undefined };
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: offset - lineStart + 1 };
}
