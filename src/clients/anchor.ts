import { programOf } from './commandLine';
import { type PackageRun, packageName, packageRunOf } from './runners';
import { isScriptRunner } from './unwrap';

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
}

/** They run what a folder's own files say. Their words mean nothing without that folder. */
const RUN_THE_FOLDER = new Set([
  ...['make', 'gmake', 'just', 'task', 'go-task', 'rake', 'ant', 'mvn', 'mvnw', 'gradle', 'gradlew', 'bazel', 'pants'],
  ...['npm', 'npx', 'pnpm', 'pnpx', 'yarn', 'bun', 'bunx', 'deno', 'ni', 'nr', 'nx', 'turbo', 'lerna', 'rush', 'moon'],
  ...['tsx', 'ts-node', 'ts-node-esm', 'vite-node', 'esno', 'jiti', 'babel-node', 'swc-node', 'esbuild-runner', 'esr'],
  ...['nodemon', 'pm2', 'forever', 'concurrently', 'wireit', 'vite', 'next', 'nuxt', 'astro', 'wrangler', 'electron'],
  ...['cross-env', 'dotenv', 'dotenvx', 'env-cmd', 'envmcp', 'varlock', 'infisical', 'doppler', 'op'],
  ...['uv', 'uvx', 'pipx', 'poetry', 'pdm', 'hatch', 'rye', 'pipenv', 'pixi', 'conda', 'mamba', 'micromamba', 'tox'],
  ...['nox', 'invoke', 'inv', 'fab', 'doit', 'poe', 'mcp', 'fastmcp', 'uvicorn', 'gunicorn', 'hypercorn', 'flask'],
  ...['streamlit', 'ipython', 'honcho', 'foreman', 'overmind', 'goreman', 'hivemind', 'process-compose'],
  ...[
    'cargo',
    'go',
    'java',
    'javaw',
    'dotnet',
    'kotlin',
    'scala',
    'sbt',
    'mill',
    'lein',
    'clj',
    'clojure',
    'bb',
    'jbang',
  ],
  ...['swift', 'dart', 'flutter', 'mix', 'elixir', 'iex', 'stack', 'cabal', 'zig', 'nim', 'crystal', 'dub'],
  ...['bundle', 'rails', 'composer', 'php', 'symfony', 'lua', 'luajit', 'julia', 'rscript', 'r', 'tclsh', 'guile'],
  ...[
    'mise',
    'asdf',
    'volta',
    'fnm',
    'nvm',
    'direnv',
    'devbox',
    'nix',
    'nix-shell',
    'flox',
    'watchexec',
    'entr',
    'air',
  ],
  ...['docker-compose', 'podman-compose', 'tilt', 'skaffold', 'earthly', 'dagger', 'sam', 'func', 'firebase'],
  ...[
    'cmd',
    'powershell',
    'pwsh',
    'env',
    'bwrap',
    'sudo',
    'doas',
    'xargs',
    'time',
    'timeout',
    'nice',
    'script',
    'flock',
  ],
]);

/** What looks like a path there may be an image. */
const ENGINES = new Set(['docker', 'podman', 'nerdctl']);
/** Flags of an engine's `run` and `exec` that take no value. Another flag is taken for one that does. */
const ENGINE_SWITCHES =
  /^(?:-[itdPq]+|--(?:rm|interactive|tty|detach|init|privileged|read-only|publish-all|quiet|no-healthcheck|sig-proxy))$/;

/** Flags that name the folder of what is run, by program. Those of `moves` change the working folder as well. */
const FOLDER_FLAGS: Readonly<Record<string, { moves?: readonly string[]; names?: readonly string[] }>> = {
  npm: { moves: ['--prefix', '-C'] },
  pnpm: { moves: ['-C', '--dir', '--prefix'] },
  yarn: { moves: ['--cwd'] },
  bun: { moves: ['--cwd'] },
  make: { moves: ['-C', '--directory'] },
  uv: { moves: ['--directory'], names: ['--project'] },
  poetry: { moves: ['-C', '--directory'], names: ['-P', '--project'] },
  pdm: { names: ['-p', '--project'] },
  cargo: { moves: ['-C'], names: ['--manifest-path'] },
  go: { moves: ['-C'] },
  dotnet: { names: ['--project'] },
  gradle: { moves: ['-p', '--project-dir'] },
  mvn: { names: ['-f', '--file'] },
  just: { moves: ['-d', '--working-directory'] },
  task: { moves: ['-d', '--dir'] },
  mise: { moves: ['-C', '--cd'] },
};

/** A path from the root, a home, a drive. `~name` is somebody's home, and no path of ours. */
const ABSOLUTE = /^(?:[\\/]|~[\\/]|[A-Za-z]:[\\/])/;
const ADDRESS = /^[a-z][a-z0-9+.-]*:\/\//i;
const SCRIPT = /\.(?:[cm]?[jt]sx?|py|pyz|rb|sh|jar|php|pl|lua|exs?|dll|csproj|fsproj|toml|json|ya?ml)$/i;
/** A placeholder that stands for whole folders: at the front, with a separator or nothing behind it. */
const OPEN_FRONT = /^(\$\{[^${}]{1,200}\})(?:[\\/]|$)/;
/** The same with something behind it: a whole word may be no path at all. */
const OPEN_PATH = /^\$\{[^${}]{1,200}\}[\\/]./;
/** What says of itself that it speaks MCP is no task runner. */
const SPEAKS_MCP = /mcp|modelcontextprotocol/i;
/** Says how, sets something, or is a published package's name. */
const NEUTRAL = /^(?:run|exec|x|[A-Za-z_]\w*=.*|@[\w.-]+\/[\w.-]+(?:@.*)?)$/s;
/** Packages that are a folder, an archive or a link, and no published name. */
const LOCAL_PACKAGE = /^(?:\.|file:|link:|portal:|workspace:|patch:)/;
/** Flags of package runners after which a folder decides what is run. */
const LOCAL_FLAGS = new Set(['-w', '--workspace', '--workspaces', '--no-install', '--no', '--project', '--directory']);

/** Words of a runner that only say "run it". */
const RUN_WORDS = new Set(['run', 'exec', 'x', 'start', 'watch', 'dev']);

/**
 * What a command rests on. A command is bound to its folder unless something proves that it means the same everywhere:
 * of twelve common forms (`npx tsx src/server.ts`, `make serve`, `python3 -m app.main`) ten do not (K32).
 * @param words the innermost command, without wrappers and shells
 * @returns undefined where a placeholder leaves open what runs, and nothing that can be observed would close it (K31)
 */
export function anchorOf(words: readonly string[]): Anchor | undefined {
  const [command = '', ...args] = words;
  const program = programOf(command);
  if (PLACEHOLDER.test(command)) return OPEN_PATH.test(command) ? pathAnchor(command) : undefined;
  const run = packageRunOf(words);
  if (run) return packageAnchor(run, words);
  if (ENGINES.has(program)) return engineAnchor(args);
  const folder = folderOfFlag(program, args);
  if (folder !== undefined) return pathAnchor(folder);
  if (isScriptRunner(program) || RUN_THE_FOLDER.has(program)) return runnerAnchor(args);
  if (/[\\/]/.test(command)) {
    return ABSOLUTE.test(command) && !args.some(isRelativePath) ? pathAnchor(command) : BOUND;
  }
  return isSelfContained([command], args) ? { kind: 'program', open: [] } : bound(args);
}

const BOUND: Anchor = { kind: 'folder', open: [] };

/** Placeholders that are values of flags do not matter where the folder decides; others may be what is run. */
function bound(args: readonly string[]): Anchor | undefined {
  const isOpen = args.some(
    (arg, at) => PLACEHOLDER.test(arg) && !arg.startsWith('-') && !args[at - 1]?.startsWith('-'),
  );
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

function packageAnchor({ packages, program = '', args }: PackageRun, words: readonly string[]): Anchor | undefined {
  const names = [...packages.map(packageName), program];
  if ([...packages, program].some((one) => PLACEHOLDER.test(one))) return undefined;
  if (names.some((name) => RUN_THE_FOLDER.has(name))) return runnerAnchor(args);
  const before = words.slice(1, words.length - args.length);
  const isLocal = packages.some((one) => LOCAL_PACKAGE.test(one)) || before.some((word) => LOCAL_FLAGS.has(word));
  if (isLocal || before.some(isRelativePath)) return bound(args);
  const path = packages.find((one) => ABSOLUTE.test(one));
  if (path !== undefined) return pathAnchor(path);
  return isSelfContained(names, args) ? { kind: 'package', open: [] } : bound(args);
}

/** An image or a container is the same wherever its engine is asked from; a Compose project is a folder's. */
function engineAnchor(args: readonly string[]): Anchor | undefined {
  const at = args.findIndex((arg) => arg === 'run' || arg === 'exec');
  const before = args.slice(0, Math.max(0, at)).filter((arg) => !arg.startsWith('-'));
  if (at < 0 || before.includes('compose')) return bound(args);
  // Docker's own gateway: `docker mcp gateway run`.
  if (before.some((arg) => SPEAKS_MCP.test(arg))) return { kind: 'program', open: [] };
  let image = at + 1;
  while (args[image]?.startsWith('-')) {
    const flag = args[image] as string;
    image += flag.includes('=') || ENGINE_SWITCHES.test(flag) ? 1 : 2;
  }
  const word = args[image];
  return word === undefined || PLACEHOLDER.test(word) ? undefined : { kind: 'image', open: [] };
}

/** The folder that a flag names for what is run; undefined where none does, or what runs is still found from another. */
function folderOfFlag(program: string, args: readonly string[]): string | undefined {
  const { moves = [], names = [] } = FOLDER_FLAGS[program] ?? {};
  for (const [at, arg] of args.entries()) {
    const [flag = '', inline] = arg.split(/=(.*)/s);
    const isMove = moves.includes(flag);
    if (!isMove && !names.includes(flag)) continue;
    const folder = inline ?? args[at + 1] ?? '';
    if (!ABSOLUTE.test(folder) && !OPEN_FRONT.test(folder)) return undefined;
    const others = args.filter((_, index) => index !== at && (inline !== undefined || index !== at + 1));
    return isMove || !others.some(isRelativePath) ? folder : undefined;
  }
  return undefined;
}

/** A script by its whole path. A module, a text (`-c`, `-e`), a task and whatever is relative is found from the folder. */
function runnerAnchor(args: readonly string[]): Anchor | undefined {
  const script = args.findIndex((arg) => ABSOLUTE.test(arg) || OPEN_PATH.test(arg));
  const before = script < 0 ? args : args.slice(0, script);
  const isOther = before.some(
    (arg, at) => !arg.startsWith('-') && !RUN_WORDS.has(arg) && !args[at - 1]?.startsWith('-'),
  );
  const isText = before.some((arg) => /^(?:-m|-c|-e|-p|--eval|--print)$/.test(arg));
  if (script < 0 || isOther || isText || args.some(isRelativePath)) {
    // The text itself may be open, and it is what runs.
    return isText && args.some((arg) => PLACEHOLDER.test(arg)) ? undefined : bound(args);
  }
  return pathAnchor(args[script] as string);
}

/** A word that only the working folder makes a path: `src/server.ts`, `.`, `--config=./x`. */
function isRelativePath(word: string): boolean {
  const value = word.startsWith('-') ? (/=(.*)$/s.exec(word)?.[1] ?? '') : word;
  if (value === '' || ABSOLUTE.test(value) || ADDRESS.test(value) || OPEN_FRONT.test(value)) return false;
  return /^\.{1,2}(?:[\\/]|$)/.test(value) || SCRIPT.test(value);
}

/**
 * Whether the words of an installed program or package leave nothing to the folder: no relative path, and no bare word
 * that may name a task or a module of it, unless the words say that this is an MCP server.
 */
function isSelfContained(names: readonly string[], args: readonly string[]): boolean {
  if (args.some(isRelativePath)) return false;
  if ([...names, ...args].some((word) => SPEAKS_MCP.test(word))) return true;
  return args.every((arg, at) => {
    if (arg === '' || arg.startsWith('-') || args[at - 1]?.startsWith('-') || NEUTRAL.test(arg)) return true;
    return ABSOLUTE.test(arg) || ADDRESS.test(arg) || PLACEHOLDER.test(arg);
  });
}
