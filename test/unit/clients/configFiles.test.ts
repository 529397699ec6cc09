import assert from 'node:assert/strict';
import { posix, win32 } from 'node:path';
import { type ConfigContext, configFilesOf } from '../../../src/clients/configFiles';
import { readConfig } from '../../../src/clients/readConfig';

const linux: ConfigContext = {
  home: '/home/me',
  platform: 'linux',
  environment: {},
  folders: ['/repos/shop', '/repos/tools'],
  workspaceFile: '/repos/all.code-workspace',
};
const mac: ConfigContext = { ...linux, home: '/Users/me', platform: 'darwin' };
const windows: ConfigContext = {
  home: 'C:\\Users\\me',
  platform: 'win32',
  environment: { APPDATA: 'D:\\Roaming', LOCALAPPDATA: 'D:\\Local' },
  folders: ['C:\\w'],
  workspaceFile: undefined,
};
const paths = (context: ConfigContext) => configFilesOf(context).map(({ path }) => path);

function has(context: ConfigContext, ...expected: string[]): void {
  const found = paths(context);
  for (const path of expected) assert.ok(found.includes(path), `${path} is missing in\n${found.join('\n')}`);
}

describe('locations of configuration files', () => {
  it('Linux', () => {
    has(
      linux,
      ...['Code', 'Code - Insiders', 'VSCodium', 'Cursor', 'Windsurf', 'Kiro'].flatMap((name) => [
        `/home/me/.config/${name}/User/mcp.json`,
        `/home/me/.config/${name}/User/profiles/*/mcp.json`,
      ]),
      ...['/home/me/.vscode-server/data/User/mcp.json', '/home/me/.local/share/code-server/User/mcp.json'],
      ...['/home/me/.cursor/mcp.json', '/home/me/.codeium/windsurf/mcp_config.json'],
      ...['/home/me/.kiro/settings/mcp.json', '/home/me/.config/Claude/claude_desktop_config.json'],
      ...['/home/me/.claude.json', '/home/me/.codex/config.toml', '/home/me/.copilot/mcp-config.json'],
      ...['/home/me/.gemini/settings.json', '/home/me/.config/opencode/opencode.json'],
      ...['/home/me/.config/zed/settings.json', '/home/me/.mcp-inspector/mcp.json'],
    );
  });

  it('macOS', () => {
    const support = '/Users/me/Library/Application Support';
    has(
      mac,
      ...[`${support}/Code/User/mcp.json`, `${support}/Cursor/User/profiles/*/mcp.json`],
      ...[
        `${support}/Claude/claude_desktop_config.json`,
        '/Users/me/.claude.json',
        '/Users/me/.config/zed/settings.json',
      ],
    );
  });

  it('Windows', () => {
    has(
      windows,
      ...['D:\\Roaming\\Code\\User\\mcp.json', 'D:\\Roaming\\Code\\User\\profiles\\*\\mcp.json'],
      ...['D:\\Roaming\\Claude\\claude_desktop_config.json', 'D:\\Roaming\\Zed\\settings.json'],
      ...['C:\\Users\\me\\.claude.json', 'C:\\Users\\me\\.codex\\config.toml', 'C:\\w\\.vscode\\mcp.json'],
      'D:\\Local\\Packages\\Claude_*\\LocalCache\\Roaming\\Claude\\claude_desktop_config.json',
    );
    has({ ...windows, environment: {} }, 'C:\\Users\\me\\AppData\\Roaming\\Code\\User\\mcp.json');
  });

  it('workspace: one set per folder, each marked as depending on trust', () => {
    const inside = configFilesOf(linux).filter(({ folder }) => folder !== undefined);
    for (const folder of linux.folders) {
      const of = inside.filter((file) => file.folder === folder).map(({ path }) => path);
      for (const name of ['.vscode/mcp.json', '.mcp.json', '.cursor/mcp.json', '.kiro/settings/mcp.json']) {
        assert.ok(of.includes(`${folder}/${name}`), name);
      }
    }
    assert.ok(inside.some(({ path, format }) => path === linux.workspaceFile && format === 'code-workspace'));
    const elsewhere = configFilesOf(linux).filter(({ folder }) => folder === undefined);
    assert.ok(elsewhere.every(({ path }) => !path.startsWith('/repos/')));
  });

  it('follows the variables that move them, when those are absolute', () => {
    const environment = {
      ...{
        XDG_CONFIG_HOME: '/x/config',
        XDG_DATA_HOME: '/x/data',
        CLAUDE_CONFIG_DIR: '/x/claude',
        CODEX_HOME: '/x/codex',
      },
      ...{ COPILOT_HOME: '/x/copilot', GEMINI_CLI_HOME: '/x/gemini', OPENCODE_CONFIG: '/x/oc.json' },
      VSCODE_PORTABLE: '/x/portable',
    };
    has(
      { ...linux, environment },
      ...['/x/config/Code/User/mcp.json', '/x/data/code-server/User/mcp.json', '/x/claude/.claude.json'],
      ...['/x/codex/config.toml', '/x/copilot/mcp-config.json', '/x/gemini/.gemini/settings.json', '/x/oc.json'],
      ...['/x/config/opencode/opencode.json', '/x/config/zed/settings.json', '/x/portable/user-data/User/mcp.json'],
    );
    const relative = Object.fromEntries(Object.keys(environment).map((name) => [name, '../x']));
    assert.deepEqual(paths({ ...linux, environment: relative }), paths(linux));
  });

  for (const context of [linux, mac, windows]) {
    it(`${context.platform}: absolute, without duplicates, patterns marked, each with a reader`, () => {
      const files = configFilesOf(context);
      const { isAbsolute } = context.platform === 'win32' ? win32 : posix;
      assert.equal(new Set(files.map(({ path }) => path)).size, files.length);
      for (const { path, isPattern, format, client } of files) {
        assert.ok(isAbsolute(path), path);
        assert.equal(isPattern, path.includes('*'), path);
        assert.deepEqual(readConfig(format, '', { client, file: path, folder: undefined }).problems, []);
        assert.ok(client !== '');
      }
    });
  }
});
