import type { ProcessEntry } from '../os/platform';

/** Kernel names of editors' own processes; at most 15 characters on Linux. */
const EDITOR_NAMES = new Set(
  ['code', 'code-insiders', 'code-oss', 'codium', 'vscodium', 'cursor', 'windsurf', 'kiro', 'positron', 'trae', 'zed']
    .concat(['zed-editor', 'idea', 'pycharm', 'webstorm', 'goland', 'nvim', 'vim', 'emacs', 'code-server'])
    .concat(['electron']),
);

const EDITOR_EXECUTABLE =
  /(?:^|[\\/])(?:code|code-insiders|code-oss|codium|vscodium|cursor|windsurf|kiro|positron|trae|zed-editor|code-server)(?:\.exe)?$/i;
/** macOS: everything in an editor's bundle, whose name may contain blanks. */
const EDITOR_BUNDLE =
  /^(?:\/[^/ ]+)*\/(?:Visual Studio Code|VSCodium|Cursor|Windsurf|Kiro|Positron|Trae|Zed)(?: - \w+)?\.app\/Contents\//;
const EDITOR_SCRIPT =
  /[\\/](?:server-main\.js|bootstrap-fork(?:\.js)?|extensionHostProcess(?:\.js)?|code-server[\\/]out[\\/]node[\\/]entry(?:\.js)?)$/;

/**
 * Whether a process belongs to an editor itself: its window, its server, its extension hosts.
 * Generous on purpose: taking something for an editor only ever keeps it alive.
 */
export function isEditorProcess(entry: ProcessEntry): boolean {
  const args = entry.args ?? [];
  const [program = ''] = args;
  // Some systems give one line only.
  const argv = args.length === 1 ? program.split(' ') : args;
  if (entry.runsAsNode && isNodeProgram(entry.name, argv)) return false;
  if (EDITOR_NAMES.has(entry.name.toLowerCase().replace(/\.exe$/, ''))) return true;
  if (EDITOR_EXECUTABLE.test(argv[0] ?? '') || EDITOR_BUNDLE.test(program)) return true;
  return argv.some((arg) => EDITOR_SCRIPT.test(arg) || arg.startsWith('--type=extensionHost'));
}

const ELECTRON_NAME =
  /^(?:code|code-insiders|code-oss|codium|vscodium|cursor|windsurf|kiro|positron|trae|electron|node|MainThread)$/;

/** A script that an editor's own program runs as a plain Node, and that is none of the editor's: many servers are that. */
function isNodeProgram(name: string, argv: readonly string[]): boolean {
  const script = argv.slice(1).find((word) => !word.startsWith('-'));
  if (!ELECTRON_NAME.test(name) || script === undefined || !/\.[cm]?js$/.test(script)) return false;
  if (/[\\/]resources[\\/]app[\\/]/.test(script)) return false;
  return !argv.some((word) => EDITOR_SCRIPT.test(word) || word.startsWith('--type='));
}
