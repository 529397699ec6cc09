// One VS Code server with its own process group and folders.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installEditor } from './installEditor.mjs';
import { PSEUDO, writeLanguagePack } from './pseudoLanguage.mjs';

/**
 * @typedef {object} EditorServer
 * @property {number} port
 * @property {number} pid
 * @property {string} folder
 * @property {string} chromium
 * @property {() => string} output
 * @property {() => number[]} extensionHosts the pids of the living ones
 * @property {() => void} kill sends SIGKILL to the server and everything in its group
 * @property {() => Promise<void>} stop
 */

/**
 * Starts a server.
 * @param {object} options
 * @param {string | readonly string[]} [options.installed] folders of extensions, installed by symlink
 * @param {Record<string, unknown>} [options.settings] user settings
 * @param {Record<string, string>} [options.environment] added for the server and its extension hosts
 * @param {number} [options.reconnectionGrace] seconds for which an extension host outlives its window
 * @param {boolean} [options.pseudo] whether it speaks the pseudo-language
 * @param {boolean} [options.trust] false leaves workspace trust on, so that a new folder is untrusted
 * @returns {Promise<EditorServer>}
 */
export async function startEditorServer({
  installed,
  settings = {},
  environment = {},
  reconnectionGrace = 5,
  trust = true,
  pseudo = false,
} = {}) {
  const editor = installEditor();
  const folder = mkdtempSync(join(tmpdir(), 'ed-'));
  for (const part of ['user/User', 'user/Machine', 'extensions', 'server', 'tmp'])
    mkdirSync(join(folder, part), { recursive: true });
  if (pseudo) writeLanguagePack(join(folder, 'user'));
  const all = {
    'chat.disableAIFeatures': true,
    'workbench.startupEditor': 'none',
    'security.workspace.trust.startupPrompt': 'never',
    ...settings,
  };
  // A remote window reads machine settings from here; when it reads the user's again, it drops those.
  for (const part of ['User', 'Machine'])
    writeFileSync(join(folder, `user/${part}/settings.json`), JSON.stringify(all, undefined, 2));
  for (const path of [installed ?? []].flat()) {
    symlinkSync(path, join(folder, 'extensions', extensionFolderName(path)));
  }
  const child = spawn(
    editor.node,
    [
      editor.serverMain,
      ...['--host', '127.0.0.1', '--port', '0', '--without-connection-token', '--accept-server-license-terms'],
      ...['--server-data-dir', join(folder, 'server'), '--user-data-dir', join(folder, 'user')],
      ...['--extensions-dir', join(folder, 'extensions'), '--disable-telemetry', '--disable-experiments'],
      ...['--enable-smoke-test-driver', '--reconnection-grace-time', String(reconnectionGrace)],
      ...(trust ? ['--disable-workspace-trust'] : []),
      ...(pseudo ? ['--locale', PSEUDO] : []),
    ],
    {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        EXTENSIONS_GALLERY: '{}',
        ...environment,
        // Last, so that what a killed editor leaves there is removed with the folder.
        TMPDIR: join(folder, 'tmp'),
        XDG_RUNTIME_DIR: join(folder, 'tmp'),
      },
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output = (output + text).slice(-20_000)));
  const { pid } = child;
  if (pid === undefined) {
    rmSync(folder, { recursive: true });
    throw await new Promise((resolve) => child.once('error', resolve));
  }
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) signalGroup(pid, 'SIGTERM');
    const timer = setTimeout(() => signalGroup(pid, 'SIGKILL'), 8_000);
    await exited;
    clearTimeout(timer);
    signalGroup(pid, 'SIGKILL');
    // Processes that still write into it are ending; retry for a moment.
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  };
  const deadline = Date.now() + 60_000;
  let port;
  while (!port) {
    port = Number(/Extension host agent listening on (\d+)/.exec(output)?.[1]) || undefined;
    if (!port && (Date.now() > deadline || child.exitCode !== null)) {
      await stop();
      throw new Error(`The editor's server did not start:\n${output}`);
    }
    if (!port) await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    port,
    pid,
    folder,
    chromium: editor.chromium,
    output: () => output,
    extensionHosts: () => childrenOf(pid).filter((pid) => /--type=extensionHost/.test(read(`/proc/${pid}/cmdline`))),
    kill: () => signalGroup(pid, 'SIGKILL'),
    stop,
  };
}

/**
 * `publisher.name-version`, the folder name of an installed extension.
 * @param {string} path
 */
function extensionFolderName(path) {
  const { publisher, name, version } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
  return `${publisher}.${name}-${version}`;
}

/** @param {number} parent */
function childrenOf(parent) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      const stat = read(`/proc/${pid}/stat`);
      const [state, ppid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return state !== 'Z' && Number(ppid) === parent;
    })
    .map(Number);
}

/** @param {string} file */
function read(file) {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

/**
 * The group is ours: we created it, and its leader is our child.
 * @param {number} leader
 * @param {NodeJS.Signals} signal
 */
function signalGroup(leader, signal) {
  try {
    process.kill(-leader, signal);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ESRCH') throw error;
  }
}
