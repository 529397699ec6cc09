import type { ChildProcess } from 'node:child_process';
import { type JSONRPCMessage, ReadBuffer, serializeMessage, type Transport } from '@modelcontextprotocol/client';
import * as l10n from '@vscode/l10n';
import { UserError } from '../common/errors';

/**
 * The SDK's transport over a process that *we* spawned. The SDK's own stdio transport spawns the process itself, waits
 * 2 s + 2 s and signals only the direct child. Here the ladder ends the server, and `close` only disconnects.
 */
export class ChildTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: Transport['onmessage'];
  private readonly buffer = new ReadBuffer();

  constructor(private readonly child: ChildProcess) {}

  /**
   * The SDK recognises a stdio transport by these two properties: only there does a server that never answers the newest
   * protocol's first request count as an older one.
   */
  get pid(): number | undefined {
    return this.child.pid;
  }

  get stderr(): ChildProcess['stderr'] {
    return this.child.stderr;
  }

  async start(): Promise<void> {
    this.child.stdout?.on('data', this.read);
    this.child.once('close', () => this.onclose?.());
    this.child.stdin?.on('error', (error) => this.onerror?.(error));
  }

  send(message: JSONRPCMessage): Promise<void> {
    return new Promise((resolve, reject) => {
      const { stdin } = this.child;
      if (!stdin || stdin.destroyed || !stdin.writable) {
        reject(new UserError(l10n.t('The server has exited or closed its input.')));
        return;
      }
      if (stdin.write(serializeMessage(message))) resolve();
      else {
        const done = () => {
          stdin.off('drain', done);
          stdin.off('close', done);
          resolve();
        };
        stdin.once('drain', done);
        stdin.once('close', done);
      }
    });
  }

  async close(): Promise<void> {
    this.child.stdout?.off('data', this.read);
    // Keep draining: a server blocked on a full pipe could not act on its end-of-file.
    this.child.stdout?.resume();
    this.onclose?.();
  }

  private readonly read = (chunk: Buffer) => {
    try {
      this.buffer.append(chunk);
    } catch (error) {
      this.onerror?.(error as Error);
      return;
    }
    for (;;) {
      try {
        const message = this.buffer.readMessage();
        if (message === null) return;
        this.onmessage?.(message);
      } catch (error) {
        this.onerror?.(error as Error);
      }
    }
  };
}
