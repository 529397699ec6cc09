import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BuildOptions } from 'esbuild';

const HOST = 'MCP_PROCESSES_TEST_HOST';
/** Read by ../servers/server.mjs. */
const SERVER_SDK = 'MCP_PROCESSES_TEST_SERVER_SDK';

/**
 * Bundles what tests start hundreds of times, for this process and those below it: host.ts, which a compiler would delay
 * by a second, and be one more process in each test's sandbox; and the SDK of the fixture server, whose files take longer
 * to load than Node itself.
 * @returns a function that removes them
 */
export async function buildPrograms(): Promise<() => void> {
  // Imported here, because the host program contains this file and has no packages beside it.
  const { build } = await import('esbuild');
  const folder = mkdtempSync(join(tmpdir(), 'programs-'));
  const host = join(folder, 'host.cjs');
  const sdk = join(folder, 'sdk.mjs');
  const common: BuildOptions = { bundle: true, platform: 'node', mainFields: ['module', 'main'], logLevel: 'error' };
  await Promise.all([
    build({
      ...common,
      entryPoints: [join(__dirname, 'host.ts')],
      outfile: host,
      format: 'cjs',
      define: { 'import.meta.url': 'importMetaUrl', __dirname: JSON.stringify(__dirname) },
      banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
      external: ['esbuild'],
    }),
    build({
      ...common,
      entryPoints: [join(__dirname, '../servers/sdk.mjs')],
      outfile: sdk,
      format: 'esm',
      minify: true,
    }),
  ]);
  process.env[HOST] = host;
  process.env[SERVER_SDK] = pathToFileURL(sdk).href;
  return () => {
    delete process.env[HOST];
    delete process.env[SERVER_SDK];
    rmSync(folder, { recursive: true, force: true });
  };
}

/** The path of the program that stands for an extension host. @throws if it was not built. */
export function hostProgram(): string {
  const path = process.env[HOST];
  if (!path) throw new Error('The program that stands for an extension host is not built: see buildPrograms.');
  return path;
}
