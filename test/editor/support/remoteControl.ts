import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { basename, join } from 'node:path';
import { waitFor } from '../../support/waitFor';

/** The folder of a tiny extension that acts in a window for the test. */
export const REMOTE_CONTROL = join(__dirname, 'remoteControl');

export interface ControlRequest {
  readonly command?: string;
  readonly api?: string;
  readonly args?: readonly unknown[];
  readonly setting?: string;
  readonly value?: unknown;
  readonly start?: readonly string[];
  readonly exhaust?: boolean;
}

interface ControlAnswer {
  readonly result?: unknown;
  readonly error?: string;
  /** The extension host's. */
  readonly pid: number;
}

/** Acts inside the extension hosts of windows, through {@link REMOTE_CONTROL}. */
export class RemoteControl {
  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true });
  }

  /** What an editor's environment must contain. */
  get environment(): Record<string, string> {
    return { MCP_PROCESSES_TEST_CONTROL: this.folder };
  }

  /** @returns what the command or method returned. @throws what it threw, or when no host answers in 60 s. */
  async ask<T>(workspace: string, request: ControlRequest): Promise<T> {
    const answer = await once(this.path(workspace), request, 60_000);
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.result as T;
  }

  /** Waits for a host of the window that is not one of `former`. @returns its pid. */
  hostOf(workspace: string, ...former: readonly number[]): Promise<number> {
    return waitFor(
      `the extension host of ${basename(workspace)} answers`,
      async () => {
        const { pid } = await once(this.path(workspace), {}, 2_000);
        return former.includes(pid) ? undefined : pid;
      },
      90_000,
    );
  }

  private path(workspace: string): string {
    return join(this.folder, basename(workspace));
  }
}

function once(path: string, request: ControlRequest, timeout: number): Promise<ControlAnswer> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(path);
    socket.setTimeout(timeout, () => socket.destroy(new Error(`no answer in ${timeout} ms`)));
    socket.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
    socket.once('error', reject).once('close', () => {
      try {
        resolve(JSON.parse(text));
      } catch {
        reject(new Error('the host went away before it answered'));
      }
    });
    socket.write(`${JSON.stringify(request)}\n`);
  });
}
