// `npm run package`: mcp-processes.vsix, one file for Marketplace and Open VSX.
import { spawnSync } from 'node:child_process';

const run = (args) => {
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
};
run(['scripts/build.mjs', '--production']);
run([
  'node_modules/@vscode/vsce/vsce',
  'package',
  '--no-dependencies',
  '--out',
  'mcp-processes.vsix',
  '--allow-missing-repository',
]);
