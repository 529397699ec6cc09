import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { McpProcessesApi } from '../../../src/api';
import { isAlive } from '../../support/sandbox';
import { waitFor } from '../../support/waitFor';
import { extensionApi, serverNamed, sessionFiles } from './support';

describe("the editor's own servers", () => {
  let api: McpProcessesApi;
  const server = () => serverNamed(api, 'of-the-editor');
  const adopted = () => {
    const view = server();
    return view.kind === 'adopted' ? view : undefined;
  };
  before(async () => {
    api = await extensionApi();
  });

  it('shows a server that the editor starts as its own, adopts it, and lets the editor stop it', async () => {
    const start = () => vscode.commands.executeCommand('mcpProcesses.start', server().key);
    await start();
    await waitFor('it is adopted', async () => (await api.sweep()) && adopted()?.recordId);
    const { group, verdict, state, pid } = server();
    assert.deepEqual([adopted()?.managedBy, group, verdict, state], ['editor', 'thisWindow', 'active', 'running']);
    assert.deepEqual(
      sessionFiles()[0]?.records.map(({ kind, root }) => [kind, root?.pid]),
      [['adopted', pid]],
    );
    await start();
    await api.sweep();
    assert.deepEqual(
      api.servers().flatMap((one) => (one.name === 'of-the-editor' ? [one.pid] : [])),
      [pid],
    );
    await vscode.commands.executeCommand('mcpProcesses.stop', server().key);
    await waitFor('it has ended', async () => (await api.sweep()) && server().state === 'stopped', 40_000);
    assert.ok(!isAlive(pid as number));
    assert.deepEqual(sessionFiles(), []);
  });
});
