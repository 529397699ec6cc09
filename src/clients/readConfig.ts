import type { ConfigFormat } from '../known/clients';
import { readCodexToml } from './codexToml';
import { readClaudeJson, readGeminiSettings, readMcpServers, readOpencode, readZedSettings } from './foreignConfig';
import { readCodeWorkspace, readMcpJson } from './mcpJson';
import type { DefinitionSource, ReadConfiguration } from './serverDefinition';

const READERS: Readonly<Record<ConfigFormat, (text: string, source: DefinitionSource) => ReadConfiguration>> = {
  'mcp.json': readMcpJson,
  'code-workspace': readCodeWorkspace,
  mcpServers: readMcpServers,
  'claude.json': readClaudeJson,
  'codex.toml': readCodexToml,
  'gemini-settings': readGeminiSettings,
  opencode: readOpencode,
  'zed-settings': readZedSettings,
};

/** Reads the text of a configuration file of any client. Never throws: what is wrong with it is among the problems. */
export function readConfig(format: ConfigFormat, text: string, source: DefinitionSource): ReadConfiguration {
  return READERS[format](text, source);
}
