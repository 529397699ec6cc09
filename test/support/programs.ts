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

/** Runs `action` with this PATH, and puts the old one back. */
export async function withPath<T>(path: string, action: () => Promise<T>): Promise<T> {
  const before = process.env.PATH;
  process.env.PATH = path;
  try {
    return await action();
  } finally {
    process.env.PATH = before;
  }
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
