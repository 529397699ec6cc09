// The editor in the browser: VS Code's server from code-server, for machines without a screen. Linux only.
import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installServer } from '../../test/editor/host/installEditor.mjs';
import { endTagged, TAG_VARIABLE, tagged } from '../taggedProcesses.mjs';

const START_MS = 60_000;
/** The editor gives its extensions 5 s; the guard then needs a few more for servers that are still running. */
const END_TIMEOUT_MS = 15_000;

/**
 * @param {string} root
 * @param {string} workspace
 * @returns {Promise<number>} the exit code, once the editor has ended, by Ctrl-C or otherwise
 */
export async function openBrowser(root, workspace) {
  const editor = installServer();
  const folder = mkdtempSync(join(tmpdir(), 'mcp-start-'));
  const tag = randomUUID();
  // Without the token every user of this machine could run programs as this user.
  const token = randomBytes(16).toString('hex');
  const child = startServer(editor, root, folder, token, tag);
  // Closing the terminal closes the output; the editor must still be ended.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  let asked = 0;
  const stop = () => {
    asked++;
    signalGroup(child.pid, asked === 1 ? 'SIGTERM' : 'SIGKILL');
    if (asked === 1) console.log('\nClosing the editor and its servers (up to 15 s; again to kill them) …');
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
  /** @type {Promise<{ code: number | null, signal: NodeJS.Signals | null }>} */
  const exited = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  let crash = false;
  try {
    const port = await listening(child);
    const address = `http://127.0.0.1:${port}/?tkn=${token}&folder=${encodeURIComponent(workspace)}`;
    console.log(
      `\nOpen this address in a browser on this machine (on another one, forward port ${port} first):\n\n  ${address}\n`,
    );
    console.log('Then "MCP Processes" in the activity bar; examples/workspace/README.md says what to try.');
    console.log(`Ctrl-C ends the editor and its servers. To see what a crash leaves instead: kill -9 -- -${child.pid}`);
    const { signal } = await exited;
    crash = asked === 0 && signal === 'SIGKILL';
    if (crash) await showCrash(tag);
    return asked > 0 ? 0 : 1;
  } finally {
    if (!crash) await endAll(tag, asked);
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

/**
 * @param {{ node: string, serverMain: string }} editor
 * @param {string} root
 * @param {string} folder
 * @param {string} token
 * @param {string} tag
 */
function startServer(editor, root, folder, token, tag) {
  for (const part of ['user/User', 'extensions', 'server', 'tmp']) mkdirSync(join(folder, part), { recursive: true });
  const settings = {
    // It says what to try.
    'workbench.startupEditor': 'readme',
    'workbench.secondarySideBar.defaultVisibility': 'hidden',
    'chat.disableAIFeatures': true,
  };
  writeFileSync(join(folder, 'user/User/settings.json'), JSON.stringify(settings));
  writeFileSync(join(folder, 'token'), token, { mode: 0o600 });
  const { publisher, name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  // Installed, not loaded for development: only then does a killed extension host get a successor.
  symlinkSync(root, join(folder, 'extensions', `${publisher}.${name}-${version}`));
  return spawn(
    editor.node,
    [
      editor.serverMain,
      ...['--host', '127.0.0.1', '--port', '0', '--connection-token-file', join(folder, 'token')],
      ...['--server-data-dir', join(folder, 'server'), '--user-data-dir', join(folder, 'user')],
      ...['--extensions-dir', join(folder, 'extensions'), '--accept-server-license-terms', '--disable-telemetry'],
      ...['--disable-workspace-trust', '--reconnection-grace-time', '60'],
    ],
    {
      // Its own group: Ctrl-C must reach it through us, once.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, EXTENSIONS_GALLERY: '{}', XDG_RUNTIME_DIR: join(folder, 'tmp'), [TAG_VARIABLE]: tag },
    },
  );
}

/**
 * @param {ReturnType<typeof startServer>} child
 * @returns {Promise<number>} the server's port, once it is listening
 */
function listening(child) {
  return new Promise((resolve, reject) => {
    let output = '';
    /** @param {string} why */
    const fail = (why) => reject(new Error(`The editor's server did not start: ${why}\n${output}`));
    const timer = setTimeout(() => {
      signalGroup(child.pid, 'SIGKILL');
      fail(`nothing within ${START_MS / 1000} s.`);
    }, START_MS);
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code, signal) => fail(`it ended with ${signal ?? `code ${code}`}.`));
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output = (output + text).slice(-20_000);
        const port = /Extension host agent listening on (\d+)/.exec(output)?.[1];
        if (!port) return;
        clearTimeout(timer);
        resolve(Number(port));
      });
    }
  });
}

/**
 * After `kill -9` this ends nothing: the point is to see what is left.
 * @param {string} tag
 */
async function showCrash(tag) {
  const deadline = Date.now() + END_TIMEOUT_MS;
  while (tagged(tag).length > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 100));
  const left = tagged(tag);
  console.log('\nThe editor was killed.');
  if (left.length === 0) console.log('Nothing is left of its servers: they ended, or the guard ended them.');
  else {
    console.log(`Left behind:\n${left.map(({ pid, command }) => `  pid ${pid} ${command}`).join('\n')}`);
    console.log('npm start again shows how they are found, explained and reaped.');
  }
}

/**
 * @param {string} tag
 * @param {number} asked how many times the user asked
 */
async function endAll(tag, asked) {
  const told = await endTagged(tag, asked > 1 ? 0 : END_TIMEOUT_MS);
  for (const { pid, command } of told) console.log(`Did not end on its own, so it was ended: pid ${pid} ${command}`);
  const left = tagged(tag);
  for (const { pid, command } of left) console.error(`Could not be ended: pid ${pid} ${command}`);
  if (left.length === 0) console.log('Everything has ended.');
}

/**
 * The group is ours: we created it, and its leader is our child, which is running or has just ended.
 * @param {number | undefined} leader
 * @param {NodeJS.Signals} signal
 */
function signalGroup(leader, signal) {
  if (leader === undefined) return;
  try {
    process.kill(-leader, signal);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ESRCH') throw error;
  }
}
