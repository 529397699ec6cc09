import { accessSync, chmodSync, constants, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The path of a program on PATH; undefined if it is not installed. */
export function programPath(name: string): string | undefined {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return join(folder, name);
    } catch {
      // It may be in the next folder.
    }
  }
  return undefined;
}

/** Whether `ss` is available. One test stage runs without it, and then "unknown" is the right answer. */
export const withSs = programPath('ss') !== undefined;

/** PATH before all current changes; undefined if there is none. */
let former: { path: string | undefined; runs: number } | undefined;

/** Runs `action` with this PATH, then restores the old one. */
export async function withPath<T>(path: string, action: () => Promise<T>): Promise<T> {
  const before = process.env.PATH;
  former ??= { path: before, runs: 0 };
  const mine = former;
  mine.runs++;
  process.env.PATH = path;
  try {
    return await action();
  } finally {
    // If the test has run out of time, PATH was restored already.
    if (former === mine) {
      process.env.PATH = before;
      if (--mine.runs === 0) former = undefined;
    }
  }
}

/** Restores PATH after a test that has run out of time. Runs after each test. */
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
