import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const VARIABLE = 'MCP_PROCESSES_TEST_HOST';

/**
 * Builds host.ts into one program, for this process and those below it. It is started hundreds of times: with a compiler
 * in front of it each would be a second later, and the compiler one more process in each test's world.
 * @returns what removes it again
 */
export async function buildHost(): Promise<() => void> {
  // Not above: the program itself has this file in it, and no packages beside it.
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

/** Where it is. @throws where nobody has built it. */
export function hostProgram(): string {
  const path = process.env[VARIABLE];
  if (!path) throw new Error('The program that stands for an extension host is not built: see buildHost.');
  return path;
}
