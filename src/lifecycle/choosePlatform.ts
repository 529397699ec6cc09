import type { Platform } from '../os/platform';
import { createProcfsPlatform } from '../os/procfs/procfsPlatform';

/**
 * How the operating system is asked.
 * @throws Error where processes cannot be identified: nothing may be launched or ended there.
 */
export async function choosePlatform(): Promise<Platform> {
  const platform = process.platform === 'linux' ? createProcfsPlatform() : undefined;
  if (platform) return platform;
  throw new Error(
    process.platform === 'linux'
      ? 'This system shows no usable /proc, so that processes cannot be identified. MCP Processes does nothing here.'
      : `MCP Processes cannot identify processes on ${process.platform} yet. It does nothing here.`,
  );
}
