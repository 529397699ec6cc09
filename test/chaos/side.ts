import { execFileSync } from 'node:child_process';
import { closeSync, constants, existsSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from '../support/sandbox';
import { waitFor } from '../support/waitFor';

/**
 * A folder in which the processes of one side (the dead session, the live one, …) note that they are running. Through
 * the FIFOs in it they are asked for an answer.
 */
export class Side {
  private readonly ends = new Map<string, number>();
  private asked = 0;

  /** @param names of the processes that answer. Opens their FIFOs, so that neither end waits for the other. */
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

  /** The names of the processes that are running, with their pids. */
  up(): Map<string, number> {
    const file = join(this.path, 'up');
    if (!existsSync(file)) return new Map();
    const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
    return new Map(lines.map((line) => line.split(' ')).map(([name = '', pid]) => [name, Number(pid)]));
  }

  /** Waits until all of these are running. @returns all pids. */
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

  /** Lets the intermediate processes of double forks end. */
  release(): void {
    this.end('hold');
  }

  /** Closes all ends, so that a process that still reads there ends. */
  close(): void {
    for (const name of [...this.ends.keys()]) this.end(name);
  }

  private end(name: string): void {
    const end = this.ends.get(name);
    if (end !== undefined) closeSync(end);
    this.ends.delete(name);
  }
}
