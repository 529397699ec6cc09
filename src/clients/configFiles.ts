import { posix, win32 } from 'node:path';

export type ConfigFormat =
  | 'mcp.json'
  | 'code-workspace'
  | 'mcpServers'
  | 'claude.json'
  | 'codex.toml'
  | 'gemini-settings'
  | 'opencode'
  | 'zed-settings';

/** A file in which a client's servers may be configured. Whether it exists is not known. */
export interface ConfigFile {
  /** Absolute. With `isPattern`, one part of it is or holds a `*`, which stands for anything within that part. */
  readonly path: string;
  readonly isPattern: boolean;
  readonly format: ConfigFormat;
  /** Name of the client for people. */
  readonly client: string;
  /** Ids of the known clients that read it. */
  readonly clientIds: readonly string[];
  /** The workspace folder it lies in: such a file may only be read in a trusted workspace. */
  readonly folder: string | undefined;
}

/** Where to look from. */
export interface ConfigContext {
  readonly home: string;
  readonly platform: NodeJS.Platform;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Absolute paths of the workspace's folders. */
  readonly folders: readonly string[];
  /** Absolute path of the `.code-workspace` file, if one is open. */
  readonly workspaceFile: string | undefined;
}

/** Name of the folder with user data, id and name of the client. */
const EDITORS: readonly (readonly [string, string, string])[] = [
  ['Code', 'vscode', 'VS Code'],
  ['Code - Insiders', 'vscode-insiders', 'VS Code Insiders'],
  ['VSCodium', 'vscodium', 'VSCodium'],
  ['Cursor', 'cursor', 'Cursor'],
  ['Windsurf', 'windsurf', 'Windsurf'],
  ['Kiro', 'kiro', 'Kiro'],
];
/** Folder in the home on a remote machine. */
const SERVERS: readonly (readonly [string, string, string])[] = [
  ['.vscode-server', 'vscode', 'VS Code'],
  ['.vscode-server-insiders', 'vscode-insiders', 'VS Code Insiders'],
  ['.vscodium-server', 'vscodium', 'VSCodium'],
];
const OF_VSCODE = ['vscode', 'vscode-insiders', 'vscodium', 'code-server', 'vscode-agent-host'];

/** All places where known clients keep their servers, on this system. Nothing is read. */
export function configFilesOf(context: ConfigContext): ConfigFile[] {
  return [...editorFiles(context), ...userFiles(context), ...workspaceFiles(context)];
}

/** Where the editors of VS Code's family keep their data, on this machine and as servers for a remote one. */
function editorData(context: ConfigContext): { readonly path: string; readonly id: string; readonly client: string }[] {
  const { home, environment } = context;
  const { join } = pathsOf(context);
  const share = absolute(context, environment.XDG_DATA_HOME) ?? join(home, '.local', 'share');
  const portable = absolute(context, environment.VSCODE_PORTABLE);
  return [
    ...EDITORS.map(([folder, id, client]) => ({ path: join(applicationData(context), folder), id, client })),
    ...SERVERS.map(([folder, id, client]) => ({ path: join(home, folder, 'data'), id, client })),
    { path: join(share, 'code-server'), id: 'code-server', client: 'code-server' },
    ...(portable ? [{ path: join(portable, 'user-data'), id: 'vscode', client: 'VS Code' }] : []),
  ];
}

function editorFiles(context: ConfigContext): ConfigFile[] {
  const { join } = pathsOf(context);
  return editorData(context).flatMap(({ path, id, client }) => {
    const shared = base(client, [id, `${id}-agent-host`], 'mcp.json');
    const file = (...parts: string[]) => join(path, 'User', ...parts, 'mcp.json');
    return [
      { ...shared, path: file() },
      { ...shared, path: file('profiles', '*'), isPattern: true },
    ];
  });
}

/** Folders in which those editors remember the workspaces that they have had open, one folder for each. */
export function workspaceStorageOf(context: ConfigContext): string[] {
  const { join } = pathsOf(context);
  return editorData(context).map(({ path }) => join(path, 'User', 'workspaceStorage'));
}

/** Folders below which plugins and extensions of clients are installed. */
export function pluginFoldersOf(context: ConfigContext): string[] {
  const { join } = pathsOf(context);
  const claude = absolute(context, context.environment.CLAUDE_CONFIG_DIR) ?? join(context.home, '.claude');
  const gemini = absolute(context, context.environment.GEMINI_CLI_HOME) ?? context.home;
  return [join(claude, 'plugins'), join(gemini, '.gemini', 'extensions')];
}

function userFiles(context: ConfigContext): ConfigFile[] {
  const { home, platform, environment } = context;
  const { join } = pathsOf(context);
  const set = (name: string) => absolute(context, environment[name]);
  const dotConfig = set('XDG_CONFIG_HOME') ?? join(home, '.config');
  const data = applicationData(context);
  const one = (client: string, ids: readonly string[], format: ConfigFormat, path: string): ConfigFile => ({
    ...base(client, ids, format),
    path,
    isPattern: path.includes('*'),
  });
  const files = [
    one('Cursor', ['cursor', 'cursor-cli'], 'mcpServers', join(home, '.cursor', 'mcp.json')),
    one('Windsurf', ['windsurf'], 'mcpServers', join(home, '.codeium', 'windsurf', 'mcp_config.json')),
    one('Kiro', ['kiro'], 'mcpServers', join(home, '.kiro', 'settings', 'mcp.json')),
    one('Claude Desktop', ['claude-desktop'], 'mcpServers', join(data, 'Claude', 'claude_desktop_config.json')),
    one('Claude Code', ['claude-code'], 'claude.json', join(set('CLAUDE_CONFIG_DIR') ?? home, '.claude.json')),
    one('Codex', ['codex'], 'codex.toml', join(set('CODEX_HOME') ?? join(home, '.codex'), 'config.toml')),
    one(
      'Copilot CLI',
      ['copilot-cli'],
      'mcpServers',
      join(set('COPILOT_HOME') ?? join(home, '.copilot'), 'mcp-config.json'),
    ),
    one(
      'Gemini CLI',
      ['gemini-cli'],
      'gemini-settings',
      join(set('GEMINI_CLI_HOME') ?? home, '.gemini', 'settings.json'),
    ),
    one('opencode', ['opencode'], 'opencode', join(dotConfig, 'opencode', 'opencode.json')),
    one('opencode', ['opencode'], 'opencode', join(dotConfig, 'opencode', 'opencode.jsonc')),
    one(
      'Zed',
      ['zed'],
      'zed-settings',
      platform === 'win32' ? join(data, 'Zed', 'settings.json') : join(dotConfig, 'zed', 'settings.json'),
    ),
  ];
  // The Inspector's programs share a catalog.
  const catalog = set('MCP_CATALOG_PATH') ?? join(home, '.mcp-inspector', 'mcp.json');
  files.push(one('MCP Inspector', ['mcp-inspector'], 'mcpServers', catalog));
  const opencode = set('OPENCODE_CONFIG');
  if (opencode) files.push(one('opencode', ['opencode'], 'opencode', opencode));
  if (platform === 'win32') {
    // The Store's build keeps its own copy of the roaming folder.
    const local = set('LOCALAPPDATA') ?? join(home, 'AppData', 'Local');
    const store = join(local, 'Packages', 'Claude_*', 'LocalCache', 'Roaming', 'Claude', 'claude_desktop_config.json');
    files.push(one('Claude Desktop', ['claude-desktop'], 'mcpServers', store));
  }
  return files;
}

function workspaceFiles(context: ConfigContext): ConfigFile[] {
  const { join, dirname } = pathsOf(context);
  const found = context.folders.flatMap((folder): ConfigFile[] => {
    const one = (client: string, ids: readonly string[], format: ConfigFormat, ...parts: string[]): ConfigFile => ({
      ...base(client, ids, format),
      path: join(folder, ...parts),
      folder,
    });
    return [
      one('VS Code', OF_VSCODE, 'mcp.json', '.vscode', 'mcp.json'),
      one('Claude Code', ['claude-code', ...OF_VSCODE], 'mcpServers', '.mcp.json'),
      one('Cursor', ['cursor', 'cursor-cli'], 'mcpServers', '.cursor', 'mcp.json'),
      one('Kiro', ['kiro'], 'mcpServers', '.kiro', 'settings', 'mcp.json'),
      one('Codex', ['codex'], 'codex.toml', '.codex', 'config.toml'),
      one('Gemini CLI', ['gemini-cli'], 'gemini-settings', '.gemini', 'settings.json'),
      one('opencode', ['opencode'], 'opencode', 'opencode.json'),
      one('opencode', ['opencode'], 'opencode', 'opencode.jsonc'),
      one('Zed', ['zed'], 'zed-settings', '.zed', 'settings.json'),
    ];
  });
  const { workspaceFile } = context;
  if (workspaceFile === undefined) return found;
  const folder = context.folders[0] ?? dirname(workspaceFile);
  return [...found, { ...base('VS Code', OF_VSCODE, 'code-workspace'), path: workspaceFile, folder }];
}

function base(client: string, clientIds: readonly string[], format: ConfigFormat) {
  return { client, clientIds, format, isPattern: false, folder: undefined };
}

/** Where programs with windows keep their data. */
function applicationData(context: ConfigContext): string {
  const { home, platform, environment } = context;
  const { join } = pathsOf(context);
  if (platform === 'win32') return absolute(context, environment.APPDATA) ?? join(home, 'AppData', 'Roaming');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support');
  return absolute(context, environment.XDG_CONFIG_HOME) ?? join(home, '.config');
}

function pathsOf({ platform }: ConfigContext) {
  return platform === 'win32' ? win32 : posix;
}

/** A relative path in the environment would mean something else in each process. */
function absolute(context: ConfigContext, path: string | undefined): string | undefined {
  return path && pathsOf(context).isAbsolute(path) ? path : undefined;
}
