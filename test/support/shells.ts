import { spawnSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { programPath, scripts } from './programs';

/** A shell that may be `/bin/sh`. */
export interface Shell {
  readonly path: string;
  /** `PATH` for what it runs. */
  readonly programs: string;
}

/** One of the shells that the wrapper must work with. @throws Error that says what to install. */
export function findShell(name: 'dash' | 'bash' | 'busybox', folder: string): Shell {
  const path = programPath(name);
  if (!path) throw new Error(`These tests need ${name}. Install it.`);
  if (name !== 'busybox') return { path, programs: process.env.PATH ?? '' };
  // The programs of a minimal system: BusyBox under many names.
  const programs = scripts(join(folder, 'busybox'), {});
  const { stdout } = spawnSync(path, ['--list'], { encoding: 'utf8' });
  for (const applet of stdout.trim().split('\n')) symlinkSync(path, join(programs, applet));
  return { path: join(programs, 'sh'), programs };
}
