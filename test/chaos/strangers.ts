import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { promisify } from 'node:util';
import type { ProcessIdentity } from '../../src/os/identity';
import { MULTIPLEXER } from '../support/bystanders';
import { ask, identityOf } from '../support/fakeOwner';
import { programPath } from '../support/programs';
import { isAlive, type Sandbox } from '../support/sandbox';
import type { Side } from './side';

/** A terminal multiplexer: the shell command that starts it, and the way to ask it for its pid. */
export interface Multiplexer {
  readonly kind: 'tmux' | 'stand-in';
  readonly command: string;
  readonly ask: () => Promise<number>;
}

/** The real one if it is installed and drawn, else a stand-in. */
export function drawMultiplexer(random: () => number, sandbox: Sandbox, path: string): Multiplexer {
  const tmux = programPath('tmux');
  const isReal = random() < 0.7;
  if (tmux && isReal) {
    const args = ['-S', path, '-f', '/dev/null'];
    return {
      kind: 'tmux',
      command: `'${tmux}' ${args.map((arg) => `'${arg}'`).join(' ')} new-session -d 'exec sleep 300'`,
      ask: async () => {
        const display = [...args, 'display-message', '-p', '#{pid}'];
        return Number((await promisify(execFile)(tmux, display, { env: sandbox.environment })).stdout);
      },
    };
  }
  return {
    kind: 'stand-in',
    command: `python3 -c '${MULTIPLEXER.replaceAll("'", '"')}' '${path}'`,
    ask: () => ask(path),
  };
}

/**
 * Starts a process with the command line of a session's root, but without its cookie: a child of ours, or a daemon
 * with another parent.
 */
export function startLookAlike(sandbox: Sandbox, script: string, side: Side, isDaemon: boolean): void {
  const daemon = ['-c', 'exec 4<&0; sh "$0" <&4 4<&- & :', script];
  const input = side.openInput();
  spawn('sh', isDaemon ? daemon : [script], {
    env: { ...sandbox.environment, CHAOS: side.path, CHAOS_ALONE: '1' },
    stdio: [input, 'ignore', 'ignore'],
    detached: true,
  });
  closeSync(input);
}

/** A process that must be the same before and after; it answers if it can be asked. */
interface Witness {
  readonly name: string;
  readonly identity: ProcessIdentity;
  readonly ask: (() => Promise<number>) | undefined;
}

/** All processes that must survive a round. */
export class Strangers {
  private readonly witnesses: Witness[] = [];

  async add(name: string, pid: number, question?: () => Promise<number>): Promise<void> {
    if (question) assert.equal(await question(), pid, `${name} answers before`);
    this.witnesses.push({ name, identity: await identityOf(pid), ask: question });
  }

  /** @returns how many answered. @throws if one is gone, is another process or does not answer. */
  async check(when: string): Promise<number> {
    const wrong: string[] = [];
    let answered = 0;
    await Promise.all(
      this.witnesses.map(async ({ name, identity, ask: question }) => {
        try {
          assert.ok(isAlive(identity.pid), 'it is gone');
          assert.deepEqual(await identityOf(identity.pid), identity);
          if (!question) return;
          assert.equal(await question(), identity.pid);
          answered++;
        } catch (error) {
          wrong.push(`${name}, pid ${identity.pid}: ${(error as Error).message.split('\n')[0]}`);
        }
      }),
    );
    if (wrong.length > 0) throw new Error(`WRONG KILL: ${when}: ${wrong.join('; ')}`);
    return answered;
  }
}
