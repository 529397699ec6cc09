// Clients and editors by name, each once: how their processes are recognised, and where their servers are configured.

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

/** Where a client keeps servers. */
export interface ConfigPlace {
  readonly format: ConfigFormat;
  /**
   * With `/` on every system, and one `*` at most. It begins with `~`, the home; with `.`, each folder of the workspace;
   * with `$NAME`, a variable that holds an absolute path; with `<data>`, `<config>`, `<share>` or `<local>`, folders for
   * the data of programs (see `clients/configFiles.ts`).
   */
  readonly path: string;
  /** The same, where the variable in it is set. */
  readonly moved?: string;
  /** Only on this kind of system. */
  readonly on?: 'windows' | 'posix';
}

/** How the processes of one program are recognised. Any one of the ways is enough. */
export interface ProcessSigns {
  /** File names of its own executables, without `.exe`. */
  readonly programs?: readonly string[];
  /** Where its executable lies, whatever its name; with `/` on every system. */
  readonly place?: RegExp;
  /** Its bundle on macOS: the paths in there have blanks, and the system does not keep arguments apart. */
  readonly app?: string;
  /** npm packages whose scripts are the client, started by an interpreter or a package runner. */
  readonly packages?: readonly string[];
  /** Names under which npm puts those scripts into a `bin` folder. */
  readonly scripts?: readonly string[];
}

/** A program that starts MCP servers and talks to them. */
export interface KnownClient extends ProcessSigns {
  /** Name as people know it. */
  readonly title: string;
  /** An editor: none of its processes is ever ended. `electron`: as a plain Node its program may run any script. */
  readonly editor?: 'electron' | 'native';
  /** Editors of VS Code's family only: part of the path of the server that runs on a remote machine. */
  readonly remote?: RegExp;
  /** The same: folders with `User/mcp.json`, written as a {@link ConfigPlace}. */
  readonly userData?: readonly string[];
  readonly files?: readonly ConfigPlace[];
}

/** Unknown forks of it count as VS Code, too. */
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
 * Where two clients configure the same server, the first one here names it. Clients that live in an extension host
 * (Continue, Cline, Roo Code) are that editor.
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
    // Its program on Windows has the name of Claude Code's.
    title: 'Claude Desktop',
    programs: ['claude-desktop'],
    place: /\/(?:AnthropicClaude|WindowsApps\/Claude_[^/]*)\//,
    app: 'Claude',
    files: [
      { format: 'mcpServers', path: '<data>/Claude/claude_desktop_config.json' },
      // The Store's build keeps its own copy of the roaming folder.
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
    // The daemon that holds its connections calls itself so.
    programs: ['mcpdod'],
    packages: ['@modelcontextprotocol/inspector'],
    scripts: ['mcp-inspector', 'mcpdo'],
    // Its programs share a catalog.
    files: [{ format: 'mcpServers', path: '~/.mcp-inspector/mcp.json', moved: '$MCP_CATALOG_PATH' }],
  },
];

/** Editors whose processes are never ended, and which are no clients: where they run says nothing of servers. */
export const OTHER_EDITORS: readonly Pick<KnownClient, 'programs' | 'app' | 'editor'>[] = [
  { programs: ['code-oss'], editor: 'electron' },
  { programs: ['positron'], app: 'Positron', editor: 'electron' },
  { programs: ['trae'], app: 'Trae', editor: 'electron' },
  { programs: ['idea', 'pycharm', 'webstorm', 'goland'], editor: 'native' },
  { programs: ['nvim', 'vim', 'emacs'], editor: 'native' },
];

/** Where plugins and extensions of clients are installed, which may bring servers. */
export const PLUGIN_FOLDERS: readonly Pick<ConfigPlace, 'path' | 'moved'>[] = [
  { path: '~/.claude/plugins', moved: '$CLAUDE_CONFIG_DIR/plugins' },
  { path: '~/.gemini/extensions', moved: '$GEMINI_CLI_HOME/.gemini/extensions' },
];

/** Scripts that an editor's own Node runs: windows, servers, extension hosts. */
const SCRIPTS = ['bootstrap-fork', 'server-main', 'extensionHostProcess'];

/** Enough to spare a process. */
export const EDITOR_SCRIPT = new RegExp(`[\\\\/](?:${SCRIPTS.join('|')}|out[\\\\/]node[\\\\/]entry)(?:\\.js)?$`);
/** In the folder that an editor has them in: enough to take it for a client. With `/` on every system. */
export const EDITOR_SCRIPT_IN_PLACE = new RegExp(`/out/(?:${SCRIPTS.join('|')}|node/entry)(?:\\.js)?$`);
