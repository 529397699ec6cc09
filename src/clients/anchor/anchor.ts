import { programNamed } from '../../known/programs';
import { shellWords } from '../commandLine';
import { type PackageRun, packageName, packageRunOf } from '../runners';
import {
  isOwnServer,
  isRunModule,
  isSwitch,
  mayBeValue,
  plainProgram,
  runsTheFolder,
  startedBy,
} from '../runningPrograms';
import { layersOf } from '../unwrap';
import { engineAnchor } from './engine';
import { folderOfFlag } from './folderFlag';
import { type Anchor, BOUND, bound, INSTALLED, pathAnchor, SPEAKS_MCP } from './kinds';
import {
  ABSOLUTE,
  DATA,
  isComplete,
  isDotted,
  isRelativePath,
  OPEN_PATH,
  PLACEHOLDER,
  pathIn,
  SCRIPT,
} from './pathWords';
import { PUBLISHED, scriptOf, TEXT_FLAG } from './script';

/** A word of its own that speaks of MCP; a path or a value may merely hold those letters. */
const MCP_WORD = /^(?:--?)?[\w.:@-]*mcp[\w.:@-]*$/i;
/** A program with such a name may be given another one to run. */
const GATEWAY = /prox|gateway|inspect|mcpo\b|bridge|wrap|supervis|debug|runner|router|hub/i;
/** Flags that may say what a runner runs. */
const TASK_FLAG =
  /^--?(?:task|target|script|file|recipe|command|cmd|exec|run|entry|main|module|app|project|workspace|package|filter|service|goal|config)$/;
/** What follows is a task of the folder, whatever its name. */
const TASK_WORDS = new Set(['run', 'exec', 'task', 'script', 'start', 'dev', 'watch', 'x', 'do', 'serve', 'workspace']);
/** A transport, or a setting. */
const NEUTRAL = /^(?:stdio|sse|http|streamable-?http|[\d.:]+|[A-Za-z_]\w*=.*)$/s;
/** Commands of a server itself. */
const SERVE_WORDS = new Set(['serve', 'server', 'start']);
/** Folders that all kinds of programs share: a path through them says no more than a name. */
const SHARED_FOLDER =
  /^(?:(?:\/usr(?:\/local)?)?\/s?bin|\/opt\/(?:homebrew|local)\/bin|\/snap\/bin|.*\/(?:\.local|\.cargo|\.bun|\.deno|\.volta|\.npm-global|go|\.linuxbrew)\/bin|.*\/node_modules\/\.bin|.*\/\.nvm\/versions\/node\/[^/]+\/bin)\/[^/]+$/;
const MAX_WORDS = 1_000;
/** Only the end of a path is read. */
const MAX_PLACE_LENGTH = 1_000;
/** Packages that are a folder, an archive or a link, and no published name. */
const LOCAL_PACKAGE = /^(?:\.|file:|link:|portal:|workspace:|patch:)/;
/** Flags of package runners after which a folder decides what is run. */
const LOCAL_FLAGS = new Set(['-w', '--workspace', '--workspaces', '--no-install', '--no', '--project', '--directory']);

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
  if (PLACEHOLDER.test(command)) return OPEN_PATH.test(command) ? pathAnchor(command) : undefined;
  const run = packageRunOf(argv);
  if (run) return packageAnchor(run, argv);
  const program = plainProgram(command);
  const { isEngine, reachesElsewhere } = programNamed(program);
  if (isEngine) return engineAnchor(args);
  if (reachesElsewhere) return args.some((arg) => PLACEHOLDER.test(arg)) ? undefined : INSTALLED;
  if (isOwnServer(program, args)) return INSTALLED;
  const folder = folderOfFlag(program, args);
  if (folder !== undefined) return pathAnchor(folder);
  const started = startedBy(program, args);
  if (started) return startedAnchor(started, args);
  return runsTheFolder(program) ? runnerAnchor(program, command, args) : programAnchor(program, command, args);
}

/** A program that is none of the known ones: by its path, or installed. */
function programAnchor(program: string, command: string, args: readonly string[]): Anchor | undefined {
  if (!/[\\/]/.test(command)) return selfContained('program', [program], args);
  if (!ABSOLUTE.test(command) || isOfRunner(command)) return bound(args);
  if (!SHARED_FOLDER.test(command.slice(-MAX_PLACE_LENGTH))) return scriptAnchor(command, args);
  const anchor = selfContained('program', [program], args);
  return anchor?.kind === 'program' ? { ...anchor, kind: 'path' } : anchor;
}

/** A script of a package that runs what the folder defines: `…/node_modules/tsx/dist/cli.mjs`. */
function isOfRunner(path: string): boolean {
  const name = /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/.][^\\/]*)[\\/]/.exec(
    path.slice(-MAX_PLACE_LENGTH),
  )?.[1];
  return name !== undefined && runsTheFolder(name.replace(/-cli$/, ''));
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
  // The path may be the value of an unknown flag before it.
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

/** A command that another program starts: its own place decides. A bare name may be the project's. */
function startedAnchor(argv: readonly string[], all: readonly string[]): Anchor | undefined {
  if (all.some(isRelativePath)) return bound(all);
  const inner = layersOf(argv).at(-1) ?? [];
  const anchor = anchorOf(inner);
  if (anchor?.kind === 'program' || anchor?.module) return bound(all);
  return anchor?.kind === 'folder' ? bound(all) : anchor;
}

/** A script by its complete path. A module, a text (`-c`, `-e`), a task and a relative path are found from the folder. */
function runnerAnchor(program: string, command: string, args: readonly string[]): Anchor | undefined {
  const isBound = args.some(isRelativePath);
  // `/srv/bin/mcp --stdio` is a server of that name.
  if (/^(?:fast)?mcp$/.test(program) && /[\\/]/.test(command) && !['run', 'dev'].includes(args[0] ?? '')) {
    return ABSOLUTE.test(command) && !isBound ? pathAnchor(command) : bound(args);
  }
  const script = scriptOf(program, args);
  if (script === undefined || (isBound && !hasOnlyData(args))) return scriptlessAnchor(program, command, args);
  if (script === PUBLISHED) return isBound ? bound(args) : { kind: 'package', open: [] };
  const isTool = ABSOLUTE.test(script) && (runsTheFolder(plainProgram(script)) || isOfRunner(script));
  return isTool ? bound(args) : scriptAnchor(script, args);
}

/** A module of Python that is an MCP server may be installed. All else is the folder's. */
function scriptlessAnchor(program: string, command: string, args: readonly string[]): Anchor | undefined {
  const [flag = '', name = '', ...rest] = args.slice(args.findIndex((arg) => !isSwitch(arg)));
  const isModule = program === 'python' && flag === '-m' && !PLACEHOLDER.test(name) && !isRunModule(name);
  if (isModule && isSelfContained(['mcp'], rest)) return { ...BOUND, module: { python: command, name } };
  // The text itself may be open, and it is what runs.
  return args.some((arg) => TEXT_FLAG.test(arg)) && args.some((arg) => PLACEHOLDER.test(arg)) ? undefined : bound(args);
}

/** A program or script that its path names completely, whatever data of the folder its arguments name. */
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

/** @param names of the program and of the packages that it comes from */
function selfContained(
  kind: 'program' | 'package',
  names: readonly string[],
  args: readonly string[],
): Anchor | undefined {
  // The first word of an unknown program may be a task.
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
  // The server of a gateway has a command of its own.
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
    // Whether a short flag takes a value is not known.
    return flag.startsWith('--') || !/^[a-z][\w.:/-]*$/.test(arg);
  });
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
