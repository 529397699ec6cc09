import { isRecord, readForeignEntry } from './entry';
import { type EntryReader, JsonText } from './jsonText';
import type { DefinitionSource, ReadConfiguration, ServerDefinition } from './serverDefinition';

// Readers of other clients' files. None throws; a broken file, or a broken entry, gives one problem, with position.

/** `{mcpServers}`: `.mcp.json`, Cursor, Windsurf, Kiro, Claude Desktop, Copilot CLI. */
export function readMcpServers(text: string, source: DefinitionSource): ReadConfiguration {
  const json = new JsonText(text, source.file, 'mcpServers');
  return answer(json, json.servers(['mcpServers'], source, readForeignEntry));
}

/** Claude Code's `.claude.json`: `mcpServers` for all folders, and below `projects` those of single folders. */
export function readClaudeJson(text: string, source: DefinitionSource): ReadConfiguration {
  const json = new JsonText(text, source.file, 'mcpServers');
  const servers = json.servers(['mcpServers'], source, readForeignEntry);
  for (const folder of json.names(['projects'])) {
    servers.push(...json.servers(['projects', folder, 'mcpServers'], { ...source, folder }, readForeignEntry));
  }
  return answer(json, servers);
}

/** Gemini CLI's `settings.json`: `mcpServers`, with variables written `$NAME`. */
export function readGeminiSettings(text: string, source: DefinitionSource): ReadConfiguration {
  const json = new JsonText(text, source.file, 'mcpServers');
  const read: EntryReader = (name, value, from) =>
    withTexts(readForeignEntry(name, value, from), (arg) => arg.replace(/\$([A-Za-z_]\w*)/g, '$${env:$1}'));
  return answer(json, json.servers(['mcpServers'], source, read));
}

/** `opencode.json`: `mcp`, with the command as a list and variables written `{env:NAME}`. */
export function readOpencode(text: string, source: DefinitionSource): ReadConfiguration {
  const json = new JsonText(text, source.file, 'mcp');
  const read: EntryReader = (name, value, from) => {
    if (!isRecord(value)) return readForeignEntry(name, value, from);
    // Switches a server of another file on or off.
    if (value.command === undefined && value.url === undefined) return undefined;
    const list = Array.isArray(value.command) ? value.command : [value.command];
    const [command, ...args] = list as unknown[];
    const entry = {
      ...value,
      command: value.command === undefined ? undefined : command,
      args,
      env: value.environment,
    };
    return withTexts(readForeignEntry(name, entry, from), (arg) =>
      arg.replace(/\{(?:env|file):[^{}]{1,200}\}/g, '$$$&'),
    );
  };
  return answer(json, json.servers(['mcp'], source, read));
}

/** Zed's `settings.json`: `context_servers`. Entries of extensions name no program, and are passed over. */
export function readZedSettings(text: string, source: DefinitionSource): ReadConfiguration {
  const json = new JsonText(text, source.file, 'context_servers');
  const read: EntryReader = (name, value, from) => {
    if (!isRecord(value)) return readForeignEntry(name, value, from);
    const { command, url } = value;
    if (command === undefined && url === undefined) return undefined;
    // Older form: {command: {path, args, env}}.
    if (isRecord(command)) return readForeignEntry(name, { ...command, command: command.path }, from);
    return readForeignEntry(name, value, from);
  };
  return answer(json, json.servers(['context_servers'], source, read));
}

function answer({ problems }: JsonText, servers: readonly ServerDefinition[]): ReadConfiguration {
  return { servers, inputs: [], problems };
}

/** Converts a client's syntax for variables into ours. */
function withTexts(read: ServerDefinition | string, change: (text: string) => string): ServerDefinition | string {
  if (typeof read === 'string' || read.type !== 'stdio') return read;
  return { ...read, command: change(read.command), args: read.args.map(change) };
}
