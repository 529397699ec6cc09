import { join } from 'node:path';
import { readPlainFile } from '../common/files';
import { LAUNCHED_GRACE, MAX_WRAPPER_FILE_BYTES } from '../common/limits';
import type { DataFolder } from '../registry/dataFolder';
import type { SessionSettings } from '../registry/ownSession';
import type { Grace } from '../registry/schema';

/** The settings that the wrapper needs, which may run while no editor does. */
export interface WrapperSettings extends SessionSettings {
  /** Waits by server name; '*' for all others. */
  readonly graces: readonly (readonly [server: string, grace: Grace])[];
}

/** One `key value` per line, read by a shell that executes none of it. */
export function formatSettings(settings: WrapperSettings & { readonly node: string; readonly guard: string }): string {
  const graces = settings.graces
    .filter(([server]) => !/[\r\n]/.test(server))
    // The shell uses the last line that fits.
    .sort(([a], [b]) => Number(b === '*') - Number(a === '*'))
    .map(([server, { stdin, term }]) => `grace ${Math.round(stdin)} ${Math.round(term)} ${server}`);
  return [
    `automatic ${settings.automatic}`,
    `neverReap ${JSON.stringify(settings.neverReap)}`,
    ...graces,
    `node ${settings.node}`,
    `guard ${settings.guard}`,
    '',
  ].join('\n');
}

/**
 * Reads the lines of {@link formatSettings}; used on Windows, where no shell does it. An unknown value reaps nothing.
 * @throws Error when the list of processes that are never reaped is damaged
 */
export function parseSettings(
  text: string,
): Omit<WrapperSettings, 'graces'> & { readonly graceOf: (server: string) => Grace } {
  const lines = text.split('\n');
  const entry = (key: string) => lines.find((line) => line.startsWith(`${key} `))?.slice(key.length + 1);
  const automatic = entry('automatic');
  const graces = lines.flatMap((line) => {
    const match = /^grace (\d+) (\d+) (.+)$/.exec(line);
    return match ? [{ server: match[3], stdin: Number(match[1]), term: Number(match[2]) }] : [];
  });
  return {
    automatic: automatic === 'on' || automatic === 'ask' ? automatic : 'off',
    neverReap: patternsOf(entry('neverReap')),
    graceOf: (name) => {
      const found = graces.findLast(({ server }) => server === name) ?? graces.find(({ server }) => server === '*');
      return found ? { stdin: found.stdin, term: found.term } : LAUNCHED_GRACE;
    },
  };
}

/** The file that the extension writes. */
export function settingsPath(folder: DataFolder): string {
  return join(folder.path, 'bin', 'settings');
}

/** @throws as {@link readPlainFile} and {@link parseSettings} */
export function readSettings(folder: DataFolder): ReturnType<typeof parseSettings> {
  return parseSettings(readPlainFile(settingsPath(folder), MAX_WRAPPER_FILE_BYTES, { links: 'follow' }).text);
}

function patternsOf(text: string | undefined): readonly string[] {
  try {
    const patterns: unknown = JSON.parse(text ?? '');
    if (Array.isArray(patterns) && patterns.every((one) => typeof one === 'string')) return patterns;
  } catch {
    // Treated like any other value that is no list.
  }
  throw new Error('its line neverReap is damaged');
}
