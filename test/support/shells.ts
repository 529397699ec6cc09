import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { programPath, scripts } from './programs';

/** A shell that people have as `/bin/sh`. */
export interface Shell {
  readonly path: string;
  /** `PATH` for what it runs. */
  readonly programs: string;
}

/** One of the shells that the launcher must work with. @throws Error that says what to install. */
export function findShell(name: 'dash' | 'bash' | 'busybox', folder: string): Shell {
  if (name !== 'busybox') {
    const path = programPath(name);
    if (!path) throw new Error(`These tests need ${name}. Install it.`);
    return { path, programs: process.env.PATH ?? '' };
  }
  const busybox = programPath('busybox') ?? installBusybox();
  // All that there is on a small system: BusyBox under many names.
  const programs = scripts(join(folder, 'busybox'), {});
  const { stdout } = spawnSync(busybox, ['--list'], { encoding: 'utf8' });
  for (const applet of stdout.trim().split('\n')) symlinkSync(busybox, join(programs, applet));
  return { path: join(programs, 'sh'), programs };
}

function installBusybox(): string {
  const command = 'apt-get update && apt-get install -y --no-install-recommends busybox';
  const debian = existsSync('/etc/os-release') && /\bdebian\b/.test(readFileSync('/etc/os-release', 'utf8'));
  if (!debian || process.getuid?.() !== 0) {
    throw new Error(`These tests need BusyBox. Install it, on Debian by: sudo sh -c '${command}'`);
  }
  console.log('Installing BusyBox with apt (about 10 s, once) …');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const { status, stderr } = spawnSync('sh', ['-c', command], { encoding: 'utf8', maxBuffer: 64 << 20, env });
  const path = programPath('busybox');
  if (status !== 0 || !path) throw new Error(`apt could not install BusyBox:\n${stderr.slice(-2000)}`);
  return path;
}
