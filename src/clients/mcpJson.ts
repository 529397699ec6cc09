import * as l10n from '@vscode/l10n';
import { isRecord, readEntry } from './entry';
import { JsonText } from './jsonText';
import type {
  ConfigurationProblem,
  DefinitionSource,
  InputDefinition,
  ReadConfiguration,
  ServerDefinition,
} from './serverDefinition';

/** Reads the text of an `mcp.json` (`{servers, inputs}`, JSONC). A broken entry does not affect the others; never throws. */
export function readMcpJson(text: string, source: DefinitionSource): ReadConfiguration {
  const json = new JsonText(text, source.file, 'servers');
  const servers = json.servers(['servers'], source, readEntry);
  const inputs = inputsIn(json, ['inputs']);
  if (json.value(['servers']) === undefined)
    json.reportOf(['mcpServers'], l10n.t('"mcpServers" is ignored in this file. Rename it to "servers".'));
  return { servers, inputs, problems: json.problems };
}

/** Reads `settings.mcp` of a `.code-workspace` file, which has the shape of an `mcp.json`. Never throws. */
export function readCodeWorkspace(text: string, source: DefinitionSource): ReadConfiguration {
  const json = new JsonText(text, source.file, 'folders');
  const servers = json.servers(['settings', 'mcp', 'servers'], source, readEntry);
  return { servers, inputs: inputsIn(json, ['settings', 'mcp', 'inputs']), problems: json.problems };
}

/** Reads the value of the setting `mcpProcesses.servers`, and `mcpProcesses.inputs`. Never throws. */
export function readSettingServers(servers: unknown, inputs: unknown, source: DefinitionSource): ReadConfiguration {
  const problems: ConfigurationProblem[] = [];
  const reportOf = (setting: string) => (what: string) => {
    const message = l10n.t('Setting mcpProcesses.{0}: {1}', setting, what);
    problems.push({ file: source.file, line: undefined, column: undefined, message });
  };
  const found: ServerDefinition[] = [];
  if (!isRecord(servers ?? {})) reportOf('servers')(l10n.t('it must be an object with one entry per server.'));
  for (const [name, value] of Object.entries(isRecord(servers) ? servers : {})) {
    const read = readEntry(name, value, source);
    if (typeof read === 'string') reportOf('servers')(read);
    else found.push(read);
  }
  return { servers: found, inputs: readInputs(inputs, reportOf('inputs')), problems };
}

function inputsIn(json: JsonText, path: readonly string[]): InputDefinition[] {
  return readInputs(json.value(path), (message) =>
    json.reportOf(path, l10n.t('"{0}": {1}', path.at(-1) ?? '', message)),
  );
}

function readInputs(value: unknown, report: (message: string) => void): InputDefinition[] {
  const list = value ?? [];
  if (!Array.isArray(list)) {
    report(l10n.t('it must be a list of objects with "id" and "type".'));
    return [];
  }
  const text = (one: unknown) => (typeof one === 'string' ? one : undefined);
  return list.flatMap((input): InputDefinition[] => {
    const { id, type, description, password, options, default: defaultValue } = isRecord(input) ? input : {};
    if (typeof id !== 'string' || (type !== 'promptString' && type !== 'pickString' && type !== 'command')) {
      report(l10n.t('each needs an "id" and a "type": "promptString", "pickString" or "command".'));
      return [];
    }
    const choices = Array.isArray(options) ? options.flatMap((one) => text(one) ?? text(one?.value) ?? []) : [];
    if (type === 'pickString' && choices.length === 0) report(l10n.t('"{0}" needs "options" to choose from.', id));
    return [
      {
        id,
        type,
        description: text(description) ?? id,
        default: text(defaultValue),
        password: password === true,
        options: choices,
      },
    ];
  });
}
