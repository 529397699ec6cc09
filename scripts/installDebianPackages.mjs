// Installs programs that tests need and a machine may lack. Plain Node only: it runs before node_modules exists.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/**
 * Installs packages with apt if this process may. Call it for one program at a time: apt holds a lock.
 * @param {string} name of the program, for people
 * @param {string[]} packages
 * @param {string} time that it takes, for people
 * @throws Error that says what to do.
 */
export function installDebianPackages(name, packages, time) {
  const command = `apt-get update && apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  const debian = existsSync('/etc/os-release') && /\bdebian\b/.test(readFileSync('/etc/os-release', 'utf8'));
  if (!debian || process.getuid?.() !== 0) {
    throw new Error(`The tests need ${name}. Install it, on Debian by: sudo sh -c '${command}'`);
  }
  console.log(`Installing ${name} with apt (${time}, once) …`);
  const { status, stderr } = spawnSync('sh', ['-c', command], {
    encoding: 'utf8',
    maxBuffer: 64 << 20,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (status !== 0) throw new Error(`apt could not install ${name}:\n${stderr.slice(-2000)}`);
}

/** For the tests of shell code. Called once before all of them. @throws Error that says what to do. */
export function installBusybox() {
  if (spawnSync('busybox', ['true']).status !== 0) installDebianPackages('BusyBox', ['busybox'], 'about 10 s');
}
