import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { McpProcessesApi } from '../../../src/api';
import type { ServerView } from '../../../src/model/serverView';
import { parseSession, type SessionFile } from '../../../src/registry/schema';
import { waitFor } from '../../support/waitFor';

/** The extension, activated by the editor, after its first sweep. */
export async function extensionApi(): Promise<McpProcessesApi> {
  const extension = vscode.extensions.getExtension<McpProcessesApi>('mcp-processes.mcp-processes');
  assert.ok(extension);
  const api = await extension.activate();
  await waitFor('the first sweep', () => api.inventory().scanned);
  return api;
}

/** The row of a server. @throws if it is not listed. */
export function serverNamed(api: McpProcessesApi, name: string): ServerView {
  const found = api.servers().find((one) => one.name === name);
  assert.ok(found, `${name} is listed`);
  return found;
}

/** The session files in this run's data folder. */
export function sessionFiles(): SessionFile[] {
  const folder = join(process.env.MCP_PROCESSES_HOME as string, 'sessions');
  return readdirSync(folder).map((file) => {
    const parsed = parseSession(readFileSync(join(folder, file), 'utf8'));
    assert.equal(parsed.kind, 'session', file);
    return (parsed as { session: SessionFile }).session;
  });
}

/** Sets one of the extension's settings for the user; undefined removes it. */
export async function setSetting(name: string, value: unknown): Promise<void> {
  await vscode.workspace.getConfiguration('mcpProcesses').update(name, value, vscode.ConfigurationTarget.Global);
}

export interface StdioEntry {
  readonly command: string;
  readonly args: string[];
  readonly env?: Record<string, string>;
}

/** The entry of the setting `mcpProcesses.servers`. */
export function configuredEntry(name: string): StdioEntry {
  const servers = vscode.workspace.getConfiguration('mcpProcesses').get<Record<string, StdioEntry>>('servers');
  const entry = servers?.[name];
  assert.ok(entry, `${name} is configured`);
  return entry;
}
