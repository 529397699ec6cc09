// Programs for tests, installed once into a cache outside the checkout. Plain Node only: it runs before node_modules exists.
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * A folder of the cache, filled at the first call.
 * @param {object} options
 * @param {string} options.name of the folder
 * @param {string} [options.stamp] the name of the file that marks it as complete; a folder without it is replaced
 * @param {(folder: string) => string} options.announce the line to print before it is filled; throws where it cannot be
 * @param {(folder: string) => void} options.fill gets a temporary folder in its place
 * @returns {string} its path
 */
export function installOnce({ name, stamp = 'complete', announce, fill }) {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'mcp-processes-test');
  const folder = join(cache, name);
  if (existsSync(join(folder, stamp))) return folder;
  const started = Date.now();
  console.log(announce(folder));
  mkdirSync(cache, { recursive: true });
  // Renamed when complete, so that an interrupted install is never used.
  const temp = mkdtempSync(join(cache, 'installing-'));
  try {
    fill(temp);
    writeFileSync(join(temp, stamp), '');
    // Another process may have been faster.
    if (!existsSync(join(folder, stamp))) replace(folder, temp, stamp);
  } finally {
    rmSync(temp, { recursive: true, force: true });
  }
  console.log(`… done in ${Math.round((Date.now() - started) / 1000)} s.`);
  return folder;
}

/**
 * @param {string} folder
 * @param {string} temp takes its place
 * @param {string} stamp
 */
function replace(folder, temp, stamp) {
  rmSync(folder, { recursive: true, force: true });
  try {
    renameSync(temp, folder);
  } catch (error) {
    if (!existsSync(join(folder, stamp))) throw error;
  }
}
