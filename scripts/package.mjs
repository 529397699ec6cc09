// `npm run package`: mcp-processes.vsix, one file for Marketplace and Open VSX. `--out=` names another file.
import { spawnSync } from 'node:child_process';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const out = resolve(
  process.argv.find((arg) => arg.startsWith('--out='))?.slice('--out='.length) ?? 'mcp-processes.vsix',
);

/** @param {string[]} args */
function run(...args) {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error(`${args[0]} failed; see above.`);
}

try {
  run('scripts/build.mjs', '--production');
  run(
    'node_modules/@vscode/vsce/vsce',
    'package',
    ...['--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links', '--out', out],
  );
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
