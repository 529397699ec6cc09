import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { readPlainFile } from '../common/files';
import { MAX_WRAPPER_FILE_BYTES } from '../common/limits';
import type { DataFolder } from '../registry/dataFolder';
import { installGuard } from '../registry/guardCopy';
import { formatSettings, type WrapperSettings } from './settings';

export interface WrapperParts {
  /** The extension's folder of bundles, with `guard.js` and `wrapper/`. */
  readonly dist: string;
  readonly version: string;
  readonly settings: WrapperSettings;
  /** The Node that runs guard and command line; this process's own where absent. */
  readonly node?: string;
  /** The shell that runs wrapper and watcher. */
  readonly shell?: string;
}

/**
 * Installs `mcp-processes` in the data folder, at a path that no update of the extension changes, so that any client's
 * configuration can name it. Writes only differences, because every window installs it at its start.
 * @returns its path
 * @throws Error when it cannot be read or written
 */
export function installWrapper(folder: DataFolder, parts: WrapperParts): string {
  const bin = join(folder.path, 'bin');
  mkdirSync(bin, { recursive: true, mode: 0o700 });
  const { dist, version, settings, node = process.execPath } = parts;
  const guard = installGuard(folder, join(dist, 'guard.js'), version);
  if (process.platform === 'win32') {
    writeIfNew(join(bin, 'settings'), formatSettings({ ...settings, node, guard }), 0o600);
    const path = join(bin, 'mcp-processes.cmd');
    writeIfNew(path, `@set ELECTRON_RUN_AS_NODE=1\r\n@"${node}" "${guard}" --run %*\r\n`, 0o700);
    return path;
  }
  const shell = parts.shell ?? chooseShell();
  writeIfNew(join(bin, 'settings'), formatSettings({ ...settings, node, guard }), 0o600);
  writeIfNew(join(bin, 'watch'), readFileSync(join(dist, 'wrapper/watch.sh'), 'utf8'), 0o600);
  // Last: its parts are complete now.
  const path = join(bin, 'mcp-processes');
  writeIfNew(path, fillIn(readFileSync(join(dist, 'wrapper/run.sh'), 'utf8'), folder.path, shell), 0o700);
  return path;
}

/** The wrapper's text for one data folder. */
export function fillIn(script: string, dataFolder: string, shell: string): string {
  return script
    .replace(/^#!.*/, () => `#!${shell}`)
    .replace(/'@(DATA|SHELL)@'/g, (_, what) => quote(what === 'DATA' ? dataFolder : shell));
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Dash uses half of bash's memory while it waits; on many systems `/bin/sh` is bash. */
function chooseShell(): string {
  return existsSync('/bin/dash') ? '/bin/dash' : '/bin/sh';
}

function writeIfNew(path: string, text: string, mode: number): void {
  try {
    if (readPlainFile(path, MAX_WRAPPER_FILE_BYTES, { links: 'refuse' }).text === text) return;
  } catch {
    // It does not exist yet.
  }
  writeFileAtomic.sync(path, text, { mode });
}
