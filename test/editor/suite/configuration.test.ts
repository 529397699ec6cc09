import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { McpProcessesApi } from '../../../src/api';
import { waitFor } from '../../support/waitFor';
import { extensionApi, setSetting } from './support';

/** ms after activation, when its own early sweeps are over. */
const EARLY_SWEEPS_MS = 8_000;

describe('changes of configuration in a real editor', () => {
  let api: McpProcessesApi;
  before(async () => {
    api = await extensionApi();
  });

  const ofFile = () => api.servers().flatMap(({ key, name }) => (key.startsWith('ws0:') ? [name] : []));

  it('a broken mcp.json: says file, line and column, and loses no other server; corrected, all is well', async () => {
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri as vscode.Uri;
    const file = vscode.Uri.joinPath(folder, '.vscode', 'mcp.json');
    const before = Buffer.from(await vscode.workspace.fs.readFile(file)).toString();
    const broken = '{\n  "servers": {\n    "whole": { "command": "node" },\n    "half": { "command": }\n  }\n}\n';
    await vscode.workspace.fs.writeFile(file, Buffer.from(broken));
    const problem = await waitFor('the problem', () => api.picture().problems[0]);
    assert.deepEqual([problem.file, problem.line, problem.column], [file.fsPath, 4, 26]);
    assert.deepEqual(ofFile(), ['whole']);
    assert.ok(api.servers().some(({ name }) => name === 'everything'));
    await vscode.workspace.fs.writeFile(file, Buffer.from(before));
    await waitFor('no problem', () => api.picture().problems.length === 0);
    assert.deepEqual(ofFile(), ['of-the-editor']);
  });

  it('a changed sweep interval takes effect at once', async () => {
    // The environment says an hour here; the setting goes before it.
    await waitFor('the early sweeps are over', () => performance.now() > EARLY_SWEEPS_MS, EARLY_SWEEPS_MS + 1_000);
    const before = api.picture().sweptAt;
    await setSetting('sweep.intervalSeconds', 5);
    try {
      await waitFor('a sweep', () => api.picture().sweptAt > before + 2_000);
    } finally {
      await setSetting('sweep.intervalSeconds', undefined);
    }
  });
});
