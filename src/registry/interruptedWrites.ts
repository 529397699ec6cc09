import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** An atomic write takes milliseconds: what is this old, nobody will rename any more. */
const OLD_MS = 10 * 60_000;
/** What an atomic write is called before its rename. */
const TEMPORARY = /\.\w+\.\d+$/;

/**
 * Removes the temporary files of writers that were killed between write and rename.
 * @param dead tells the files of writers that are known to be dead; of all others only the old ones go.
 */
export function removeInterruptedWrites(folder: string, dead: (name: string) => boolean = () => false): void {
  for (const name of readdirSync(folder).filter((each) => TEMPORARY.test(each))) {
    const path = join(folder, name);
    try {
      const stat = lstatSync(path);
      if (stat.isFile() && (dead(name) || Date.now() - stat.mtimeMs > OLD_MS)) rmSync(path);
    } catch {
      // Renamed or removed in this moment.
    }
  }
}
