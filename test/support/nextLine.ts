import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/**
 * The next whole line that a program prints, in one piece or several: unbuffered Python writes each argument of
 * `print` separately.
 */
export function nextLine({ stdout }: ChildProcess): Promise<string> {
  return new Promise((resolve) => createInterface({ input: stdout as NodeJS.ReadableStream }).once('line', resolve));
}
