// Brings node_modules up to date with the lock file. Plain Node only: it runs before node_modules exists.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @param {string} root of the repository
 * @throws Error when npm fails; npm itself has printed the reason.
 */
export function installPackages(root) {
  const stamp = join(root, 'node_modules/.package-lock.json');
  if (existsSync(stamp) && statSync(stamp).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs) return;
  const started = Date.now();
  console.log('Installing npm packages (about half a minute, 400 MB) …');
  // Not `npm ci`: it refuses a lock file that lacks other systems' optional packages, which npm itself leaves out.
  const { status, error } = spawnSync('npm', ['install', '--no-save', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (error) throw new Error(`npm could not be run (${error.message}). Install Node.js with npm.`);
  if (status !== 0) throw new Error('npm install failed; see above.');
  // npm does not update the stamp when there was nothing to do.
  utimesSync(stamp, new Date(), new Date());
  console.log(`… done in ${((Date.now() - started) / 1000).toFixed(1)} s.`);
}
