// The same tests under other conditions than the developer's: as an ordinary user, and on a system without `ss`. Linux.
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, realpathSync, symlinkSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

/** "nobody": on every Linux, and owner of nothing. */
const ORDINARY = 65_534;

/**
 * How to run a command as an ordinary user with a home and temporary folder of his own below `folder`.
 * Not as root: as it is.
 * @param {string} folder
 * @param {string} checkout
 * @returns {{ prefix: string[], environment: Record<string, string>, folder: string }} `prefix` goes before the
 * command; `folder` is one that the user can write to.
 */
export function asOrdinaryUser(folder, checkout) {
  mkdirSync(folder, { recursive: true });
  /** @type {Record<string, string>} */
  const environment = { HOME: folder, TMPDIR: folder, MCP_PROCESSES_HOME: join(folder, 'home') };
  if (process.getuid?.() !== 0) return { prefix: [], environment, folder };
  const become = ['setpriv', `--reuid=${ORDINARY}`, `--regid=${ORDINARY}`, '--clear-groups'];
  /** @param {[flag: string, path: string]} test */
  const may = (...test) => {
    const [command = '', ...args] = [...become, 'test', ...test];
    return spawnSync(command, args).status === 0;
  };
  // Programs below root's home are nobody else's.
  environment.PATH = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((entry) => may('-x', entry))
    .join(delimiter);
  chownSync(folder, ORDINARY, ORDINARY);
  // Others may pass through to their own, and see nothing else.
  chmodSync(dirname(folder), 0o711);
  if (may('-r', join(checkout, 'package.json'))) return { prefix: become, environment, folder };
  // A checkout in root's home is closed to others; in a mount namespace it can be had elsewhere as well.
  const elsewhere = join(folder, 'checkout');
  mkdirSync(elsewhere);
  const script = 'mount --bind "$1" "$2" && cd "$2" && shift 2 && exec "$@"';
  const prefix = ['unshare', '--mount', 'sh', '-c', script, 'sh', checkout, elsewhere, ...become];
  return { prefix, environment, folder };
}

/**
 * A PATH with everything that this one has, except `program`.
 * @param {string} program
 * @param {string} folder for what takes the place of the folders that have it
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
