import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { McpProcessesApi } from '../../../src/api';
import type { ServerView } from '../../../src/lifecycle/model';
import { waitFor } from '../../support/waitFor';

describe('the extension in a real editor', () => {
  let api: McpProcessesApi;
  const server = (name: string): ServerView => {
    const found = api.servers().find((one) => one.name === name);
    assert.ok(found, `${name} is listed`);
    return found;
  };
  const sessionFiles = () => readdirSync(join(process.env.MCP_PROCESSES_HOME as string, 'sessions'));

  before(async () => {
    const extension = vscode.extensions.getExtension<McpProcessesApi>('mcp-processes.mcp-processes');
    assert.ok(extension);
    api = await extension.activate();
    await waitFor('the first sweep', () => api.picture().scanned);
  });

  it('lists what is configured, and whose it is', () => {
    assert.deepEqual(
      api.servers().map(({ name, owner, group }) => [name, owner, group]),
      [
        ['everything', 'us', 'notRunning'],
        ['filesystem', 'us', 'notRunning'],
        ['memory', 'us', 'notRunning'],
        ['remote', 'remote', 'notRunning'],
        ['of-the-editor', 'editor', 'notRunning'],
      ],
    );
  });

  for (const [name, tools] of [
    ['everything', 5],
    ['filesystem', 10],
    ['memory', 5],
  ] as const) {
    it(`starts the real server "${name}", records it, and ends it`, async () => {
      await vscode.commands.executeCommand('mcpProcesses.start', server(name).key);
      const running = server(name);
      assert.equal(running.state, 'running');
      assert.ok((running.introduction?.tools ?? 0) >= tools, JSON.stringify(running.introduction));
      assert.ok((running.memory ?? 0) > 0);
      const [file] = sessionFiles();
      const session = JSON.parse(
        readFileSync(join(process.env.MCP_PROCESSES_HOME as string, 'sessions', file as string), 'utf8'),
      );
      assert.deepEqual(
        session.records.map((record: { server: string; root: { pid: number } }) => [record.server, record.root.pid]),
        [[name, running.pid]],
      );
      const result = await api.stop(running.key);
      assert.ok(
        result.processes.every(({ outcome }) => outcome === 'exited' || outcome === 'terminated'),
        JSON.stringify(result),
      );
      assert.deepEqual(sessionFiles(), []);
    });
  }

  it('calls a tool of a server that it launched by the API', async () => {
    const everything = vscode.workspace
      .getConfiguration('mcpProcesses')
      .get<Record<string, { command: string; args: string[] }>>('servers');
    const view = await api.launch({ name: 'mine', ...(everything?.everything as { command: string; args: string[] }) });
    const result = (await api.callTool(view.key, 'echo', { message: 'hello' })) as { content: { text: string }[] };
    assert.match(result.content[0]?.text ?? '', /hello/);
    await api.stop(view.key);
  });

  it("shows a server that the editor starts as the editor's", async () => {
    await vscode.commands.executeCommand('mcpProcesses.start', server('of-the-editor').key);
    await waitFor('it runs', async () => {
      await api.sweep();
      return server('of-the-editor').state === 'running';
    });
    const running = server('of-the-editor');
    assert.deepEqual([running.owner, running.group, running.verdict], ['editor', 'thisWindow', 'active']);
    await vscode.commands.executeCommand('mcpProcesses.stop', running.key);
    await waitFor(
      'it has ended',
      async () => {
        await api.sweep();
        return server('of-the-editor').state === 'stopped';
      },
      40_000,
    );
  });

  it('sweeps by itself at the interval of the setting', async () => {
    const before = api.picture().sweptAt;
    await waitFor('another sweep', () => api.picture().sweptAt > before, 20_000);
  });
});
