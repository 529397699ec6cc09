import { baseName, commandLineOfArgs, programOf } from './commandLine';
import { packageName, packageRunOf } from './runners';
import { isScriptRunner, layersOf } from './unwrap';

/** A program that starts MCP servers and talks to them. */
export interface KnownClient {
  readonly id: string;
  /** Name as people know it. */
  readonly title: string;
}

/** How the processes of one client look. Any one of the ways is enough. */
interface ClientProcess extends KnownClient {
  /** File names of its own executables, without `.exe`. */
  readonly programs?: readonly string[];
  /** Where its executable lies, whatever its name; with `/` on every system. */
  readonly place?: RegExp;
  /** Its bundle on macOS: the paths in there have blanks, and the system does not keep arguments apart. */
  readonly app?: RegExp;
  /** npm packages whose scripts are the client, started by an interpreter or a package runner. */
  readonly packages?: readonly string[];
  /** Names under which npm puts those scripts into a `bin` folder. */
  readonly scripts?: readonly string[];
}

/** An editor of VS Code's family. `home`: part of the path of its remote server. */
interface EditorProcess extends ClientProcess {
  readonly home: RegExp;
}

function bundle(name: string): RegExp {
  return new RegExp(`^"?(?:/[^/\\s"]+)*/${name}\\.app/`);
}

/** Clients that are no editors, the particular ones first: Claude Desktop's program has the name of Claude Code's. */
const CLIENTS: readonly ClientProcess[] = [
  {
    id: 'claude-desktop',
    title: 'Claude Desktop',
    programs: ['claude-desktop'],
    place: /\/(?:AnthropicClaude|WindowsApps\/Claude_[^/]*)\//,
    app: bundle('Claude'),
  },
  {
    id: 'claude-code',
    title: 'Claude Code',
    programs: ['claude'],
    place: /\/claude\/versions\/[\w.-]+$/,
    packages: ['@anthropic-ai/claude-code'],
    scripts: ['claude'],
  },
  {
    id: 'codex',
    title: 'Codex',
    programs: ['codex'],
    app: bundle('Codex'),
    packages: ['@openai/codex'],
    scripts: ['codex'],
  },
  {
    id: 'copilot-cli',
    title: 'Copilot CLI',
    programs: ['copilot'],
    packages: ['@github/copilot'],
    scripts: ['copilot'],
  },
  {
    id: 'gemini-cli',
    title: 'Gemini CLI',
    programs: ['gemini'],
    packages: ['@google/gemini-cli'],
    scripts: ['gemini'],
  },
  { id: 'opencode', title: 'opencode', programs: ['opencode', 'opencode-cli'], packages: ['opencode-ai'] },
  { id: 'cursor-cli', title: 'Cursor CLI', programs: ['cursor-agent'], place: /\/cursor-agent\/versions\// },
  {
    id: 'zed',
    title: 'Zed',
    programs: ['zed', 'zed-editor'],
    place: /\/zed-remote-server-[^/]+$/,
    app: bundle('Zed(?: Preview| Nightly)?'),
  },
  {
    id: 'mcp-inspector',
    title: 'MCP Inspector',
    // The daemon that holds its connections calls itself so.
    programs: ['mcpdod'],
    packages: ['@modelcontextprotocol/inspector'],
    scripts: ['mcp-inspector', 'mcpdo'],
  },
];

/** Clients that live in an extension host (Continue, Cline, Roo Code) are that editor. The last one stands for forks. */
const EDITORS: readonly EditorProcess[] = [
  { id: 'cursor', title: 'Cursor', programs: ['cursor'], app: bundle('Cursor'), home: /\/\.cursor-server\// },
  { id: 'windsurf', title: 'Windsurf', programs: ['windsurf'], app: bundle('Windsurf'), home: /\/\.windsurf-server\// },
  { id: 'kiro', title: 'Kiro', programs: ['kiro'], app: bundle('Kiro'), home: /\/\.kiro-server\// },
  {
    id: 'vscodium',
    title: 'VSCodium',
    programs: ['codium', 'vscodium'],
    app: bundle('VSCodium'),
    home: /\/\.vscodium-server\//,
  },
  {
    id: 'vscode-insiders',
    title: 'VS Code Insiders',
    programs: ['code-insiders', 'code - insiders'],
    app: bundle('Visual Studio Code - Insiders'),
    home: /\/\.vscode-server-insiders\//,
  },
  {
    id: 'code-server',
    title: 'code-server',
    programs: ['code-server'],
    home: /\/code-server(?:-[\w.]+)?\/(?:lib|out)\//,
  },
  { id: 'vscode', title: 'VS Code', programs: ['code'], app: bundle('Visual Studio Code'), home: /^/ },
];

/** The scripts that an editor's own Node runs; with any other script it is somebody else's program. */
const EDITOR_SCRIPT = /\/out\/(?:bootstrap-fork|server-main|node\/entry)(?:\.js)?$/;
/** Parts of an editor that start no servers: they draw, watch files, hold terminals. */
const NO_HOST =
  /\s--type=(?:renderer|gpu-process|zygote|broker|ptyHost|fileWatcher|crashpad-handler)\b|\s--utility-sub-type=(?!node\.mojom\.NodeService)/;
/** A program that an extension runs with the editor's own Node: a language server or the like. */
const EXTENSIONS_CHILD = /\s--(?:node-ipc|stdio|clientProcessId=)|\/extensions\/\S+\.[cm]?js(?:\s|$)/;

/** Arguments do not change, and are asked about at every sweep. */
const clientsOfArgs = new WeakMap<readonly string[], KnownClient | null>();

/**
 * Which MCP client a process is; undefined for all others. Generous where in doubt (on the desktop an editor's
 * extension host cannot be told from its other services): an ancestor taken for a client only ever keeps what runs below.
 * @param args as the platform gives them. @param name the kernel's name for it, used where there are no arguments.
 */
export function knownClientOf(args: readonly string[] | undefined, name: string): KnownClient | undefined {
  if (args === undefined || args.length === 0) return clientOf([[name]], name);
  const known = clientsOfArgs.get(args);
  if (known !== undefined) return known === null ? undefined : known;
  const client = clientOf(layersOf(commandLineOfArgs(args).argv), args.join(' ').replaceAll('\\', '/'));
  clientsOfArgs.set(args, client ?? null);
  return client;
}

function clientOf(layers: readonly (readonly string[])[], line: string): KnownClient | undefined {
  const client = CLIENTS.find((one) => isLike(one, layers, line));
  if (client) return { id: client.id, title: client.title };
  const editor = EDITORS.find((one) => isLike(one, layers, line)) ?? remoteEditor(layers);
  if (!editor || NO_HOST.test(line) || EXTENSIONS_CHILD.test(line)) return undefined;
  if (/\s--type=agentHost\b/.test(line))
    return { id: `${editor.id}-agent-host`, title: `${editor.title} (agent host)` };
  return { id: editor.id, title: editor.title };
}

function remoteEditor(layers: readonly (readonly string[])[]): EditorProcess | undefined {
  const script = layers.map(([first = '']) => first.replaceAll('\\', '/')).find((path) => EDITOR_SCRIPT.test(path));
  return script === undefined ? undefined : EDITORS.find(({ home }) => home.test(script));
}

function isLike(look: ClientProcess, layers: readonly (readonly string[])[], line: string): boolean {
  const { programs = [], place, app, packages = [], scripts = [] } = look;
  if (app?.test(line)) return true;
  return layers.some((argv, depth) => {
    const path = (argv[0] ?? '').replaceAll('\\', '/');
    const file = baseName(path)
      .replace(/\.exe$/i, '')
      .toLowerCase();
    // The innermost layer of `node /usr/bin/claude` is a script; a program's own name counts only as a program.
    if ((depth === 0 || !isScript(layers[depth - 1])) && programs.includes(file)) return true;
    if (place?.test(path)) return true;
    if (scripts.includes(file) && /\/\.?bin\/[^/]+$/.test(path)) return true;
    if (packages.some((one) => path.includes(`/node_modules/${one}/`) || path.includes(`/node_modules/${one}-`))) {
      return true;
    }
    return packageRunOf(argv)?.packages.some((spec) => packages.includes(packageName(spec))) ?? false;
  });
}

function isScript(argv: readonly string[] | undefined): boolean {
  return isScriptRunner(programOf(argv?.[0] ?? ''));
}
