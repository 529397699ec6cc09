import assert from 'node:assert/strict';
import { isEditorProcess } from '../../../src/judgement/editors';
import { entry } from './table';

describe('editors', () => {
  const editors: [string, string[] | undefined][] = [
    ['code', ['/usr/share/code/code', '--no-sandbox']],
    ['code', undefined],
    ['Code', []],
    ['code-insiders', undefined],
    ['codium', undefined],
    ['cursor', undefined],
    ['Cursor.exe', undefined],
    ['Code.exe', undefined],
    ['windsurf', undefined],
    ['kiro', undefined],
    ['code-server', undefined],
    ['electron', undefined],
    ['nvim', undefined],
    ['emacs', undefined],
    ['zed-editor', undefined],
    // A window or utility process sets another name; its program shows what it is.
    ['exe', ['/usr/share/code/code', '--type=zygote']],
    ['AppRun', ['/tmp/.mount_CodeXYZ/cursor']],
    ['main', ['C:\\Programs\\Microsoft VS Code\\Code.exe', '--type=gpu']],
    // One string, as some systems show it.
    ['main', ['/usr/share/code/code --type=zygote']],
    ['main', ['/Applications/Visual Studio Code.app/Contents/MacOS/Electron .']],
    ['node', ['node /home/u/.vscode-server/out/bootstrap-fork --type=extensionHost']],
    // Editor servers and extension hosts are plain Node.
    ['node', ['/home/u/.vscode-server/bin/abc/node', '/home/u/.vscode-server/bin/abc/out/server-main.js', '--port=0']],
    ['node', ['node', '/home/u/.vscode-server/out/bootstrap-fork', '--type=extensionHost']],
    ['node', ['node', '/opt/x/out/bootstrap-fork.js', '--type=fileWatcher']],
    ['node', ['/usr/lib/code-server/lib/node', '/usr/lib/code-server/out/node/entry']],
    ['MainThread', ['node', 'host.js', '--type=extensionHost', '--transformURIs']],
  ];
  const others: [string, string[] | undefined][] = [
    ['node', ['node', '/home/u/code/server.js']],
    ['node', ['node', '/home/u/.cursor/mcp/index.js', '--name', 'code']],
    ['node', ['node /home/u/code/server.js --name code']],
    ['node', undefined],
    ['python3', ['python3', '-m', 'mcp_server', '/usr/share/code/code.txt']],
    ['code-review-mcp', ['code-review-mcp']],
    ['npm', ['npm', 'exec', 'cursor-mcp']],
    ['node', ['node', '/srv/my-server-main.js']],
    ['zed-mcp', undefined],
    ['bash', ['bash']],
    ['', []],
  ];

  it('K07 K22 are recognised by kernel name, program or script', () => {
    for (const [name, args] of editors) {
      assert.ok(isEditorProcess(entry(5, 1, { name, args })), `${name} ${args?.join(' ')}`);
    }
  });

  it('control: servers are not, whatever their folder and arguments', () => {
    for (const [name, args] of others) {
      assert.ok(!isEditorProcess(entry(5, 1, { name, args })), `${name} ${args?.join(' ')}`);
    }
  });

  it('an editor’s program that runs another script as plain Node is not an editor; with its own scripts it is', () => {
    const program = '/usr/share/code/code';
    const table: [boolean, string, string[]][] = [
      [false, 'code', [program, '/home/u/.vscode/extensions/x/server.js', '--stdio']],
      [false, 'MainThread', [program, '--ms-enable-electron-run-as-node', '/home/u/server.mjs']],
      [true, 'code', [program, '/usr/share/code/resources/app/out/cli.js', '--wait', 'x.js']],
      [true, 'code', [program, '/x/out/bootstrap-fork.js', '--type=fileWatcher']],
      [true, 'code', [program, 'tunnel']],
      [true, 'code', [program]],
      // Inherited from its parent; not an Electron program at all.
      [true, 'nvim', ['nvim', 'a.js']],
    ];
    for (const [is, name, args] of table) {
      assert.equal(isEditorProcess(entry(500, 1, { name, args, runsAsNode: true })), is, args.join(' '));
      assert.equal(isEditorProcess(entry(500, 1, { name, args })), true, `control: ${args.join(' ')}`);
    }
  });
});
