// `npm run package`: mcp-processes.vsix, one file for Marketplace and Open VSX. `--out=` names another file.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPackages } from './installPackages.mjs';

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
  // The README names this command to newcomers, who have no packages installed.
  installPackages(root);
  run('scripts/build.mjs', '--production');
  // An editor does not resolve relative paths in a README, and pictures would double the size: they stay out.
  const readme = 'dist/README.md';
  const text = readFileSync(join(root, 'README.md'), 'utf8');
  const packaged = text
    .replaceAll(/^!\[.*\]\((?!https:).*\)\n\n/gm, '')
    .replaceAll(/\[([^\]]+)\]\((?!https:|#)[^)]+\)/g, '$1');
  writeFileSync(join(root, readme), packaged);
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
