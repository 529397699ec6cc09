// The desktop editor: the user's own `code`, or a build that @vscode/test-electron downloads.
import { spawn } from 'node:child_process';
import { join } from 'node:path';

const isRoot = process.getuid?.() === 0;

// The README of the example says what to try, so it is opened too.

/**
 * The user's own VS Code with their own settings. It keeps running after this returns.
 * @param {string} code
 * @param {string} root
 * @param {string} workspace
 */
export async function openCode(code, root, workspace) {
  const flags = ['--new-window', `--extensionDevelopmentPath=${root}`, workspace, join(workspace, 'README.md')];
  if (isRoot) flags.unshift('--no-sandbox', '--user-data-dir', join(root, '.vscode-test/user-data'));
  const status = await run(code, flags);
  if (status !== 0) throw new Error(`"${code}" ended with code ${status}.`);
  hints('Close its window to end it.');
  return 0;
}

/**
 * A VS Code without the user's settings; Ctrl-C ends it.
 * @param {string} root
 * @param {string} workspace
 */
export async function openDesktop(root, workspace) {
  const { downloadAndUnzipVSCode } = await import('@vscode/test-electron');
  console.log('Downloading it if it is not there yet (about 150 MB, a minute or two, once) …');
  const executable = await downloadAndUnzipVSCode({ version: 'stable', cachePath: join(root, '.vscode-test') }).catch(
    (error) => {
      throw new Error(`VS Code could not be downloaded (${error.message}). Is there a network? A proxy?`);
    },
  );
  hints('Ctrl-C or closing its window ends it.');
  return run(executable, [
    ...(isRoot ? ['--no-sandbox'] : []),
    ...['--user-data-dir', join(root, '.vscode-test/user-data')],
    ...['--extensions-dir', join(root, '.vscode-test/extensions')],
    ...['--skip-welcome', '--skip-release-notes', '--disable-telemetry', '--new-window'],
    `--extensionDevelopmentPath=${root}`,
    workspace,
    join(workspace, 'README.md'),
  ]);
}

/** @param {string} end */
function hints(end) {
  console.log(`Open "MCP Processes" in its activity bar; examples/workspace/README.md says what to try. ${end}`);
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {Promise<number>} the exit code; Ctrl-C reaches the editor directly, as it is in the same process group
 */
function run(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', shell: process.platform === 'win32' });
    const wait = () => {};
    process.on('SIGINT', wait);
    child.once('error', (error) => reject(new Error(`${command} could not be started: ${error.message}`)));
    child.once('exit', (code, signal) => {
      process.off('SIGINT', wait);
      resolve(code ?? (signal === 'SIGINT' ? 0 : 1));
    });
  });
}
