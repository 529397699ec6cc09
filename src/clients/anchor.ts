import { programNamed } from '../known/programs';
import { shellWords } from './commandLine';
import { type PackageRun, packageName, packageRunOf } from './runners';
import {
  isOwnServer,
  isRunModule,
  isSwitch,
  isValued,
  mayBeValue,
  plainProgram,
  runsTheFolder,
  startedBy,
} from './runningPrograms';
import { layersOf } from './unwrap';

/** `${…}` of a configuration that nothing here could replace. */
export const PLACEHOLDER = /\$\{[^${}]{1,200}\}/;
export const PLACEHOLDERS = new RegExp(PLACEHOLDER, 'g');

/** What makes a command mean the same program wherever it runs. */
export type AnchorKind =
  /** An absolute path names what runs, or the folder that it runs from. */
  | 'path'
  /** A published package by its full name. */
  | 'package'
  /** An image or a container of an engine. */
  | 'image'
  /** A program that is found through PATH. */
  | 'program'
  /** Nothing does: the words mean what the folder makes of them. */
  | 'folder';

export interface Anchor {
  readonly kind: AnchorKind;
  /** Placeholders in the words that say which program runs; what they stand for has to be closed by something else. */
  readonly open: readonly string[];
  /** Its words hold paths of data that only the folder completes: they tell servers apart where an entry has a folder. */
  readonly hasFolderData?: true;
  /** The same words run a module that is installed, wherever the folder does not take its place. */
  readonly module?: PythonModule;
}

/** `python -m NAME`. */
export interface PythonModule {
  readonly python: string;
  readonly name: string;
}

/** Flags of an engine's `run` and `exec` that take no value. Another flag is taken for one that does. */
const ENGINE_SWITCHES =
  /^(?:-[itdPq]+|--(?:rm|interactive|tty|detach|init|privileged|read-only|publish-all|quiet|no-healthcheck|sig-proxy|replace|rmi|tls-verify|http-proxy|env-host|no-hosts|oom-kill-disable|disable-content-trust|use-api-socket))$/;
const ENGINE_VALUED =
  /^(?:-[evpwuhlmac]|--(?:env|env-file|volume|mount|publish|name|network|net|workdir|user|entrypoint|hostname|label|add-host|memory|cpus|platform|pull|gpus|device|cap-add|cap-drop|security-opt|shm-size|ulimit|tmpfs|log-driver|restart|dns|volumes-from|userns|ipc|pid|runtime|group-add))$/;
const MOUNTS = new Set(['-v', '--volume', '--mount']);

/** A path from the root, a home, a drive. `~name` is somebody's home, and no path of ours. */
const ABSOLUTE = /^(?:[\\/]|~[\\/]|\$HOME[\\/]|[A-Za-z]:[\\/])/;
const ADDRESS = /^[a-z][a-z0-9+.-]*:\/\//i;
const SCRIPT = /\.(?:[cm]?[jt]sx?|py|pyz|rb|sh|jar|php|pl|lua|exs?|dll|csproj|fsproj|toml|json|ya?ml)$/i;
/** Such of them that no runner takes for a program. */
const DATA = /\.(?:json|ya?ml|toml)$/i;
/** A placeholder that stands for whole folders: at the front, with a separator or nothing behind it. */
const OPEN_FRONT = /^(\$\{[^${}]{1,200}\})(?:[\\/]|$)/;
/** The same with something behind it: a whole word may be no path at all. */
const OPEN_PATH = /^\$\{[^${}]{1,200}\}[\\/]./;
/** What says of itself that it speaks MCP is no task runner. */
const SPEAKS_MCP = /mcp|modelcontextprotocol|smithery/i;
/** A word of its own that does; a path or a value may merely hold those letters. */
const MCP_WORD = /^(?:--?)?[\w.:@-]*mcp[\w.:@-]*$/i;
/** What is given to these may be a program. */
const GATEWAY = /prox|gateway|inspect|mcpo\b|bridge|wrap|supervis|debug|runner|router|hub/i;
/** Flags by which a runner may be told what to run. */
const TASK_FLAG =
  /^--?(?:task|target|script|file|recipe|command|cmd|exec|run|entry|main|module|app|project|workspace|package|filter|service|goal|config)$/;
/** What follows is a task of the folder, however it is called. */
const TASK_WORDS = new Set(['run', 'exec', 'task', 'script', 'start', 'dev', 'watch', 'x', 'do', 'serve', 'workspace']);
/** How it speaks, or a setting. */
const NEUTRAL = /^(?:stdio|sse|http|streamable-?http|[\d.:]+|[A-Za-z_]\w*=.*)$/s;
/** What a server may be told to do. */
const SERVE_WORDS = new Set(['serve', 'server', 'start']);
/** Folders of programs of all kinds: a path through them says no more than a name does. */
const SHARED_FOLDER =
  /^(?:(?:\/usr(?:\/local)?)?\/s?bin|\/opt\/(?:homebrew|local)\/bin|\/snap\/bin|.*\/(?:\.local|\.cargo|\.bun|\.deno|\.volta|\.npm-global|go|\.linuxbrew)\/bin|.*\/node_modules\/\.bin|.*\/\.nvm\/versions\/node\/[^/]+\/bin)\/[^/]+$/;
const MAX_WORDS = 1_000;
/** Of a path only its end is looked at. */
const MAX_PLACE_LENGTH = 1_000;
/** A package of another tool, or a URL, where its runner takes a path. */
const REMOTE_SCRIPT = /^(?:jsr:|npm:|https:\/\/)./;
/** Packages that are a folder, an archive or a link, and no published name. */
const LOCAL_PACKAGE = /^(?:\.|file:|link:|portal:|workspace:|patch:)/;
/** Flags of package runners after which a folder decides what is run. */
const LOCAL_FLAGS = new Set(['-w', '--workspace', '--workspaces', '--no-install', '--no', '--project', '--directory']);
/** A program's text, or a module, instead of a script. `-p` is an interpreter's version in Python's tools. */
const TEXT_FLAG =
  /^(?:-[cep]|-[a-zA-Z]?e|--eval|--print|-Command|-EncodedCommand|-[bBdEiIOPqsSuvx]*m.*|-[bBdEiIOPqsSuvx]*c)$/;

/**
 * What a command rests on. A command is bound to its folder unless something proves that it means the same everywhere:
 * of twelve common forms (`npx tsx src/server.ts`, `make serve`, `python3 -m app.main`) ten do not (K32).
 * @param argv the innermost command, without wrappers and shells
 * @returns undefined where a placeholder leaves open what runs, and nothing that can be observed would close it (K31)
 */
export function anchorOf(argv: readonly string[]): Anchor | undefined {
  // Commands within commands have an end.
  if (argv.length > MAX_WORDS) return undefined;
  const [command = '', ...args] = argv;
  const program = plainProgram(command);
  if (PLACEHOLDER.test(command)) return OPEN_PATH.test(command) ? pathAnchor(command) : undefined;
  const run = packageRunOf(argv);
  if (run) return packageAnchor(run, argv);
  const { isEngine, reachesElsewhere } = programNamed(program);
  if (isEngine) return engineAnchor(args);
  if (reachesElsewhere) return args.some((arg) => PLACEHOLDER.test(arg)) ? undefined : INSTALLED;
  if (isOwnServer(program, args)) return INSTALLED;
  const folder = folderOfFlag(program, args);
  if (folder !== undefined) return pathAnchor(folder);
  const started = startedBy(program, args);
  if (started) return startedAnchor(started, args);
  if (runsTheFolder(program)) return runnerAnchor(program, command, args);
  if (/[\\/]/.test(command)) {
    if (!ABSOLUTE.test(command) || isOfRunner(command)) return bound(args);
    if (!SHARED_FOLDER.test(command.slice(-MAX_PLACE_LENGTH))) return scriptAnchor(command, args);
    const anchor = selfContained('program', [program], args);
    return anchor?.kind === 'program' ? { ...anchor, kind: 'path' } : anchor;
  }
  return selfContained('program', [program], args);
}

const BOUND: Anchor = { kind: 'folder', open: [] };
const INSTALLED: Anchor = { kind: 'program', open: [] };

/** A script of a package that runs what the folder says: `…/node_modules/tsx/dist/cli.mjs`. */
function isOfRunner(path: string): boolean {
  const name = /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/.][^\\/]*)[\\/]/.exec(
    path.slice(-MAX_PLACE_LENGTH),
  )?.[1];
  return name !== undefined && runsTheFolder(name.replace(/-cli$/, ''));
}

/** Placeholders that are values of flags do not matter where the folder decides; others may be what is run. */
function bound(args: readonly string[]): Anchor | undefined {
  const isOpen = args.some((arg, at) => PLACEHOLDER.test(arg) && !arg.startsWith('-') && !mayBeValue(args, at));
  return isOpen ? undefined : BOUND;
}

/** @param path absolute, or one that begins with a placeholder. What stands open in its middle may be any part of it. */
function pathAnchor(path: string): Anchor | undefined {
  if (!PLACEHOLDER.test(path)) return { kind: 'path', open: [] };
  const front = OPEN_FRONT.exec(path)?.[1];
  return front === undefined || PLACEHOLDER.test(path.slice(front.length))
    ? undefined
    : { kind: 'path', open: [front] };
}

function packageAnchor({ packages, program = '', args }: PackageRun, argv: readonly string[]): Anchor | undefined {
  const names = [...packages.map(packageName), program];
  if ([...packages, program].some((one) => PLACEHOLDER.test(one))) return undefined;
  const runner = names.find(runsTheFolder);
  if (runner !== undefined) {
    const started = startedBy(runner, args);
    return started ? startedAnchor(started, args) : runnerAnchor(runner, runner, args);
  }
  const before = argv.slice(1, argv.length - args.length);
  const isLocal = packages.some((one) => LOCAL_PACKAGE.test(one)) || before.some((_, at) => isLocalFlag(before, at));
  if (isLocal || before.some(isRelativePath)) return bound(args);
  const path = packages.find((one) => ABSOLUTE.test(one));
  if (path !== undefined && args.some(isRelativePath)) return bound(args);
  // Behind a flag that nobody here knows a path may be its value.
  if (path !== undefined) {
    return program === '' && argv[argv.length - args.length - 2]?.startsWith('-') && args.length > 0
      ? selfContained('package', [], args)
      : pathAnchor(path);
  }
  return selfContained('package', names, args);
}

/** Whether a flag of a package runner makes a folder decide what is run. */
function isLocalFlag(argv: readonly string[], at: number): boolean {
  const [flag = '', inline] = (argv[at] as string).split(/=(.*)/s);
  const value = inline ?? argv[at + 1] ?? '';
  return LOCAL_FLAGS.has(flag) || (/^(?:--prefix|--cwd|-C|--dir)$/.test(flag) && !ABSOLUTE.test(value));
}

/** An image or a container is the same wherever its engine is asked from; a Compose project is a folder's. */
function engineAnchor(args: readonly string[]): Anchor | undefined {
  const at = args.findIndex((arg) => arg === 'run' || arg === 'exec' || arg === 'start');
  const before = args.slice(0, Math.max(0, at)).filter((arg) => !arg.startsWith('-'));
  if (at < 0 || before.includes('compose')) {
    const folder = before.includes('compose') ? folderOfFlag('docker-compose', args.slice(0, at)) : undefined;
    return folder === undefined ? bound(args) : pathAnchor(folder);
  }
  // Docker's own gateway: `docker mcp gateway run`.
  if (before.some((arg) => SPEAKS_MCP.test(arg))) return INSTALLED;
  if (args[at] === 'start') return args.some((arg) => PLACEHOLDER.test(arg)) ? undefined : { kind: 'image', open: [] };
  const mounts: string[] = [];
  let image = at + 1;
  while (args[image]?.startsWith('-')) {
    const [flag = '', inline] = (args[image] as string).split(/=(.*)/s);
    const value = inline ?? args[image + 1] ?? '';
    const takes = inline === undefined && !ENGINE_SWITCHES.test(flag);
    // The image itself, were this a switch.
    if (takes && !ENGINE_VALUED.test(flag) && PLACEHOLDER.test(value)) return undefined;
    if (MOUNTS.has(flag)) mounts.push(value);
    image += takes ? 2 : 1;
  }
  const arg = args[image];
  if (arg === undefined || PLACEHOLDER.test(arg)) return undefined;
  // An image of a language runs what is mounted into it; one that speaks MCP is given data.
  if (SPEAKS_MCP.test(arg) || args.length === image + 1) return { kind: 'image', open: [] };
  const sources = mounts.map((mount) => /(?:^|,)(?:src|source)=([^,]*)/.exec(mount)?.[1] ?? mount);
  if (sources.some((source) => /^\.{1,2}(?:[\\/:]|$)/.test(source))) return bound(args);
  const open = sources.flatMap((source) => /^\$\{[^${}]{1,200}\}/.exec(source)?.[0] ?? []);
  return sources.some((source) => PLACEHOLDER.test(source.replace(/^\$\{[^${}]{1,200}\}/, '')))
    ? undefined
    : { kind: 'image', open };
}

/** The folder that a flag names for what is run; undefined where none does, or what runs is still found from another. */
function folderOfFlag(program: string, args: readonly string[]): string | undefined {
  const { moves = [], names = [], anywhere = false } = programNamed(program).folderFlags ?? {};
  let isStarted = false;
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] as string;
    const [flag = '', inline] = arg.split(/=(.*)/s);
    const isMove = moves.includes(flag);
    if (isMove || names.includes(flag)) {
      const folder = inline ?? args[at + 1] ?? '';
      if (!ABSOLUTE.test(folder) && !OPEN_FRONT.test(folder)) return undefined;
      const others = args.filter((_, index) => index !== at && (inline !== undefined || index !== at + 1));
      if (isMove) return folder;
      const [starter] = startedBy(program, others) ?? [];
      const isBound = others.some(isRelativePath) || (starter !== undefined && runsTheFolder(plainProgram(starter)));
      return isBound ? undefined : folder;
    }
    if (arg === '--') return undefined;
    if (isValued(flag) && inline === undefined) at++;
    else if (!arg.startsWith('-') && !anywhere && !mayBeValue(args, at)) {
      // What follows the name of a task or script is for that.
      if (isStarted || !['run', 'exec', 'x', 'tool'].includes(arg)) return undefined;
      isStarted = true;
    }
  }
  return undefined;
}

/** What is started by another: that one's place decides, as far as it has one. A bare name may be the project's. */
function startedAnchor(argv: readonly string[], all: readonly string[]): Anchor | undefined {
  if (all.some(isRelativePath)) return bound(all);
  const inner = layersOf(argv).at(-1) ?? [];
  const anchor = anchorOf(inner);
  if (anchor?.kind === 'program' || anchor?.module) return bound(all);
  return anchor?.kind === 'folder' ? bound(all) : anchor;
}

/** A script by its whole path. A module, a text (`-c`, `-e`), a task and whatever is relative is found from the folder. */
function runnerAnchor(program: string, command: string, args: readonly string[]): Anchor | undefined {
  // `/srv/bin/mcp --stdio` is a server of that name.
  if (/^(?:fast)?mcp$/.test(program) && /[\\/]/.test(command) && !['run', 'dev'].includes(args[0] ?? '')) {
    return ABSOLUTE.test(command) && !args.some(isRelativePath) ? pathAnchor(command) : bound(args);
  }
  const script = scriptOf(program, args);
  if (script === undefined || (args.some(isRelativePath) && !hasOnlyData(args))) {
    const [flag = '', name = '', ...rest] = args.slice(args.findIndex((arg) => !isSwitch(arg)));
    const isModule = program === 'python' && flag === '-m' && !PLACEHOLDER.test(name) && !isRunModule(name);
    if (isModule && isSelfContained(['mcp'], rest)) return { ...BOUND, module: { python: command, name } };
    // The text itself may be open, and it is what runs.
    return args.some((arg) => TEXT_FLAG.test(arg)) && args.some((arg) => PLACEHOLDER.test(arg))
      ? undefined
      : bound(args);
  }
  if (script === PUBLISHED) return args.some(isRelativePath) ? bound(args) : { kind: 'package', open: [] };
  const isTool = ABSOLUTE.test(script) && (runsTheFolder(plainProgram(script)) || isOfRunner(script));
  return isTool ? bound(args) : scriptAnchor(script, args);
}

/** What a path names whole, whatever data of the folder its arguments name. */
function scriptAnchor(path: string, args: readonly string[]): Anchor | undefined {
  if (!args.some(isRelativePath)) return pathAnchor(path);
  const anchor = hasOnlyData(args) ? pathAnchor(path) : undefined;
  return anchor ? { ...anchor, hasFolderData: true } : bound(args);
}

/** A relative path that a flag names, and that is no program: `--root .`. Alone it may be what is run. */
function hasOnlyData(args: readonly string[]): boolean {
  return args.every((arg, at) => {
    if (!isRelativePath(arg)) return true;
    const isNamed = arg.startsWith('-') || mayBeValue(args, at);
    return isNamed && isDotted(pathIn(arg)) && (!SCRIPT.test(arg) || DATA.test(arg));
  });
}

const PUBLISHED = Symbol('published');

/** What a runner is told to run, where that is a whole path or a published address; undefined where it may be another. */
function scriptOf(program: string, args: readonly string[]): string | typeof PUBLISHED | undefined {
  if (program === 'nix')
    return args[0] === 'run' && /^(?:(?:github|gitlab|sourcehut|(?:git\+)?https):|nixpkgs#)[^$]+$/.test(args[1] ?? '')
      ? PUBLISHED
      : undefined;
  const { script, shell } = programNamed(program);
  let argv = script;
  if (!argv) return undefined;
  let isUncertain = false;
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] as string;
    const next = args[at + 1] ?? '';
    if (/^-(?:cp|classpath)$|^--?(?:class|module)-path$/.test(arg) && /^javaw?$/.test(program)) {
      return next.split(/[:;](?![\\/])/).every((one) => ABSOLUTE.test(one)) ? next : undefined;
    }
    if (shell === 'posix' && /^-[efuxh]+$/.test(arg)) continue;
    if (TEXT_FLAG.test(arg) || (arg === '-r' && program === 'php')) return undefined;
    if (/^(?:ruby|perl|php|lua|luajit)$/.test(program) && /^-[IdErCxl]$/.test(arg)) at++;
    else if (arg === '--' || isSwitch(arg) || (arg.startsWith('-') && arg.includes('='))) continue;
    else if (isValued(arg)) at++;
    else if (arg.startsWith('-')) {
      const isUnknown = !/^-[DX]/.test(arg);
      isUncertain ||= isUnknown;
      // It is the script, or a value before it.
      if (isUnknown && !next.startsWith('-') && !isCompletePath(next)) return undefined;
    } else if (argv.includes(arg)) argv = [];
    else if (isPublished(program, arg)) return PUBLISHED;
    else if (!isCompletePath(arg)) return undefined;
    else if (isUncertain && args.slice(at + 1).some((one) => !one.startsWith('-') && !isCompletePath(one)))
      return undefined;
    else return arg;
  }
  return undefined;
}

function isCompletePath(arg: string): boolean {
  return ABSOLUTE.test(arg) || OPEN_PATH.test(arg);
}

/** What a language's own tool fetches: a package of Go with a version, one of Deno's addresses, Maven's coordinates. */
function isPublished(program: string, arg: string): boolean {
  if (PLACEHOLDER.test(arg)) return false;
  if (program === 'go') return /^[\w-]+(?:\.[\w-]+)+\/[^@]+@[\w.+-]+$/.test(arg);
  if (program === 'deno') return REMOTE_SCRIPT.test(arg);
  return program === 'jbang' && /^(?:[\w.-]+:[\w.-]+:[\w.-]+|https:\/\/.+)$/.test(arg);
}

/** A word that only the working folder makes a path: `src/server.ts`, `.`, `--config=./x`. */
function isRelativePath(arg: string): boolean {
  const value = pathIn(arg);
  if (value === '' || ABSOLUTE.test(value) || ADDRESS.test(value) || OPEN_FRONT.test(value)) return false;
  if (REMOTE_SCRIPT.test(value) || /^[\w.-]+@[\w.-]+:/.test(value)) return false;
  return isDotted(value) || SCRIPT.test(value);
}

function pathIn(arg: string): string {
  return arg.startsWith('-') ? (/=(.*)$/s.exec(arg)?.[1] ?? '') : arg;
}

function isDotted(path: string): boolean {
  return /^\.{1,2}(?:[\\/]|$)/.test(path);
}

/** @param names of the program and of the packages that it comes from */
function selfContained(
  kind: 'program' | 'package',
  names: readonly string[],
  args: readonly string[],
): Anchor | undefined {
  // The first word of a program that nobody here knows may be a task.
  const isKnown = names.some((name) => SPEAKS_MCP.test(name) || name.startsWith('@'));
  const task = args.findIndex((arg, at) => !arg.startsWith('-') && !mayBeValue(args, at));
  if (!isKnown && PLACEHOLDER.test(args[task] ?? '')) return undefined;
  if (isSelfContained(names, args)) return { kind, open: [] };
  const isOfData = args.every((arg) => !isRelativePath(arg) || (isDotted(pathIn(arg)) && !SCRIPT.test(arg)));
  const withoutData = args.map((arg) => (isRelativePath(arg) ? '/' : arg));
  const [first = ''] = args.filter((arg) => !arg.startsWith('-'));
  const isServer = names.some((name) => SPEAKS_MCP.test(name)) || (MCP_WORD.test(first) && args[0] === first);
  const isGateway = args.includes('--') || names.some((name) => GATEWAY.test(name));
  return isOfData && isServer && !isGateway && isSelfContained(names, withoutData)
    ? { kind, open: [], hasFolderData: true }
    : bound(args);
}

/**
 * Whether the words of an installed program or package leave nothing to the folder: no relative path, and no bare word
 * that may name a task or a module of it, unless the words say that this is an MCP server.
 */
function isSelfContained(names: readonly string[], args: readonly string[]): boolean {
  if (args.some(isRelativePath)) return false;
  const at = args.findIndex((_, index) => commandAt(args, index) !== undefined);
  // A gateway's server is a command of its own.
  if (at >= 0) {
    const anchor = anchorOf(layersOf(commandAt(args, at) as readonly string[]).at(-1) ?? []);
    if (!anchor || anchor.kind === 'folder' || anchor.hasFolderData || anchor.open.length > 0) return false;
  }
  const own = at < 0 ? args : args.slice(0, at);
  if (names.some((name) => SPEAKS_MCP.test(name))) return true;
  const says = own.findIndex((arg, index) => MCP_WORD.test(arg) && !mayBeValue(own, index));
  if (says >= 0 && !own.slice(0, says).some((arg) => TASK_WORDS.has(arg))) return true;
  const isServer = names.some((name) => /server/i.test(name));
  const isRunner = !isServer && !names.some((name) => name.startsWith('@'));
  return own.every((arg, index) => {
    const [name = '', inline] = arg.split(/=(.*)/s);
    if (arg.startsWith('-')) return inline === undefined || !isRunner || !TASK_FLAG.test(name) || isComplete(inline);
    if (arg === '' || isComplete(arg) || NEUTRAL.test(arg) || (isServer && SERVE_WORDS.has(arg))) return true;
    const flag = own[index - 1] ?? '';
    if (!mayBeValue(own, index) || (isRunner && TASK_FLAG.test(flag))) return false;
    // Of a short flag nobody knows whether it takes a value.
    return flag.startsWith('--') || !/^[a-z][\w.:/-]*$/.test(arg);
  });
}

function isComplete(arg: string): boolean {
  return ABSOLUTE.test(arg) || ADDRESS.test(arg) || PLACEHOLDER.test(arg);
}

/** The command that begins at a word, or that is one, where that is known to start others. */
function commandAt(args: readonly string[], at: number): readonly string[] | undefined {
  const arg = args[at] as string;
  const text = /\s/.test(arg) ? shellWords(arg) : undefined;
  const program = plainProgram(text?.[0] ?? arg);
  const { isGatewayCommand, isEngine } = programNamed(program);
  if (!isGatewayCommand && !isEngine) return undefined;
  const argv = text ?? args.slice(at);
  return argv.length < 2 && mayBeValue(args, at) ? undefined : argv;
}
