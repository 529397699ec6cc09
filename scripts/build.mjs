// Bundles the entries into dist/ and, with --tests, the in-editor test suite into out/.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

const production = process.argv.includes('--production');
rmSync('dist', { recursive: true, force: true });

/** ps-list asks for import.meta.url while loading, which a CommonJS bundle does not have. */
const importMeta = {
  define: { 'import.meta.url': 'importMetaUrl' },
  banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
};

/** @type {import('esbuild').BuildOptions} */
const common = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  minify: production,
  sourcemap: production ? false : 'linked',
  legalComments: 'none',
  // jsonc-parser's UMD build hides its parts from the bundler.
  mainFields: ['module', 'main'],
  alias: { '@modelcontextprotocol/client/_shims': './src/launch/sdkShims.ts' },
  logLevel: 'warning',
  ...importMeta,
};

await build({ ...common, entryPoints: ['src/extension.ts'], outfile: 'dist/extension.js', external: ['vscode'] });
await build({ ...common, entryPoints: ['src/guard.ts'], outfile: 'dist/guard.js' });
// The command line is in the guard's file: they share nearly all of their code.
writeFileSync('dist/cli.js', '#!/usr/bin/env node\nprocess.argv.splice(2, 0, "--cli");\nrequire("./guard.js");\n', {
  mode: 0o755,
});
mkdirSync('dist/wrapper');
cpSync('src/wrapper/watch.sh', 'dist/wrapper/watch.sh');
writeFileSync('dist/wrapper/run.sh', await withPrograms(readFileSync('src/wrapper/run.sh', 'utf8')));

/**
 * The shell script with the lists of programs in it, printed from the table that everything else reads.
 * @param {string} script
 */
async function withPrograms(script) {
  const { outputFiles } = await build({
    entryPoints: ['src/known/programs.ts'],
    ...{ bundle: true, write: false, format: 'esm', platform: 'node' },
  });
  const table = `data:text/javascript;base64,${Buffer.from(outputFiles[0]?.contents ?? '').toString('base64')}`;
  /** @type {{ shellPatterns: () => Readonly<Record<string, string>> }} */
  const { shellPatterns } = await import(table);
  return Object.entries(shellPatterns()).reduce((text, [marker, list]) => {
    if (!text.includes(marker)) throw new Error(`src/wrapper/run.sh has no ${marker}.`);
    return text.replaceAll(marker, list);
  }, script);
}
