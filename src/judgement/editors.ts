import { CLIENTS, EDITOR_SCRIPT, type KnownClient, OTHER_EDITORS } from '../known/clients';
import { baseName } from '../known/programs';
import type { ProcessEntry } from '../os/platform';

const EDITORS = [...CLIENTS, ...OTHER_EDITORS].filter(({ editor }) => editor);
/** Editors' own programs, and kernel names of their processes: at most 15 characters on Linux. */
const PROGRAMS = programsOf(EDITORS);
const ELECTRON_PROGRAMS = programsOf(EDITORS.filter(({ editor }) => editor === 'electron'));
/** Names of Electron editors in development, and of Node in an editor. */
const ELECTRON_NAMES = new Set([...ELECTRON_PROGRAMS, 'electron', 'node', 'MainThread']);
/** macOS: any program in an editor's bundle, whose name may contain blanks. */
const BUNDLE = new RegExp(
  `^(?:/[^/ ]+)*/(?:${EDITORS.flatMap(({ app }) => app ?? []).join('|')})(?: - \\w+)?\\.app/Contents/`,
);

function programsOf(editors: readonly Pick<KnownClient, 'programs'>[]): ReadonlySet<string> {
  return new Set(editors.flatMap(({ programs = [] }) => programs));
}

/**
 * Whether a process belongs to an editor itself: its window, its server, its extension hosts.
 * Generous, because a wrong positive only spares a process.
 */
export function isEditorProcess(entry: ProcessEntry): boolean {
  const args = entry.args ?? [];
  const [program = ''] = args;
  // Some systems give arguments as one line.
  const argv = args.length === 1 ? program.split(' ') : args;
  if (entry.runsAsNode && isNodeProgram(entry.name, argv)) return false;
  const name = plainName(entry.name);
  if (name === 'electron' || PROGRAMS.has(name)) return true;
  if (PROGRAMS.has(plainName(baseName(argv[0] ?? ''))) || BUNDLE.test(program)) return true;
  return argv.some((arg) => EDITOR_SCRIPT.test(arg) || arg.startsWith('--type=extensionHost'));
}

function plainName(name: string): string {
  return name.toLowerCase().replace(/\.exe$/, '');
}

/** A script that an editor's program runs as a plain Node, but that is not the editor's: many servers are. */
function isNodeProgram(name: string, argv: readonly string[]): boolean {
  const script = argv.slice(1).find((arg) => !arg.startsWith('-'));
  if (!ELECTRON_NAMES.has(name) || script === undefined || !/\.[cm]?js$/.test(script)) return false;
  if (/[\\/]resources[\\/]app[\\/]/.test(script)) return false;
  return !argv.some((arg) => EDITOR_SCRIPT.test(arg) || arg.startsWith('--type='));
}
