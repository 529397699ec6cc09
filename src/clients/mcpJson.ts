import { readEntry } from './entry';
import { JsonText } from './jsonText';
import type {
  ConfigurationProblem,
  DefinitionSource,
  InputDefinition,
  ReadConfiguration,
  ServerDefinition,
} from './serverDefinition';

/** Reads the text of an `mcp.json` (`{servers, inputs}`, JSONC). A broken entry never loses the others; never throws. */
export function readMcpJson(text: string, source: DefinitionSource): ReadConfiguration {
  const json = new JsonText(text, source.file, ' with "servers"');
  const servers = json.servers(['servers'], source, readEntry);
  return { servers, inputs: readInputs(json.value(['inputs'])), problems: json.problems };
}

/** Reads `settings.mcp` of a `.code-workspace` file, which has the shape of an `mcp.json`. Never throws. */
export function readCodeWorkspace(text: string, source: DefinitionSource): ReadConfiguration {
  const json = new JsonText(text, source.file, ' with "folders"');
  const servers = json.servers(['settings', 'mcp', 'servers'], source, readEntry);
  return { servers, inputs: readInputs(json.value(['settings', 'mcp', 'inputs'])), problems: json.problems };
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
