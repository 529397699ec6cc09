import { readlinkSync } from 'node:fs';
import * as l10n from '@vscode/l10n';
import type { Platform } from './platform';
import { createPortablePlatform } from './portablePlatform';
import { createProcfsPlatform } from './procfs/procfsPlatform';
import { scopeTag } from './scope';
import { readScopeParts } from './scopeParts';

/**
 * How the operating system is asked: on Linux by its `/proc`, elsewhere by the tools that it brings along.
 * `MCP_PROCESSES_PLATFORM=portable` takes the tools on Linux too.
 * @throws Error where processes cannot be identified: nothing may be launched or ended there.
 */
export async function choosePlatform(): Promise<Platform> {
  const system = process.platform;
  // `ps` reads /proc too, so that nothing on Linux can do without it.
  if (system === 'linux' && !isProcOurs()) {
    throw new Error(nothingHere(l10n.t('there is no usable /proc, or it belongs to another pid namespace')));
  }
  const isPortable = process.env.MCP_PROCESSES_PLATFORM === 'portable';
  const procfs = system === 'linux' && !isPortable ? createProcfsPlatform() : undefined;
  if (procfs) return procfs;
  if (system !== 'linux' && system !== 'darwin' && system !== 'win32') {
    throw new Error(l10n.t('MCP Processes cannot identify processes on {0}. MCP Processes does nothing here.', system));
  }
  const scope = await readScopeParts(system);
  if (scope.kind === 'unknown') throw new Error(nothingHere(scope.reason));
  const platform = createPortablePlatform({
    system,
    scope: scopeTag(scope.parts, system === 'win32' ? 'windows' : 'epoch'),
  });
  // Whoever cannot even find itself should say so now and not in every sweep.
  await platform.self().catch((error: Error) => {
    throw new Error(nothingHere(error.message));
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
  return l10n.t('Processes cannot be identified on this system: {0}. MCP Processes does nothing here.', reason);
}
