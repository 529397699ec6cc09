import { execFileSync } from 'node:child_process';
import { closeSync, constants, existsSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from '../support/sandbox';
import { waitFor } from '../support/waitFor';

/**
 * A folder in which processes of one side (the dead session, the live one, …) write down that they run, and through
 * whose FIFOs they are asked whether they work.
 */
export class Side {
  private readonly ends = new Map<string, number>();
  private asked = 0;

  /** @param names of those who answer. Their FIFOs are open from now on: nobody waits for the other end. */
  constructor(
    readonly path: string,
    names: readonly string[],
    inputs: readonly string[] = [],
  ) {
    mkdirSync(path);
    const fifos = [...names, 'hold'];
    execFileSync(
      'mkfifo',
      [...fifos, ...inputs].map((name) => join(path, name)),
    );
    for (const name of fifos) this.ends.set(name, openSync(join(path, name), constants.O_RDWR));
  }

  /** Who has written down that it runs, with its pid. */
  up(): Map<string, number> {
    const file = join(this.path, 'up');
    if (!existsSync(file)) return new Map();
    const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
    return new Map(lines.map((line) => line.split(' ')).map(([name = '', pid]) => [name, Number(pid)]));
  }

  /** Waits until all of these run. @returns everybody's pid. */
  async complete(names: readonly string[]): Promise<Map<string, number>> {
    await waitFor(
      `${names} in ${this.path}`,
      () => {
        const up = this.up();
        return names.every((name) => isAlive(up.get(name) as number));
      },
      60_000,
    ).catch((error: Error) => {
      throw new Error(`${error.message}; there are ${[...this.up().keys()]}`);
    });
    return this.up();
  }

  /** Sends one line to a process. */
  tell(name: string, line: string): void {
    writeSync(this.ends.get(name) as number, `${line}\n`);
  }

  /** Asks a process for its pid. @throws when it does not answer in time. */
  async ask(name: string): Promise<number> {
    const reply = join(this.path, `reply-${this.asked++}`);
    this.tell(name, reply);
    const text = await waitFor(`${name} in ${this.path} answers`, () => {
      const written = existsSync(reply) ? readFileSync(reply, 'utf8') : '';
      return written.endsWith('\n') ? written : undefined;
    });
    return Number(text);
  }

  /** An input for a process, as a file descriptor to close: it ends with {@link release}. */
  openInput(): number {
    return openSync(join(this.path, 'hold'), constants.O_RDONLY);
  }

  /** Lets the intermediate processes of double forks go. */
  release(): void {
    this.end('hold');
  }

  /** Closes all ends: whoever still reads there ends by itself. */
  close(): void {
    for (const name of [...this.ends.keys()]) this.end(name);
  }

  private end(name: string): void {
    const end = this.ends.get(name);
    if (end !== undefined) closeSync(end);
    this.ends.delete(name);
  }
}
