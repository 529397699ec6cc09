import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const VARIABLE = 'MCP_PROCESSES_TEST_HOST';

/**
 * Builds host.ts into one program, for this process and those below it. Tests start it hundreds of times: a compiler
 * would delay each start by a second, and would be one more process in each test's sandbox.
 * @returns a function that removes it
 */
export async function buildHost(): Promise<() => void> {
  // Imported here, because the program contains this file and has no packages beside it.
  const { build } = await import('esbuild');
  const folder = mkdtempSync(join(tmpdir(), 'host-'));
  const outfile = join(folder, 'host.cjs');
  await build({
    entryPoints: [join(__dirname, 'host.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    mainFields: ['module', 'main'],
    logLevel: 'error',
    define: { 'import.meta.url': 'importMetaUrl', __dirname: JSON.stringify(__dirname) },
    banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
    external: ['esbuild'],
  });
  process.env[VARIABLE] = outfile;
  return () => {
    delete process.env[VARIABLE];
    rmSync(folder, { recursive: true, force: true });
  };
}

/** The program's path. @throws if it was not built. */
export function hostProgram(): string {
  const path = process.env[VARIABLE];
  if (!path) throw new Error('The program that stands for an extension host is not built: see buildHost.');
  return path;
}
