// Bundles the entries into dist/ and, with --tests, the in-editor test suite into out/.
import { cpSync, rmSync } from 'node:fs';
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
await build({
  ...common,
  entryPoints: ['src/cli.ts'],
  outfile: 'dist/cli.js',
  banner: { js: `#!/usr/bin/env node\n${importMeta.banner.js}` },
});
for (const script of ['run.sh', 'watch.sh']) cpSync(`src/wrapper/${script}`, `dist/wrapper/${script}`);
