import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { INTERRUPTED_WRITE_MS } from '../common/limits';

/**
 * The names of our own files before their rename, and of nothing else: a folder that the user names in
 * MCP_PROCESSES_HOME may contain a `libssl.so.3`.
 */
const TEMPORARY =
  /^(?:[0-9a-f-]{36}(?:\.claim-[\w-]+)?\.json|\d{15}-[\w-]+\.json|home-tag|(?:probes|scan)\.json|settings|watch|scope|mcp-processes(?:\.cmd)?)\.\d{1,10}$/;

/**
 * Removes the temporary files of writers that were killed between write and rename.
 * @param dead whether a file's writer is known to be dead; files of all other writers are removed only when old
 * @param names of temporary files in a folder that nothing else is in
 */
export function removeInterruptedWrites(
  folder: string,
  dead: (name: string) => boolean = () => false,
  names = TEMPORARY,
): void {
  for (const name of readdirSync(folder).filter((each) => names.test(each))) {
    const path = join(folder, name);
    try {
      const stat = lstatSync(path);
      if (stat.isFile() && (dead(name) || Date.now() - stat.mtimeMs > INTERRUPTED_WRITE_MS)) rmSync(path);
    } catch {
      // Renamed or removed meanwhile.
    }
  }
}
