import type { Platform } from './platform';
import { PosixPlatform } from './posix/posixPlatform';
import type { ProcessLister } from './posix/psReader';
import { type CommandRunner, runCommand } from './runCommand';
import { WindowsPlatform } from './windows/windowsPlatform';

export type PortableSystem = 'linux' | 'darwin' | 'win32';

export interface PortableOptions {
  readonly system: PortableSystem;
  /** The scope tag: `epoch` start times on POSIX, `windows` ones on Windows. '' when unknown: matches nothing. */
  readonly scope: string;
  /** How commands are run; tests pass recorded output. */
  readonly run?: CommandRunner;
  /** How processes are listed on POSIX; tests pass recorded output. */
  readonly list?: ProcessLister;
}

/**
 * Reads processes with the system's own tools, for systems without a usable `/proc`. On Linux its start times change
 * when the clock is set (see `PosixPlatform`); procfs therefore comes first there.
 */
export function createPortablePlatform(options: PortableOptions): Platform {
  const run = options.run ?? runCommand;
  if (options.system === 'win32') return new WindowsPlatform(options.scope, run);
  return new PosixPlatform(options.scope, options.system, run, options.list ?? listProcesses);
}

/** Loaded on first use: Linux rarely needs it, and Windows never does. */
const listProcesses: ProcessLister = async () => (await import('ps-list')).default();
