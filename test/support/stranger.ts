import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { pidsOf, type Users } from '../../src/os/users';
import { DATABASE_CLIENT } from './bystanders';
import { killHard, type Sandbox } from './sandbox';
import { waitFor } from './waitFor';

/** A process that stays connected to a server, and uses it through that connection. */
export class Stranger {
  private readonly answers: AsyncIterator<string>;

  private constructor(private readonly child: ChildProcess) {
    this.answers = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
  }

  /** Connects to what a fixture server serves with `--serve=${address}`. */
  static async at(sandbox: Sandbox, address: string): Promise<Stranger> {
    await waitFor('the server listens', () => existsSync(address));
    const kind = address.endsWith('.port') ? 'tcp' : 'unix';
    const stranger = new Stranger(
      spawn('python3', ['-c', DATABASE_CLIENT, address, kind], {
        env: sandbox.environment,
        stdio: ['pipe', 'pipe', 'inherit'],
      }),
    );
    await stranger.ask();
    return stranger;
  }

  get pid(): number {
    return this.child.pid as number;
  }

  /** Whether it is among the users of a server. */
  isAmong(users: Users | undefined): boolean {
    return users !== undefined && pidsOf(users).includes(this.pid);
  }

  /** Its name in messages. */
  get named(): RegExp {
    return new RegExp(`in use by python[\\d.]* \\(pid ${this.pid}\\)`);
  }

  /** The pid that answers. */
  async ask(): Promise<number> {
    this.child.stdin?.write('?\n');
    return Number((await this.answers.next()).value);
  }

  leave(): Promise<void> {
    return killHard(this.child);
  }
}
