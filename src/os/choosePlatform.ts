import { readlinkSync } from 'node:fs';
import type { Platform } from './platform';
import { createPortablePlatform } from './portablePlatform';
import { createProcfsPlatform } from './procfs/procfsPlatform';
import { NoPlatformError, reasonOf } from './reason';
import { scopeTag } from './scope';
import { readScopeParts } from './scopeParts';

/**
 * Chooses how to ask the operating system: `/proc` on Linux, the system's own tools elsewhere.
 * `MCP_PROCESSES_PLATFORM=portable` selects the tools on Linux too.
 * @throws NoPlatformError where processes cannot be identified: there nothing may be launched or ended.
 */
export async function choosePlatform(): Promise<Platform> {
  const system = process.platform;
  // On Linux `ps` needs /proc too.
  if (system === 'linux' && !isProcOurs()) {
    throw new NoPlatformError({ kind: 'foreign-proc' });
  }
  const isPortable = process.env.MCP_PROCESSES_PLATFORM === 'portable';
  const procfs = system === 'linux' && !isPortable ? createProcfsPlatform() : undefined;
  if (procfs) return procfs;
  if (system !== 'linux' && system !== 'darwin' && system !== 'win32') {
    throw new NoPlatformError(undefined);
  }
  const scope = await readScopeParts(system);
  if (scope.kind === 'unknown') throw new NoPlatformError(scope.reason);
  const platform = createPortablePlatform({
    system,
    scope: scopeTag(scope.parts, system === 'win32' ? 'windows' : 'epoch'),
  });
  // A platform that cannot find this process fails now, once, and not in every sweep.
  await platform.self().catch((error) => {
    throw new NoPlatformError(reasonOf(error));
  });
  return platform;
}

/** A /proc of another pid namespace shows strangers under our numbers, even under that of this process (K12). */
function isProcOurs(): boolean {
  try {
    return readlinkSync('/proc/self') === String(process.pid);
  } catch {
    return false;
  }
}
