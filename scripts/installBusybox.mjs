// The tests run shell code under BusyBox's shell, too. Plain Node only: it runs before node_modules exists.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const COMMAND = 'apt-get update && apt-get install -y --no-install-recommends busybox';

/**
 * Installs BusyBox where it is missing. Once before all tests: two that run in parallel would meet at apt's lock.
 * @throws Error that says what to do, where it cannot be installed from here.
 */
export function installBusybox() {
  if (spawnSync('busybox', ['true']).status === 0) return;
  const debian = existsSync('/etc/os-release') && /\bdebian\b/.test(readFileSync('/etc/os-release', 'utf8'));
  if (!debian || process.getuid?.() !== 0) {
    throw new Error(`The tests need BusyBox. Install it, on Debian by: sudo sh -c '${COMMAND}'`);
  }
  console.log('Installing BusyBox with apt (about 10 s, once) …');
  const { status, stderr } = spawnSync('sh', ['-c', COMMAND], {
    encoding: 'utf8',
    maxBuffer: 64 << 20,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (status !== 0) throw new Error(`apt could not install BusyBox:\n${stderr.slice(-2000)}`);
}
