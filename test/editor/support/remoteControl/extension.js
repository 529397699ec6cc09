// Lets a test act inside a window's extension host: one JSON request per connection, one JSON answer. The socket is
// in the folder that MCP_PROCESSES_TEST_CONTROL names, and has the name of the workspace's folder.
//   {command, args}   runs a command of the editor        {setting, value}  changes a setting of the user's
//   {api, args}       calls the extension's API           {start: [command, ...args]}  starts a child of this host
//   {exhaust: true}   takes memory until the host dies    {}  only answers
const { spawn } = require('node:child_process');
const { rmSync } = require('node:fs');
const { createServer } = require('node:net');
const { basename, join } = require('node:path');
const vscode = require('vscode');

/** @type {import('node:child_process').ChildProcess[]} */
const children = [];

/** @param {import('../remoteControl').ControlRequest} request */
async function serve({ command, api, args = [], setting, value, start, exhaust }) {
  if (command) return vscode.commands.executeCommand(command, ...args);
  if (setting) return vscode.workspace.getConfiguration().update(setting, value, vscode.ConfigurationTarget.Global);
  if (api) {
    const extension = vscode.extensions.getExtension('mcp-processes.mcp-processes');
    if (!extension) throw new Error('The extension is not installed.');
    return (await extension.activate())[api](...args);
  }
  if (start) {
    const child = spawn(String(start[0]), start.slice(1), { stdio: 'pipe' });
    children.push(child);
    return child.pid;
  }
  if (exhaust) {
    const taken = [];
    setInterval(() => {
      for (let count = 0; count < 100; count++) taken.push(new Array(100_000).fill(count + 0.5));
    }, 1);
  }
}

exports.activate = () => {
  const folder = process.env.MCP_PROCESSES_TEST_CONTROL;
  const workspace = vscode.workspace.workspaceFolders?.[0];
  if (!folder || !workspace) return;
  const path = join(folder, basename(workspace.uri.fsPath));
  // Left by a host that is gone.
  rmSync(path, { force: true });
  createServer((socket) => {
    let text = '';
    socket.on('error', () => {});
    socket.setEncoding('utf8').on('data', async (chunk) => {
      text += chunk;
      if (!text.endsWith('\n')) return;
      let answer;
      try {
        answer = { result: await serve(JSON.parse(text)) };
      } catch (error) {
        answer = { error: String(/** @type {Partial<Error> | undefined} */ (error)?.message ?? error) };
      }
      socket.end(JSON.stringify({ ...answer, pid: process.pid }));
    });
  }).listen(path);
};
