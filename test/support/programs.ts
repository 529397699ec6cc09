import { accessSync, chmodSync, constants, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where a program of PATH is; undefined when it is not installed. */
export function programPath(name: string): string | undefined {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return join(folder, name);
    } catch {
      // Perhaps in the next one.
    }
  }
  return undefined;
}

/** Whether `ss` is there; one of the test stages runs without it, and then "unknown" is the right answer. */
export const withSs = programPath('ss') !== undefined;

/** PATH as it was before all that are at work; undefined where none is. */
let former: { path: string | undefined; runs: number } | undefined;

/** Runs `action` with this PATH, and puts the old one back. */
export async function withPath<T>(path: string, action: () => Promise<T>): Promise<T> {
  const before = process.env.PATH;
  former ??= { path: before, runs: 0 };
  const mine = former;
  mine.runs++;
  process.env.PATH = path;
  try {
    return await action();
  } finally {
    // One that goes on although its test has run out of time has nothing to put back any more.
    if (former === mine) {
      process.env.PATH = before;
      if (--mine.runs === 0) former = undefined;
    }
  }
}

/** Puts PATH back that a test that has run out of time has changed. For everything that comes after each test. */
export function restorePath(): void {
  if (former) process.env.PATH = former.path;
  former = undefined;
}

/** Makes a folder of shell scripts. @returns its path. */
export function scripts(folder: string, bodies: Record<string, string>): string {
  mkdirSync(folder, { recursive: true });
  for (const [name, body] of Object.entries(bodies)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}
