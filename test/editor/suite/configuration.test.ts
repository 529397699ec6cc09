import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { McpProcessesApi } from '../../../src/api';
import { choosePlatform } from '../../../src/os/choosePlatform';
import { openDataFolder } from '../../../src/registry/dataFolder';
import { writeSession } from '../../../src/registry/sessionStore';
import { newSession } from '../../support/records';
import { waitFor } from '../../support/waitFor';
import { extensionApi, setSetting } from './support';

/** ms after activation when the early sweeps are over. */
const EARLY_SWEEPS_MS = 8_000;

describe('changes of configuration in a real editor', () => {
  let api: McpProcessesApi;
  before(async () => {
    api = await extensionApi();
  });

  const ofFile = () => api.servers().flatMap(({ key, name }) => (key.startsWith('ws0:') ? [name] : []));

  it('a broken mcp.json: says file, line and column, and loses no other server; corrected, it is read', async () => {
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri as vscode.Uri;
    const file = vscode.Uri.joinPath(folder, '.vscode', 'mcp.json');
    const before = Buffer.from(await vscode.workspace.fs.readFile(file)).toString();
    const broken = '{\n  "servers": {\n    "whole": { "command": "node" },\n    "half": { "command": }\n  }\n}\n';
    await vscode.workspace.fs.writeFile(file, Buffer.from(broken));
    const problem = await waitFor('the problem', () => api.inventory().problems[0]);
    assert.deepEqual([problem.file, problem.line, problem.column], [file.fsPath, 4, 26]);
    assert.deepEqual(ofFile(), ['whole']);
    assert.ok(api.servers().some(({ name }) => name === 'everything'));
    await vscode.workspace.fs.writeFile(file, Buffer.from(before));
    await waitFor('no problem', () => api.inventory().problems.length === 0);
    assert.deepEqual(ofFile(), ['of-the-editor']);
  });

  it('a changed sweep interval takes effect at once', async () => {
    // The environment says an hour; the setting overrides it.
    await waitFor('the early sweeps are over', () => performance.now() > EARLY_SWEEPS_MS, EARLY_SWEEPS_MS + 30_000);
    await setSetting('sweep.intervalSeconds', 5);
    try {
      // One sweep may have another cause, but not three while nothing happens.
      for (let sweep = 1; sweep <= 3; sweep++) {
        const path = await deadSession();
        await waitFor(`sweep ${sweep} removes a session without processes`, () => !existsSync(path));
      }
    } finally {
      await setSetting('sweep.intervalSeconds', undefined);
    }
  });
});

/** Writes the file of a dead session without processes. @returns its path. */
async function deadSession(): Promise<string> {
  const folder = openDataFolder(process.env.MCP_PROCESSES_HOME as string);
  const { scope } = await choosePlatform();
  const id = randomUUID();
  // Our pid with another start.
  const owner = { pid: process.pid, start: 't1', scope };
  writeSession(folder, newSession({ id, home: folder.homeTag, owner }));
  return join(folder.sessions, `${id}.json`);
}
