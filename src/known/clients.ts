// Clients and editors, each once: how their processes are recognised, and where their servers are configured.

/** Shapes of configuration files; `clients/readConfig.ts` has a reader for each. */
export type ConfigFormat =
  | 'mcp.json'
  | 'code-workspace'
  | 'mcpServers'
  | 'claude.json'
  | 'codex.toml'
  | 'gemini-settings'
  | 'opencode'
  | 'zed-settings';

/** A place where a client keeps servers. */
export interface ConfigPlace {
  readonly format: ConfigFormat;
  /**
   * With `/` on every system, and at most one `*`. It begins with `~`, the home; with `.`, each folder of the workspace;
   * with `$NAME`, a variable that holds an absolute path; or with `<data>`, `<config>`, `<share>` or `<local>`, the
   * folders for program data (see `clients/configFiles.ts`).
   */
  readonly path: string;
  /** Replaces `path` where the variable in it is set. */
  readonly moved?: string;
  /** Only on this kind of system. */
  readonly on?: 'windows' | 'posix';
}

/** How the processes of one program are recognised. Any one of these signs is enough. */
export interface ProcessSigns {
  /** File names of its own executables, without `.exe`. */
  readonly programs?: readonly string[];
  /** The path of its executable, whatever its name; with `/` on every system. */
  readonly place?: RegExp;
  /** Its bundle on macOS, where paths have blanks and the system does not separate arguments. */
  readonly app?: string;
  /** npm packages whose scripts are the client, run by an interpreter or a package runner. */
  readonly packages?: readonly string[];
  /** Names under which npm puts those scripts into a `bin` folder. */
  readonly scripts?: readonly string[];
}

/** A program that starts MCP servers and talks to them. */
export interface KnownClient extends ProcessSigns {
  /** Name as people know it. */
  readonly title: string;
  /** An editor, whose processes are never ended. `electron`: its program may run any script as a plain Node. */
  readonly editor?: 'electron' | 'native';
  /** Editors of VS Code's family only: part of the path of the server that runs on a remote machine. */
  readonly remote?: RegExp;
  /** Editors of VS Code's family only: folders with `User/mcp.json`, written as in {@link ConfigPlace}. */
  readonly userData?: readonly string[];
  readonly files?: readonly ConfigPlace[];
}

/** Its unknown forks count as VS Code too. */
export const VSCODE: KnownClient = {
  title: 'VS Code',
  programs: ['code'],
  app: 'Visual Studio Code',
  editor: 'electron',
  remote: /\/\.vscode-server\//,
  userData: ['<data>/Code', '~/.vscode-server/data', '$VSCODE_PORTABLE/user-data'],
  files: [{ format: 'mcp.json', path: './.vscode/mcp.json' }],
};

/**
 * Where two clients configure the same server, the first one here gives it its name. Clients in an extension host
 * (Continue, Cline, Roo Code) count as that editor.
 */
export const CLIENTS: readonly KnownClient[] = [
  VSCODE,
  {
    title: 'VS Code Insiders',
    programs: ['code-insiders', 'code - insiders'],
    app: 'Visual Studio Code - Insiders',
    editor: 'electron',
    remote: /\/\.vscode-server-insiders\//,
    userData: ['<data>/Code - Insiders', '~/.vscode-server-insiders/data'],
  },
  {
    title: 'VSCodium',
    programs: ['codium', 'vscodium'],
    app: 'VSCodium',
    editor: 'electron',
    remote: /\/\.vscodium-server\//,
    userData: ['<data>/VSCodium', '~/.vscodium-server/data'],
  },
  {
    title: 'Cursor',
    programs: ['cursor'],
    app: 'Cursor',
    editor: 'electron',
    remote: /\/\.cursor-server\//,
    userData: ['<data>/Cursor'],
    files: [
      { format: 'mcpServers', path: '~/.cursor/mcp.json' },
      { format: 'mcpServers', path: './.cursor/mcp.json' },
    ],
  },
  {
    title: 'Windsurf',
    programs: ['windsurf'],
    app: 'Windsurf',
    editor: 'electron',
    remote: /\/\.windsurf-server\//,
    userData: ['<data>/Windsurf'],
    files: [{ format: 'mcpServers', path: '~/.codeium/windsurf/mcp_config.json' }],
  },
  {
    title: 'Kiro',
    programs: ['kiro'],
    app: 'Kiro',
    editor: 'electron',
    remote: /\/\.kiro-server\//,
    userData: ['<data>/Kiro'],
    files: [
      { format: 'mcpServers', path: '~/.kiro/settings/mcp.json' },
      { format: 'mcpServers', path: './.kiro/settings/mcp.json' },
    ],
  },
  {
    title: 'code-server',
    programs: ['code-server'],
    editor: 'native',
    remote: /\/code-server(?:-[\w.]+)?\/(?:lib|out)\//,
    userData: ['<share>/code-server'],
  },
  {
    // On Windows its program has the same name as Claude Code's.
    title: 'Claude Desktop',
    programs: ['claude-desktop'],
    place: /\/(?:AnthropicClaude|WindowsApps\/Claude_[^/]*)\//,
    app: 'Claude',
    files: [
      { format: 'mcpServers', path: '<data>/Claude/claude_desktop_config.json' },
      // The Store build has its own copy of the roaming folder.
      {
        format: 'mcpServers',
        path: '<local>/Packages/Claude_*/LocalCache/Roaming/Claude/claude_desktop_config.json',
        on: 'windows',
      },
    ],
  },
  {
    title: 'Claude Code',
    programs: ['claude'],
    place: /\/claude\/versions\/[\w.-]+$/,
    packages: ['@anthropic-ai/claude-code'],
    scripts: ['claude'],
    files: [
      { format: 'claude.json', path: '~/.claude.json', moved: '$CLAUDE_CONFIG_DIR/.claude.json' },
      { format: 'mcpServers', path: './.mcp.json' },
    ],
  },
  {
    title: 'Codex',
    programs: ['codex'],
    app: 'Codex',
    packages: ['@openai/codex'],
    scripts: ['codex'],
    files: [
      { format: 'codex.toml', path: '~/.codex/config.toml', moved: '$CODEX_HOME/config.toml' },
      { format: 'codex.toml', path: './.codex/config.toml' },
    ],
  },
  {
    title: 'Copilot CLI',
    programs: ['copilot'],
    packages: ['@github/copilot'],
    scripts: ['copilot'],
    files: [{ format: 'mcpServers', path: '~/.copilot/mcp-config.json', moved: '$COPILOT_HOME/mcp-config.json' }],
  },
  {
    title: 'Gemini CLI',
    programs: ['gemini'],
    packages: ['@google/gemini-cli'],
    scripts: ['gemini'],
    files: [
      {
        format: 'gemini-settings',
        path: '~/.gemini/settings.json',
        moved: '$GEMINI_CLI_HOME/.gemini/settings.json',
      },
      { format: 'gemini-settings', path: './.gemini/settings.json' },
    ],
  },
  {
    title: 'opencode',
    programs: ['opencode', 'opencode-cli'],
    packages: ['opencode-ai'],
    files: [
      { format: 'opencode', path: '<config>/opencode/opencode.json' },
      { format: 'opencode', path: '<config>/opencode/opencode.jsonc' },
      { format: 'opencode', path: '$OPENCODE_CONFIG' },
      { format: 'opencode', path: './opencode.json' },
      { format: 'opencode', path: './opencode.jsonc' },
    ],
  },
  { title: 'Cursor CLI', programs: ['cursor-agent'], place: /\/cursor-agent\/versions\// },
  {
    title: 'Zed',
    programs: ['zed', 'zed-editor'],
    place: /\/zed-remote-server-[^/]+$/,
    app: 'Zed(?: Preview| Nightly)?',
    editor: 'native',
    files: [
      { format: 'zed-settings', path: '<data>/Zed/settings.json', on: 'windows' },
      { format: 'zed-settings', path: '<config>/zed/settings.json', on: 'posix' },
      { format: 'zed-settings', path: './.zed/settings.json' },
    ],
  },
  {
    title: 'MCP Inspector',
    // The name of the daemon that holds its connections.
    programs: ['mcpdod'],
    packages: ['@modelcontextprotocol/inspector'],
    scripts: ['mcp-inspector', 'mcpdo'],
    // Its programs share one catalog.
    files: [{ format: 'mcpServers', path: '~/.mcp-inspector/mcp.json', moved: '$MCP_CATALOG_PATH' }],
  },
];

/** Editors that are no clients, but whose processes are never ended. */
export const OTHER_EDITORS: readonly Pick<KnownClient, 'programs' | 'app' | 'editor'>[] = [
  { programs: ['code-oss'], editor: 'electron' },
  { programs: ['positron'], app: 'Positron', editor: 'electron' },
  { programs: ['trae'], app: 'Trae', editor: 'electron' },
  { programs: ['idea', 'pycharm', 'webstorm', 'goland'], editor: 'native' },
  { programs: ['nvim', 'vim', 'emacs'], editor: 'native' },
];

/** Folders of clients' plugins and extensions, which may bring servers. */
export const PLUGIN_FOLDERS: readonly Pick<ConfigPlace, 'path' | 'moved'>[] = [
  { path: '~/.claude/plugins', moved: '$CLAUDE_CONFIG_DIR/plugins' },
  { path: '~/.gemini/extensions', moved: '$GEMINI_CLI_HOME/.gemini/extensions' },
];

/** Scripts that an editor's own Node runs: windows, servers, extension hosts. */
const SCRIPTS = ['bootstrap-fork', 'server-main', 'extensionHostProcess'];

/** Enough to spare a process. */
export const EDITOR_SCRIPT = new RegExp(`[\\\\/](?:${SCRIPTS.join('|')}|out[\\\\/]node[\\\\/]entry)(?:\\.js)?$`);
/** In an editor's own folder: enough to count as a client. With `/` on every system. */
export const EDITOR_SCRIPT_IN_PLACE = new RegExp(`/out/(?:${SCRIPTS.join('|')}|node/entry)(?:\\.js)?$`);
