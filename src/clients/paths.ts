import { readdirSync, realpathSync } from 'node:fs';

/** A path without links; undefined where nothing is there, or access is denied. */
export function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

/** Names in a folder; none where it is not there, or access is denied. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
