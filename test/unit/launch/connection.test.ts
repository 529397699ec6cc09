import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { mock } from 'node:test';
import { SdkError, SdkErrorCode } from '@modelcontextprotocol/client';
import { Connection, requestProblemOf } from '../../../src/launch/connection';
import { waitFor } from '../../support/waitFor';

const INITIALIZED = {
  protocolVersion: '2025-06-18',
  capabilities: { tools: {} },
  serverInfo: { name: 'slow', version: '1' },
};

describe('a conversation with a server', () => {
  afterEach(() => mock.timers.reset());

  it('waits longest for a tool, and asks for its progress', async () => {
    const asked: { id: number; params: { _meta?: { progressToken?: unknown } } }[] = [];
    const [stdin, stdout] = [new PassThrough(), new PassThrough()];
    const child = Object.assign(new EventEmitter(), { stdin, stdout, stderr: null, pid: 1, exitCode: null });
    const answer = (id: number, result: object) => stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, result })}\n`);
    createInterface({ input: stdin }).on('line', (line) => {
      const message = JSON.parse(line);
      if (message.method === 'initialize') answer(message.id, INITIALIZED);
      if (message.method === 'tools/list') answer(message.id, { tools: [] });
      if (message.method === 'tools/call') asked.push(message);
    });
    const connection = await Connection.open(child as unknown as ChildProcess, '0', 5_000);
    mock.timers.enable({ apis: ['setTimeout'] });
    const called = connection.callTool('slow', {});
    // The assertion below handles a rejection.
    called.catch(() => {});
    while (asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
    mock.timers.tick(10 * 60_000);
    mock.timers.reset();
    const [{ id, params } = { id: -1, params: {} }] = asked;
    assert.notEqual(params._meta?.progressToken, undefined);
    answer(id, { content: [] });
    assert.deepEqual(await called, { content: [] });
    await connection.close();
    await waitFor('it has closed its side', () => stdout.listenerCount('data') === 0);
  });

  it('tells a late answer, an exit and a refusal apart, and hides secrets', () => {
    const sdk = (code: SdkErrorCode) => requestProblemOf(new SdkError(code, 'odd'));
    assert.deepEqual(sdk(SdkErrorCode.RequestTimeout), { kind: 'no-answer' });
    assert.deepEqual(sdk(SdkErrorCode.ConnectionClosed), { kind: 'exited' });
    assert.deepEqual(sdk(SdkErrorCode.InvalidResult), { kind: 'said', said: 'odd' });
    assert.deepEqual(requestProblemOf(new Error('bad password=hunter22')), { kind: 'said', said: 'bad password=•••' });
  });
});
