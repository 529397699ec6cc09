// Bundles the entries into dist/ and, with --tests, the in-editor test suite into out/.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { build } from 'esbuild';

const production = process.argv.includes('--production');
rmSync('dist', { recursive: true, force: true });

/** ps-list asks for import.meta.url while loading, which a CommonJS bundle does not have. */
const importMeta = {
  define: { 'import.meta.url': 'importMetaUrl' },
  banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
};

/**
 * The MCP SDK asks zod for JSON schemas only as a server or to offer forms, and we do neither. The code that would make
 * them is a twentieth of the extension.
 * @type {import('esbuild').Plugin}
 */
const withoutJsonSchemas = {
  name: 'without JSON schemas',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]core[\\/](?:json-schema-processors|to-json-schema)\.js$/ }, ({ path }) => {
      const names = [...readFileSync(path, 'utf8').matchAll(/^export (?:const|function) (\w+)/gm)].map(
        ([, name]) => name,
      );
      if (names.length === 0) throw new Error(`${path} has no exports of the form that is known here.`);
      const stubs = names.map(
        (name) => `export const ${name} = ${name?.startsWith('create') ? '() => missing' : 'missing'};`,
      );
      return {
        contents: `const missing = () => { throw new Error('zod makes no JSON schemas here'); };\n${stubs.join('\n')}`,
      };
    });
  },
};

/** @type {import('esbuild').BuildOptions} */
const common = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  // What is imported late is CommonJS or Node's own, too: it needs no loader of modules.
  supported: { 'dynamic-import': false },
  minify: production,
  sourcemap: production ? false : 'linked',
  legalComments: 'none',
  // jsonc-parser's UMD build hides its parts from the bundler.
  mainFields: ['module', 'main'],
  alias: { '@modelcontextprotocol/client/_shims': './src/launch/sdkShims.ts' },
  logLevel: 'warning',
  ...importMeta,
};

await build({
  ...common,
  ...{ entryPoints: ['src/extension.ts'], outfile: 'dist/extension.js', external: ['vscode'] },
  plugins: [withoutJsonSchemas],
});
await buildGuard();
writeFileSync('dist/cli.js', '#!/usr/bin/env node\nprocess.argv.splice(2, 0, "--cli");\nrequire("./guard.js");\n', {
  mode: 0o755,
});
mkdirSync('dist/wrapper');
writeFileSync('dist/wrapper/watch.sh', withoutComments(readFileSync('src/wrapper/watch.sh', 'utf8')));
writeFileSync('dist/wrapper/run.sh', withoutComments(await withPrograms(readFileSync('src/wrapper/run.sh', 'utf8'))));

/**
 * Bundles the guard, and the command line beside it. Node parses the whole of a file before it runs any of it, which would
 * delay the guard's first signal after a crash. So what only the command line needs has its own file, which takes from
 * `guard.js` what they share, because the package's size is limited.
 *
 * esbuild splits ECMAScript modules only, and puts what they share into a third file. So the first step splits, and the
 * second joins that file with the guard's.
 */
async function buildGuard() {
  const { outputFiles } = await build({
    ...{
      ...common,
      format: 'esm',
      supported: {},
      splitting: true,
      write: false,
      outdir: 'split',
      chunkNames: 'shared',
    },
    ...{ define: {}, banner: {}, minify: false, sourcemap: production ? false : 'inline' },
    alias: { ...common.alias, '@vscode/l10n': './src/common/english.ts' },
    entryPoints: { guard: 'src/guard.ts', commandLine: 'src/cli/entry.ts' },
    // Loaded on some systems only; here it would become a fourth file.
    external: ['ps-list'],
  });
  // A module has no `require`, so that esbuild gives it one of its own.
  const parts = new Map(
    outputFiles.map(({ path, text }) => [`./${basename(path)}`, text.replaceAll('__require(', 'require(')]),
  );
  await build({
    ...{ ...common, outfile: 'dist/guard.js' },
    stdin: { contents: 'export * from "./shared.js"; import "./guard.js";' },
    plugins: [joining(parts, { './commandLine.js': './commandLine.js' })],
  });
  await build({
    ...{ ...common, outfile: 'dist/commandLine.js' },
    stdin: { contents: 'export * from "./commandLine.js";' },
    plugins: [joining(parts, { './shared.js': './guard.js' })],
  });
}

/**
 * @param {ReadonlyMap<string, string>} parts what each part has in it
 * @param {Readonly<Record<string, string>>} elsewhere the parts that another file has
 * @returns {import('esbuild').Plugin}
 */
function joining(parts, elsewhere) {
  return {
    name: 'joining parts',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\.\// }, ({ path }) => {
        if (elsewhere[path] !== undefined) return { path: elsewhere[path], external: true };
        return parts.has(path) ? { path, namespace: 'parts' } : undefined;
      });
      onLoad({ filter: /^/, namespace: 'parts' }, ({ path }) => ({ contents: parts.get(path) ?? '', resolveDir: '.' }));
    },
  };
}

/**
 * A shell script without comments except the one at its top, because the wrapper reads it at each start.
 * @param {string} script without texts of which a line looks like a comment
 */
function withoutComments(script) {
  const top = script.indexOf('\n\n');
  return script.slice(0, top) + script.slice(top).replace(/^ *#.*\n/gm, '');
}

/**
 * The shell script with its lists of programs, printed from the table that the rest of the code reads.
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
