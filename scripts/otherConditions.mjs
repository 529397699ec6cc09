// Runs tests under other conditions than the developer's: as an ordinary user, and without `ss`. Linux only.
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, realpathSync, symlinkSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

/** The user "nobody": exists on every Linux and owns nothing. */
const ORDINARY = 65_534;

/**
 * How to run a command as an ordinary user whose home and temporary folder are below `folder`.
 * If we are not root, the command runs unchanged.
 * @param {string} folder
 * @param {string} checkout
 * @param {string} [path] its PATH
 * @returns {{ prefix: string[], environment: Record<string, string>, folder: string }} `prefix` goes before the
 * command; `folder` is one that the user can write to.
 */
export function asOrdinaryUser(folder, checkout, path = process.env.PATH ?? '') {
  mkdirSync(folder, { recursive: true });
  /** @type {Record<string, string>} */
  const environment = { HOME: folder, TMPDIR: folder, MCP_PROCESSES_HOME: join(folder, 'home'), PATH: path };
  if (process.getuid?.() !== 0) return { prefix: [], environment, folder };
  const become = ['setpriv', `--reuid=${ORDINARY}`, `--regid=${ORDINARY}`, '--clear-groups'];
  /** @param {[flag: string, path: string]} test */
  const may = (...test) => {
    const [command = '', ...args] = [...become, 'test', ...test];
    return spawnSync(command, args).status === 0;
  };
  // Other users cannot run programs below root's home.
  environment.PATH = path
    .split(delimiter)
    .filter((entry) => may('-x', entry))
    .join(delimiter);
  chownSync(folder, ORDINARY, ORDINARY);
  // Others may pass through to their own folders, and see nothing else.
  chmodSync(dirname(folder), 0o711);
  if (may('-r', join(checkout, 'package.json'))) return { prefix: become, environment, folder };
  // A checkout in root's home is closed to others; a mount namespace makes it available elsewhere.
  const elsewhere = join(folder, 'checkout');
  mkdirSync(elsewhere);
  const script = 'mount --bind "$1" "$2" && cd "$2" && shift 2 && exec "$@"';
  const prefix = ['unshare', '--mount', 'sh', '-c', script, 'sh', checkout, elsewhere, ...become];
  return { prefix, environment, folder };
}

/**
 * A PATH with all programs of this one, except `program`.
 * @param {string} program
 * @param {string} folder for replacements of the folders that contain the program
 */
export function pathWithout(program, folder) {
  /** @type {Map<string, string>} */
  const mirrors = new Map();
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((entry) => {
      if (!existsSync(join(entry, program))) return entry;
      const real = realpathSync(entry);
      if (!mirrors.has(real)) {
        const mirror = join(folder, `bin${mirrors.size}`);
        mkdirSync(mirror, { recursive: true });
        for (const name of readdirSync(real)) if (name !== program) symlinkSync(join(real, name), join(mirror, name));
        mirrors.set(real, mirror);
      }
      return mirrors.get(real);
    })
    .join(delimiter);
}
