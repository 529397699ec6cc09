import { readdirSync, realpathSync } from 'node:fs';

/** A path without links; undefined where nothing is there, or it may not be looked at. */
export function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

/** Names in a folder; none where it is not there, or may not be looked into. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
