// `npm start`: from a fresh clone to an editor with the extension and examples/workspace. Plain Node only: it runs
// before node_modules exists. `--editor=code|desktop|browser` chooses the editor.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPackages } from './installPackages.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const workspace = join(root, 'examples/workspace');

/** @type {Record<string, string>} */
const EDITORS = {
  code: 'VS Code, the command "code" on the PATH',
  desktop: 'a separate VS Code, downloaded into .vscode-test',
  browser: 'VS Code in the browser (code-server)',
};

function asked() {
  const flags = process.argv.slice(2);
  const choice = flags.find((flag) => flag.startsWith('--editor='))?.slice('--editor='.length);
  const unknown = flags.find((flag) => !flag.startsWith('--editor='));
  if (unknown || (choice !== undefined && !Object.hasOwn(EDITORS, choice))) {
    const list = Object.entries(EDITORS).map(([name, what]) => `  --editor=${name.padEnd(8)} ${what}`);
    throw new Error(`${unknown ?? `--editor=${choice}`} is not known. npm start -- takes:\n${list.join('\n')}`);
  }
  // Without `--` before the flag, npm passes it on only in this variable.
  const npms = process.env.npm_config_editor;
  return choice ?? (npms !== undefined && Object.hasOwn(EDITORS, npms) ? npms : undefined);
}

function codeOnPath() {
  const [finder, ...args] = process.platform === 'win32' ? ['where', 'code'] : ['sh', '-c', 'command -v code'];
  const { status, stdout } = spawnSync(finder, args, { encoding: 'utf8' });
  return status === 0 ? stdout.split(/\r?\n/)[0]?.trim() : undefined;
}

/** A window needs a screen; `code` in a remote terminal uses its client's. */
function hasScreen() {
  const { DISPLAY, WAYLAND_DISPLAY, VSCODE_IPC_HOOK_CLI } = process.env;
  return process.platform !== 'linux' || Boolean(DISPLAY || WAYLAND_DISPLAY || VSCODE_IPC_HOOK_CLI);
}

const canRunBrowser = process.platform === 'linux' && process.arch === 'x64';

/**
 * The editors to try, in order; the first available one is opened.
 * @param {string | undefined} choice
 */
function candidates(choice) {
  if (choice) return [choice];
  if (!hasScreen()) {
    console.log('There is no screen here (DISPLAY is not set): the editor opens in the browser.');
    return ['browser'];
  }
  return [...(codeOnPath() ? ['code'] : []), 'desktop', ...(canRunBrowser ? ['browser'] : [])];
}

/** @param {string} editor */
async function open(editor) {
  const { openCode, openDesktop } = await import('./start/desktop.mjs');
  switch (editor) {
    case 'code': {
      const code = codeOnPath();
      if (!code) throw new Error('There is no command "code" on the PATH. Leave --editor out, or name another one.');
      return openCode(code, root, workspace);
    }
    case 'desktop':
      return openDesktop(root, workspace);
    default: {
      if (!canRunBrowser) throw new Error('The editor in the browser needs Linux on x64. Use --editor=desktop.');
      const { openBrowser } = await import('./start/browser.mjs');
      return openBrowser(root, workspace);
    }
  }
}

/** @param {unknown} error */
function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}

async function main() {
  const choice = asked();
  installPackages(root);
  console.log('Building the extension (about a second) …');
  const built = spawnSync(process.execPath, ['scripts/build.mjs'], { cwd: root, stdio: 'inherit' });
  if (built.status !== 0 || !existsSync(join(root, 'dist/extension.js')))
    throw new Error('The build failed; see above.');
  const editors = candidates(choice);
  for (const [index, editor] of editors.entries()) {
    console.log(`Opening ${EDITORS[editor]} …`);
    try {
      return await open(editor);
    } catch (error) {
      if (index === editors.length - 1) throw error;
      console.log(`That did not work: ${messageOf(error)}\nTrying ${EDITORS[editors[index + 1] ?? '']} instead.`);
    }
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`\n${messageOf(error)}`);
  process.exitCode = 1;
}
