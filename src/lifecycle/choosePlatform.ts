import { createPortablePlatform, readScopeParts } from '../os/portable/portablePlatform';
import type { Platform } from '../os/platform';
import { createProcfsPlatform } from '../os/procfs/procfsPlatform';

/**
 * `/proc` where it is usable, else the portable way. `MCP_PROCESSES_PLATFORM=portable` chooses the latter on Linux.
 * Rejects when not even the scope can be determined; then nothing can be identified and nothing may be ended.
 */
export async function choosePlatform(environment: NodeJS.ProcessEnv = process.env): Promise<Platform> {
  if (process.platform === 'linux' && environment.MCP_PROCESSES_PLATFORM !== 'portable') {
    const procfs = createProcfsPlatform();
    if (procfs) return procfs;
  }
  return createPortablePlatform(await readScopeParts());
}
