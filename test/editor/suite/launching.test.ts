import assert from 'node:assert/strict';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import * as vscode from 'vscode';
import type { McpProcessesApi } from '../../../src/api';
import type { ServerInfo } from '../../../src/model/serverView';
import { startProblemSentence } from '../../../src/wording/start';
import { isAlive } from '../../support/sandbox';
import { configuredEntry, extensionApi, serverNamed, sessionFiles } from './support';

const REAL = ['everything', 'filesystem', 'memory'];

describe('launching in a real editor', () => {
  let api: McpProcessesApi;
  const server = (name: string) => serverNamed(api, name);
  const launched = (name: string) => {
    const view = server(name);
    assert.ok(view.kind === 'launched');
    return view;
  };
  const pids = () => REAL.map((name) => server(name).pid as number);
  before(async () => {
    api = await extensionApi();
  });

  it('lists the configured servers, with their owners', () => {
    assert.deepEqual(
      api.servers().map((one) => [one.name, one.kind === 'configured' ? one.managedBy : one.kind, one.group]),
      [
        ...[...REAL, 'missing', 'folder'].map((name) => [name, 'mcpProcesses', 'notRunning']),
        ['remote', 'remote', 'notRunning'],
        ['of-the-editor', 'editor', 'notRunning'],
      ],
    );
  });

  it('starts the real servers, and counts what they offer as another version of the SDK does', async () => {
    await Promise.all(REAL.map((name) => vscode.commands.executeCommand('mcpProcesses.start', server(name).key)));
    for (const name of REAL) {
      const { state, group, verdict, memory, serverInfo } = launched(name);
      assert.deepEqual([state, group, verdict], ['running', 'thisWindow', 'active']);
      assert.ok((memory ?? 0) > 0);
      assert.deepEqual(serverInfo, await serverInfoOf(name));
    }
    assert.ok(REAL.every((name) => (launched(name).serverInfo?.tools ?? 0) > 5));
  });

  it('records them in one session file', () => {
    const [session, ...others] = sessionFiles();
    assert.equal(others.length, 0);
    assert.equal(session?.owner.pid, process.pid);
    // The editor may have started its own server by now, which is adopted.
    const launched = session?.records.filter(({ kind }) => kind === 'launched') ?? [];
    assert.deepEqual(
      Object.fromEntries(launched.map(({ server: name, root }) => [name, root?.pid])),
      Object.fromEntries(REAL.map((name) => [name, server(name).pid])),
    );
  });

  it('calls a tool', async () => {
    const result = (await api.callTool(server('everything').key, 'echo', { message: 'hello' })) as ToolResult;
    assert.match(result.content[0]?.text ?? '', /hello/);
  });

  it('starting twice does not start two', async () => {
    const before = pids();
    const start = () => vscode.commands.executeCommand('mcpProcesses.start', server('memory').key);
    await Promise.all([start(), start()]);
    await api.sweep();
    assert.deepEqual(pids(), before);
    const mine = { name: 'mine', ...configuredEntry('everything') };
    const [one, two] = await Promise.all([api.launch(mine), api.launch(mine)]);
    assert.equal(one.pid, two.pid);
    assert.equal(sessionFiles()[0]?.records.filter(({ server: name }) => name === 'mine').length, 1);
    await api.stop(one.key);
  });

  it('restart: a new process answers; the old one is gone', async () => {
    const before = server('everything').pid as number;
    await vscode.commands.executeCommand('mcpProcesses.restart', server('everything').key);
    const after = server('everything').pid as number;
    assert.ok(isAlive(after) && after !== before && !isAlive(before));
    const result = (await api.callTool(server('everything').key, 'echo', { message: 'again' })) as ToolResult;
    assert.match(result.content[0]?.text ?? '', /again/);
  });

  it('stops them, none with SIGKILL; the session file goes with the last', async () => {
    const running = pids();
    for (const name of REAL) {
      assert.equal(sessionFiles().length, 1);
      const { processes } = await api.stop(server(name).key);
      assert.ok(processes.length > 0);
      assert.ok(processes.every(({ outcome }) => outcome === 'exited' || outcome === 'terminated'));
    }
    assert.deepEqual(running.filter(isAlive), []);
    assert.deepEqual(sessionFiles(), []);
    assert.ok(REAL.every((name) => server(name).state === 'stopped' && server(name).group === 'notRunning'));
  });

  for (const [name, expected] of [
    ['missing', /program "no-such-program-of-anybody" was not found\. Install it/],
    ['folder', /is a folder\. "command" must name a program/],
  ] as const) {
    it(`says what to do about a command that is ${name === 'missing' ? name : 'a folder'}`, async () => {
      await assert.rejects(api.launch({ name: 'bad', ...configuredEntry(name) }), expected);
      // The message and the panel say so; the command itself does not fail.
      void vscode.commands.executeCommand('mcpProcesses.start', server(name).key);
      await new Promise<void>((resolve) => {
        const subscription = api.onDidChange(() => {
          if (server(name).state !== 'failed') return;
          subscription.dispose();
          resolve();
        });
      });
      const { failure } = launched(name);
      assert.match(failure?.kind === 'start' ? startProblemSentence(failure.problem) : '', expected);
      assert.deepEqual(sessionFiles(), []);
    });
  }

  /** The server's answer to the SDK's client over the SDK's transport. */
  async function serverInfoOf(name: string): Promise<ServerInfo> {
    const { command, args, env = {} } = configuredEntry(name);
    const client = new Client({ name: 'counter', version: '1' });
    await client.connect(
      new StdioClientTransport({
        command,
        args,
        env: { ...(process.env as Record<string, string>), ...env },
        stderr: 'ignore',
      }),
    );
    try {
      const can = client.getServerCapabilities();
      const { name: own = '', version = '' } = client.getServerVersion() ?? {};
      return {
        name: own,
        version,
        tools: can?.tools ? (await client.listTools()).tools.length : 0,
        resources: can?.resources ? (await client.listResources()).resources.length : 0,
        prompts: can?.prompts ? (await client.listPrompts()).prompts.length : 0,
      };
    } finally {
      await client.close();
    }
  }
});

interface ToolResult {
  readonly content: readonly { readonly text: string }[];
}
