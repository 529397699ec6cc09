// `npm run package`: mcp-processes.vsix, one file for Marketplace and Open VSX. `--out=` names another file.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packagedReadme } from './packagedReadme.mjs';

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
  // An editor shows no picture by a relative path, and the pictures would double the size: they stay in the repository.
  const readme = 'dist/README.md';
  writeFileSync(join(root, readme), packagedReadme(readFileSync(join(root, 'README.md'), 'utf8')));
  run(
    'node_modules/@vscode/vsce/vsce',
    'package',
    ...['--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links'],
    ...['--readme-path', readme, '--out', out],
  );
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
