import assert from 'node:assert/strict';
import { knownClientOf } from '../../../src/clients/knownClients';
import { CLIENTS } from '../../../src/known/clients';
import { argsOf, UNRELATED } from './lines';

const CODE_SERVER = '/usr/lib/code-server/lib';
const REMOTE = '/home/me/.vscode-server/cli/servers/Stable-0123/server';
const HELPER =
  '/Applications/Visual␣Studio␣Code.app/Contents/Frameworks/Code␣Helper␣(Plugin).app/Contents/MacOS/Code␣Helper␣(Plugin)';
const UTILITY = '--type=utility --utility-sub-type=node.mojom.NodeService --lang=en-US --service-sandbox-type=none';

describe('known clients', () => {
  const clients: Readonly<Record<string, readonly string[]>> = {
    'VS Code': [
      `${REMOTE}/node --dns-result-order=ipv4first ${REMOTE}/out/bootstrap-fork --type=extensionHost --transformURIs`,
      `${REMOTE}/node ${REMOTE}/out/server-main.js --host=127.0.0.1 --port=0`,
      `/usr/share/code/code ${UTILITY} --dns-result-order=ipv4first --inspect-port=0`,
      '/usr/share/code/code',
      `${HELPER} ${UTILITY}`,
      '/Applications/Visual␣Studio␣Code.app/Contents/MacOS/Electron',
      `"C:\\Users\\me\\AppData\\Local\\Programs\\Microsoft␣VS␣Code\\Code.exe"␣${UTILITY.replaceAll(' ', '␣')}`,
      '/opt/some-fork/server/node /opt/some-fork/server/out/bootstrap-fork --type=extensionHost',
    ],
    'VS Code (agent host)': [
      `${REMOTE}/node ${REMOTE}/out/bootstrap-fork --type=agentHost --logsPath /tmp/l --user-data-dir /tmp/u`,
    ],
    'VS Code Insiders': [
      '/usr/share/code-insiders/code-insiders',
      'node /home/me/.vscode-server-insiders/bin/0/out/bootstrap-fork --type=extensionHost',
      '"C:\\P\\Microsoft␣VS␣Code␣Insiders\\Code␣-␣Insiders.exe"',
    ],
    VSCodium: ['/usr/share/codium/codium', 'node /home/me/.vscodium-server/bin/0/out/server-main.js'],
    'code-server': [
      `${CODE_SERVER}/node ${CODE_SERVER}/vscode/out/bootstrap-fork --type=extensionHost --transformURIs`,
      '/usr/lib/code-server/lib/node /usr/lib/code-server/out/node/entry',
      'node /srv/node_modules/code-server/lib/vscode/out/server-main.js --host 127.0.0.1',
    ],
    'code-server (agent host)': [
      `${CODE_SERVER}/node ${CODE_SERVER}/vscode/out/bootstrap-fork --type=agentHost --logsPath /tmp/l`,
    ],
    Cursor: [
      '/usr/share/cursor/cursor',
      '/tmp/.mount_CursorAb/usr/share/cursor/cursor --no-sandbox',
      '/Applications/Cursor.app/Contents/Frameworks/Cursor␣Helper␣(Plugin).app/Contents/MacOS/Cursor␣Helper␣(Plugin)␣--type=utility',
      'node /home/me/.cursor-server/bin/0/out/bootstrap-fork --type=extensionHost',
    ],
    Windsurf: ['/usr/share/windsurf/windsurf', 'node /home/me/.windsurf-server/bin/0/out/server-main.js'],
    Kiro: ['/usr/share/kiro/kiro', 'C:\\Users\\me\\Kiro\\Kiro.exe'],
    'Claude Desktop': [
      '/Applications/Claude.app/Contents/MacOS/Claude',
      '/Applications/Claude.app/Contents/Frameworks/Claude␣Helper␣(Plugin).app/Contents/MacOS/Claude␣Helper␣(Plugin)␣--type=utility',
      'C:\\Users\\me\\AppData\\Local\\AnthropicClaude\\app-1.0.1\\claude.exe',
      'claude-desktop --no-sandbox',
    ],
    'Claude Code': [
      'claude',
      'claude --resume',
      '/home/me/.local/bin/claude',
      '/home/me/.local/share/claude/versions/2.1.197 --print',
      'node /usr/lib/node_modules/@anthropic-ai/claude-code/cli.js',
      '/usr/lib/node_modules/@anthropic-ai/claude-code/bin/claude.exe',
      'node --no-warnings --enable-source-maps /home/me/.claude/local/node_modules/.bin/claude',
      'npm␣exec␣@anthropic-ai/claude-code@latest',
      '/home/me/.vscode/extensions/anthropic.claude-code-2.1.0-linux-x64/resources/native-binary/claude --output-format stream-json',
      'C:\\Users\\me\\.local\\bin\\claude.exe',
    ],
    Codex: [
      'node /usr/local/bin/codex',
      'node /usr/lib/node_modules/@openai/codex/bin/codex.js app-server',
      '/usr/lib/node_modules/@openai/codex-linux-x64/vendor/x86_64-unknown-linux-musl/bin/codex',
      'codex exec hello',
      'npm␣exec␣@openai/codex',
    ],
    'Copilot CLI': [
      'node /usr/lib/node_modules/@github/copilot/npm-loader.js',
      '/usr/lib/node_modules/@github/copilot-linux-x64/copilot',
      'node /usr/local/bin/copilot',
    ],
    'Gemini CLI': [
      'node /usr/local/bin/gemini',
      '/usr/bin/node --max-old-space-size=8192 /usr/local/bin/gemini',
      'node /usr/lib/node_modules/@google/gemini-cli/bundle/gemini.js',
    ],
    opencode: [
      'opencode',
      '/usr/lib/node_modules/opencode-ai/bin/opencode.exe serve',
      '/home/me/.opencode/bin/opencode',
      'npx opencode-ai@latest',
    ],
    'Cursor CLI': ['/home/me/.local/bin/cursor-agent', 'node /home/me/.local/share/cursor-agent/versions/1/index.js'],
    Zed: [
      '/usr/libexec/zed-editor',
      '/Applications/Zed.app/Contents/MacOS/zed',
      '/home/me/.zed_server/zed-remote-server-stable-0.190.0 run',
    ],
    'MCP Inspector': [
      'node /usr/local/bin/mcp-inspector node server.js',
      'mcpdod',
      'node /w/node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js',
      'node /h/_npx/0/node_modules/@modelcontextprotocol/inspector/server/build/index.js',
      'npm␣exec␣@modelcontextprotocol/inspector␣node␣server.js',
    ],
  };
  for (const [title, lines] of Object.entries(clients)) {
    for (const line of lines) {
      it(`${title}: ${line}`, () => assert.equal(knownClientOf(argsOf(line), 'node')?.title, title));
    }
  }

  const none = [
    ...UNRELATED.filter((line) => !/^(?:\/usr\/share\/code\/)?code \/home/.test(line)),
    // Processes of the editor that start no servers, and what its extensions start.
    '/usr/share/code/code --type=renderer --crashpad-handler-pid=1',
    '/usr/share/code/code --type=gpu-process',
    '/usr/share/code/code --type=utility --utility-sub-type=network.mojom.NetworkService',
    '/usr/share/code/chrome_crashpad_handler --monitor-self-annotation=ptype=crashpad-handler',
    `${REMOTE}/node ${REMOTE}/out/bootstrap-fork --type=ptyHost --logsPath /tmp/l`,
    `${REMOTE}/node ${REMOTE}/out/bootstrap-fork --type=fileWatcher`,
    `${REMOTE}/node /home/me/.vscode-server/extensions/ms-python.pylance/server.bundle.js --node-ipc`,
    `${REMOTE}/node /home/me/mcp/index.js`,
    `/bin/bash --init-file ${REMOTE}/out/vs/workbench/contrib/terminal/common/scripts/shellIntegration-bash.sh`,
    // Mentions.
    'vim /home/me/.claude.json',
    'vim /Applications/Cursor.app/Contents/Info.plist',
    'tail -f /home/me/.codex/log/codex.log',
    'grep -r claude /home/me',
    'node /home/me/src/claude/index.js',
    'node /home/me/codex/server.js',
    'npm␣install␣@openai/codex',
    'less /usr/lib/node_modules/@google/gemini-cli/bundle/gemini.js',
    'copilot-language-server --stdio',
    'npx -y @modelcontextprotocol/server-memory',
    'python3 client.py',
  ];
  for (const line of none) {
    it(`no client: ${line}`, () => assert.equal(knownClientOf(argsOf(line), 'node'), undefined));
  }

  it('uses the kernel name where the arguments cannot be read', () => {
    assert.equal(knownClientOf(undefined, 'claude')?.title, 'Claude Code');
    assert.equal(knownClientOf([], 'codex')?.title, 'Codex');
    assert.equal(knownClientOf(undefined, 'Cursor.exe')?.title, 'Cursor');
    assert.equal(knownClientOf(undefined, 'node'), undefined);
    assert.equal(knownClientOf(undefined, ''), undefined);
  });

  it('copes with hostile arguments', () => {
    for (const args of [
      [''],
      ['/'.repeat(100_000)],
      ['\0'],
      ['"'],
      ['a'.repeat(1 << 20)],
      ['node', '/bin/'.repeat(9_999)],
    ]) {
      assert.equal(knownClientOf(args, 'x'), undefined);
    }
  });

  it('has an example of each client in the table', () => {
    assert.deepEqual(
      CLIENTS.map(({ title }) => title).filter((title) => !(title in clients)),
      [],
    );
  });
});
