import { readlinkSync } from 'node:fs';
import { UserError } from '../common/errors';
import type { Platform } from './platform';
import { createPortablePlatform } from './portablePlatform';
import { createProcfsPlatform } from './procfs/procfsPlatform';
import { scopeTag } from './scope';
import { readScopeParts } from './scopeParts';

/**
 * Chooses how to ask the operating system: `/proc` on Linux, the system's own tools elsewhere.
 * `MCP_PROCESSES_PLATFORM=portable` selects the tools on Linux too.
 * @throws UserError where processes cannot be identified: there nothing may be launched or ended.
 */
export async function choosePlatform(): Promise<Platform> {
  const system = process.platform;
  // On Linux `ps` needs /proc, too.
  if (system === 'linux' && !isProcOurs()) {
    throw new UserError(nothingHere('there is no usable /proc, or it belongs to another pid namespace'));
  }
  const isPortable = process.env.MCP_PROCESSES_PLATFORM === 'portable';
  const procfs = system === 'linux' && !isPortable ? createProcfsPlatform() : undefined;
  if (procfs) return procfs;
  if (system !== 'linux' && system !== 'darwin' && system !== 'win32') {
    throw new UserError(`MCP Processes cannot identify processes on ${system}. MCP Processes does nothing here.`);
  }
  const scope = await readScopeParts(system);
  if (scope.kind === 'unknown') throw new UserError(nothingHere(scope.reason));
  const platform = createPortablePlatform({
    system,
    scope: scopeTag(scope.parts, system === 'win32' ? 'windows' : 'epoch'),
  });
  // A platform that cannot find this process fails now, once, and not in every sweep.
  await platform.self().catch((error: Error) => {
    throw new UserError(nothingHere(error.message));
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

function nothingHere(reason: string): string {
  return `Processes cannot be identified on this system: ${reason}. MCP Processes does nothing here.`;
}
