import { memoizeWeak } from '../common/memo';
import { CLIENTS, EDITOR_SCRIPT_IN_PLACE, type KnownClient, VSCODE } from '../known/clients';
import { baseName, programNamed, programOf } from '../known/programs';
import { commandLineOfArgs } from './commandLine';
import { packageName, packageRunOf } from './runners';
import { layersOf } from './unwrap';

/** The client that a process is. */
export interface RunningClient {
  /** Name as people know it. */
  readonly title: string;
}

/** The family of VS Code comes last: all others are recognised beyond doubt. */
const FAMILY = CLIENTS.filter(({ remote }) => remote);
const LOCAL_CLIENTS = CLIENTS.filter(({ remote }) => !remote);
const BUNDLES = new Map(
  CLIENTS.flatMap((client) =>
    client.app === undefined ? [] : [[client, new RegExp(`^"?(?:/[^/\\s"]+)*/${client.app}\\.app/`)] as const],
  ),
);

/** Parts of an editor that start no servers: they draw, watch files, hold terminals. */
const NO_HOST =
  /\s--type=(?:renderer|gpu-process|zygote|broker|ptyHost|fileWatcher|crashpad-handler)\b|\s--utility-sub-type=(?!node\.mojom\.NodeService)/;
/** A program that an extension runs with the editor's own Node, such as a language server. */
const EXTENSIONS_CHILD = /\s--(?:node-ipc|stdio|clientProcessId=)|\/extensions\/\S+\.[cm]?js(?:\s|$)/;

/** Arguments do not change, and every scan asks about them. */
const clientOfArgs = memoizeWeak((args: readonly string[]) =>
  clientOf(layersOf(commandLineOfArgs(args).argv), args.join(' ').replaceAll('\\', '/')),
);

/**
 * The MCP client that a process is; undefined for all others. Generous in doubt (on the desktop an editor's extension
 * host resembles its other services): an ancestor that wrongly counts as a client only spares what runs below.
 * @param args as the platform gives them. @param name the kernel's name for it, used where there are no arguments.
 */
export function knownClientOf(args: readonly string[] | undefined, name: string): RunningClient | undefined {
  if (args === undefined || args.length === 0) return clientOf([[name]], name);
  return clientOfArgs(args);
}

function clientOf(layers: readonly (readonly string[])[], line: string): RunningClient | undefined {
  const client = LOCAL_CLIENTS.find((one) => isLike(one, layers, line));
  if (client) return { title: client.title };
  const editor = FAMILY.find((one) => isLike(one, layers, line)) ?? remoteEditor(layers);
  if (!editor || NO_HOST.test(line) || EXTENSIONS_CHILD.test(line)) return undefined;
  return { title: /\s--type=agentHost\b/.test(line) ? `${editor.title} (agent host)` : editor.title };
}

/** An editor's own script, run by a Node; an unknown fork counts as VS Code. */
function remoteEditor(layers: readonly (readonly string[])[]): KnownClient | undefined {
  const paths = layers.map(([first = '']) => first.replaceAll('\\', '/'));
  const script = paths.find((path) => EDITOR_SCRIPT_IN_PLACE.test(path));
  return script === undefined ? undefined : (FAMILY.find(({ remote }) => remote?.test(script)) ?? VSCODE);
}

function isLike(client: KnownClient, layers: readonly (readonly string[])[], line: string): boolean {
  return BUNDLES.get(client)?.test(line) || layers.some((argv, depth) => isRunBy(client, argv, layers[depth - 1]));
}

/** @param outer the command that starts this one */
function isRunBy(client: KnownClient, argv: readonly string[], outer: readonly string[] | undefined): boolean {
  const { programs = [], place, packages = [], scripts = [] } = client;
  const path = (argv[0] ?? '').replaceAll('\\', '/');
  const file = baseName(path)
    .replace(/\.exe$/i, '')
    .toLowerCase();
  // The innermost layer of `node /usr/bin/claude` is a script; a program's own name counts only as a program.
  if (!isInterpreted(outer) && programs.includes(file)) return true;
  if (place?.test(path)) return true;
  if (scripts.includes(file) && /\/\.?bin\/[^/]+$/.test(path)) return true;
  if (packages.some((one) => path.includes(`/node_modules/${one}/`) || path.includes(`/node_modules/${one}-`))) {
    return true;
  }
  return packageRunOf(argv)?.packages.some((spec) => packages.includes(packageName(spec))) ?? false;
}

function isInterpreted(outer: readonly string[] | undefined): boolean {
  return outer !== undefined && programNamed(programOf(outer[0] ?? '')).isInterpreter === true;
}
