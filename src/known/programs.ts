// Programs by name, each once: all code that knows programs by their names reads this table, and scripts/build.mjs
// prints it into the shell script of `mcp-processes run`.

import { lazy } from '../common/memo';

/** Where the inner command is in the arguments of a program that starts or becomes it. */
export type InnerCommand =
  /** Directly after the program, unless a flag is there. */
  | { readonly kind: 'next' }
  /** After the program's own flags, of which `valued` take a value, and `words` words of its own. */
  | { readonly kind: 'flags'; readonly valued: readonly string[]; readonly words: number }
  /** After `--`, where the first argument is one of `command`; undefined: any. */
  | { readonly kind: 'dashes'; readonly command: readonly string[] | undefined }
  /** After `NAME=value`, as for `env`. */
  | { readonly kind: 'assignments' }
  /** After `/c` or `/k`. */
  | { readonly kind: 'switch' }
  /** After a folder, where the first argument is `command`. */
  | { readonly kind: 'folder'; readonly command: string };

/** How a package runner names its package. */
export interface PackageRunner {
  readonly ecosystem: 'npm' | 'python';
  /** The possible words between the program and its package; an empty list: none. */
  readonly ways: readonly (readonly string[])[];
  /** It prefers the folder's own program of that name to a download. */
  readonly prefersFolder?: true;
}

/** Flags that name the folder of the command. */
export interface FolderFlags {
  /** Flags that change the working folder as well. */
  readonly moves?: readonly string[];
  readonly names?: readonly string[];
  /** The flags count after the name of a task too. */
  readonly anywhere?: true;
}

/** What is known of a program. Absent properties do not apply. */
export interface Program {
  /** Other names of the same program. */
  readonly aliases?: readonly string[];
  /** File names of its script, where an interpreter runs it. */
  readonly scripts?: readonly string[];
  /** It adopts orphans, so that it did not start all its children. */
  readonly adoptsOrphans?: true;
  /** It only starts other programs: it is neither owner nor client of what runs below it. */
  readonly isWrapper?: true;
  /** It runs a program that its arguments name, so that its own name says nothing. */
  readonly isInterpreter?: true;
  /** A shell that runs the text after `-c`; `posix`: with the flags that POSIX shells share. */
  readonly shell?: 'posix' | 'other';
  /** A client of a container engine. */
  readonly isEngine?: true;
  /** It runs the containers of a Compose project. */
  readonly isCompose?: true;
  /** Its name and place do not distinguish servers: only its arguments do. */
  readonly isGeneric?: true;
  /** It runs its command as another user. */
  readonly asOtherUser?: true;
  readonly inner?: InnerCommand;
  readonly packages?: PackageRunner;
  /** It runs what the files of a folder define. Its words mean nothing without that folder. */
  readonly runsFolder?: true;
  /** It takes a script as its first argument, after any of these words. Such a program can run a folder too. */
  readonly script?: readonly string[];
  /** It starts a command that a project's environment may provide, after one of these words; none: after its flags. */
  readonly command?: readonly string[];
  /** Words for its own built-in servers. */
  readonly ownServers?: readonly string[];
  /** Its arguments name in full where it runs, and what. */
  readonly reachesElsewhere?: true;
  /** It may be the server's command in the arguments of a gateway. */
  readonly isGatewayCommand?: true;
  /** Its name is an ordinary word, which other programs and scripts have too. */
  readonly isCommonName?: true;
  readonly folderFlags?: FolderFlags;
}

const WRAPPER = { isWrapper: true } as const;
const GENERIC = { isGeneric: true } as const;
const GATEWAY = { isGatewayCommand: true } as const;
const FOLDER = { runsFolder: true } as const;
const COMMON = { isCommonName: true } as const;
const SHELL = { isWrapper: true, isInterpreter: true, script: [] } as const;
const NEXT = { kind: 'next' } as const;

function flags(valued: string, words = 0): InnerCommand {
  return { kind: 'flags', valued: valued.split(' '), words };
}

function dashes(...command: string[]): InnerCommand {
  return { kind: 'dashes', command };
}

const ROWS: readonly (readonly [names: string, program: Program])[] = [
  ['systemd init launchd tini dumb-init docker-init catatonit s6-svscan runsvdir supervisord', { adoptsOrphans: true }],

  // Shells.
  ['sh bash zsh', { ...SHELL, ...GATEWAY, shell: 'posix' }],
  ['dash ash', { ...SHELL, shell: 'posix' }],
  ['ksh', { ...SHELL, shell: 'posix', aliases: ['ksh88', 'ksh93', 'ksh2020'] }],
  ['fish', { ...SHELL, shell: 'other' }],
  ['mksh csh tcsh nu busybox conhost', WRAPPER],
  ['cmd', { ...WRAPPER, ...GENERIC, ...GATEWAY, ...FOLDER, inner: { kind: 'switch' } }],
  ['powershell pwsh', { ...WRAPPER, ...GENERIC, script: [] }],

  // Programs that become the command after them, or wait for it.
  ['nohup setsid', { ...WRAPPER, inner: NEXT }],
  ['exec disclaimer', { inner: NEXT }],
  ['env', { ...WRAPPER, ...GENERIC, ...GATEWAY, ...FOLDER, inner: { kind: 'assignments' } }],
  ['nice', { ...WRAPPER, ...FOLDER, inner: flags('-n --adjustment') }],
  ['ionice', { ...WRAPPER, ...FOLDER, inner: flags('-c -n --class --classdata') }],
  ['stdbuf', { ...WRAPPER, ...FOLDER, inner: flags('-i -o -e') }],
  ['time', { ...WRAPPER, ...FOLDER, ...COMMON, inner: flags('-f -o --format --output') }],
  ['timeout', { ...WRAPPER, ...FOLDER, inner: flags('-s -k --signal --kill-after', 1) }],
  ['sudo', { ...WRAPPER, ...FOLDER, asOtherUser: true, inner: flags('-u -g --user --group') }],
  ['doas', { ...WRAPPER, ...FOLDER, asOtherUser: true, inner: flags('-u') }],
  ['su', WRAPPER],
  ['flock setpriv', { ...WRAPPER, ...FOLDER }],
  ['script', { ...WRAPPER, ...FOLDER, ...COMMON }],
  ['xargs', FOLDER],
  ['xvfb-run', { ...FOLDER, inner: flags('-n -s -e -f -w --server-num --server-args') }],
  ['caffeinate', { ...FOLDER, inner: flags('-t') }],
  ['bwrap', { ...GENERIC, ...FOLDER, inner: { kind: 'dashes', command: undefined } }],
  ['direnv', { ...WRAPPER, ...FOLDER, inner: { kind: 'folder', command: 'exec' } }],
  ['aws-vault chamber', { inner: dashes('exec') }],
  ['varlock infisical doppler', { ...FOLDER, inner: dashes('run') }],
  ['op', { ...FOLDER, ...COMMON, inner: dashes('run') }],
  ['dotenvx', { ...FOLDER, command: ['run'], inner: dashes('run') }],
  ['@dotenvx/dotenvx', { ...FOLDER, command: ['run'] }],
  ['cross-env dotenv dotenv-cli env-cmd envmcp', { ...FOLDER, command: [] }],
  ['ssh kubectl oc socat nc ncat', { reachesElsewhere: true }],

  // Container engines.
  ['docker', { ...GENERIC, isEngine: true, aliases: ['com.docker.cli'] }],
  ['podman nerdctl', { ...GENERIC, isEngine: true }],
  [
    'docker-compose',
    {
      ...{ ...FOLDER, isCompose: true },
      folderFlags: { moves: ['-f', '--file', '--project-directory'], anywhere: true },
    },
  ],
  ['podman-compose', { ...FOLDER, isCompose: true }],
  ['skaffold', FOLDER],
  ['tilt earthly dagger', { ...FOLDER, ...COMMON }],

  // Node and its package runners.
  ['node', { ...GATEWAY, isInterpreter: true, script: [], aliases: ['nodejs'] }],
  [
    'npm',
    {
      ...{ ...WRAPPER, ...GENERIC, ...GATEWAY, ...FOLDER, aliases: ['npm-cli.js'], scripts: ['npm-cli.js', 'npm'] },
      packages: { ecosystem: 'npm', ways: [['exec'], ['x']], prefersFolder: true },
      folderFlags: { moves: ['--prefix', '-C'], anywhere: true },
    },
  ],
  [
    'npx',
    {
      ...{ ...WRAPPER, ...GENERIC, ...GATEWAY, ...FOLDER, aliases: ['npx-cli.js'], scripts: ['npx-cli.js', 'npx'] },
      packages: { ecosystem: 'npm', ways: [[]], prefersFolder: true },
    },
  ],
  [
    'pnpm',
    {
      ...{ ...WRAPPER, ...GENERIC, ...GATEWAY, ...FOLDER, aliases: ['pnpm.cjs', 'pnpm.mjs'] },
      scripts: ['pnpm.cjs', 'pnpm.mjs', 'pnpm.js', 'pnpm'],
      packages: { ecosystem: 'npm', ways: [['dlx']] },
      folderFlags: { moves: ['-C', '--dir', '--prefix'] },
    },
  ],
  [
    'pnpx',
    {
      ...{ ...WRAPPER, ...GENERIC, ...GATEWAY, ...FOLDER, aliases: ['pnpx.cjs'], scripts: ['pnpx.cjs', 'pnpx'] },
      packages: { ecosystem: 'npm', ways: [[]] },
    },
  ],
  [
    'yarn',
    {
      ...{ ...WRAPPER, ...GENERIC, ...GATEWAY, ...FOLDER, scripts: ['yarn.js', 'yarn'] },
      packages: { ecosystem: 'npm', ways: [['dlx']] },
      folderFlags: { moves: ['--cwd'] },
    },
  ],
  [
    'bun',
    {
      ...{ ...WRAPPER, ...GATEWAY, isInterpreter: true, script: ['run'] },
      packages: { ecosystem: 'npm', ways: [['x']], prefersFolder: true },
      folderFlags: { moves: ['--cwd'] },
    },
  ],
  [
    'bunx',
    {
      ...{ ...WRAPPER, ...GENERIC, ...GATEWAY, ...FOLDER },
      packages: { ecosystem: 'npm', ways: [[]], prefersFolder: true },
    },
  ],
  ['corepack', { ...WRAPPER, ...FOLDER, scripts: ['corepack.js', 'corepack'] }],
  ['asdf volta', { ...WRAPPER, ...FOLDER }],
  ['fnm nvm', FOLDER],
  [
    'mise',
    {
      ...{ ...WRAPPER, ...FOLDER, ownServers: ['mcp'], inner: dashes('exec', 'x') },
      folderFlags: { moves: ['-C', '--cd'] },
    },
  ],
  ['deno', { ...GATEWAY, isInterpreter: true, script: ['run'] }],
  ['tsx', { ...GATEWAY, script: ['watch'] }],
  ['ts-node', { ...GATEWAY, script: [] }],
  ['ts-node-esm ts-node-dev tsnd vite-node esno jiti babel-node swc-node esbuild-runner esr zx', { script: [] }],
  ['nodemon electron', { script: [] }],
  ['pm2', { script: ['start'] }],
  ['forever', { ...COMMON, script: ['start'] }],

  // Python and its package runners.
  ['python', { ...GATEWAY, isInterpreter: true, script: [], aliases: ['pythonw'] }],
  ['py pypy graalpy micropython ipython', { script: [] }],
  [
    'uv',
    {
      ...{ ...WRAPPER, ...GENERIC, ...GATEWAY, ...FOLDER, command: ['run'] },
      packages: {
        ecosystem: 'python',
        ways: [
          ['tool', 'run'],
          ['tool', 'uvx'],
        ],
      },
      folderFlags: { moves: ['--directory'], names: ['--project'] },
    },
  ],
  ['uvx', { ...WRAPPER, ...GENERIC, ...GATEWAY, ...FOLDER, packages: { ecosystem: 'python', ways: [[]] } }],
  [
    'pipx',
    {
      ...{ ...WRAPPER, ...GENERIC, ...GATEWAY, ...FOLDER, scripts: ['pipx'] },
      packages: { ecosystem: 'python', ways: [['run']] },
    },
  ],
  [
    'poetry',
    {
      ...{ ...WRAPPER, ...GENERIC, ...GATEWAY, ...FOLDER, scripts: ['poetry'], command: ['run'] },
      folderFlags: { moves: ['-C', '--directory'], names: ['-P', '--project'] },
    },
  ],
  ['pdm', { ...WRAPPER, ...GATEWAY, ...FOLDER, command: ['run'], folderFlags: { names: ['-p', '--project'] } }],
  ['hatch', { ...WRAPPER, ...FOLDER, command: ['run'] }],
  ['rye', { ...WRAPPER, ...FOLDER, ...COMMON, command: ['run'] }],
  ['pipenv', { ...GATEWAY, ...FOLDER, command: ['run'] }],
  ['conda', { ...FOLDER, command: ['run'], folderFlags: { moves: ['--cwd'] } }],
  ['pixi mamba micromamba', { ...FOLDER, command: ['run'] }],
  ['mcp fastmcp', { ...COMMON, script: ['run', 'dev'] }],
  ['streamlit', { script: ['run'] }],
  ['uvicorn', { ...FOLDER, folderFlags: { names: ['--app-dir'], anywhere: true } }],
  ['gunicorn', { ...FOLDER, folderFlags: { moves: ['--chdir'] } }],
  ['tox nox inv hypercorn flask', FOLDER],
  ['invoke fab doit poe', { ...FOLDER, ...COMMON }],

  // Other languages.
  ['ruby', { ...GATEWAY, isInterpreter: true, script: [] }],
  ['perl', { isInterpreter: true, script: [] }],
  ['bundle', { ...GATEWAY, ...FOLDER, command: ['exec'] }],
  ['php', { ...GATEWAY, script: [] }],
  ['cargo', { ...GENERIC, ...GATEWAY, ...FOLDER, folderFlags: { moves: ['-C'], names: ['--manifest-path'] } }],
  ['go', { ...GENERIC, script: ['run'], folderFlags: { moves: ['-C'] } }],
  ['java', { ...GENERIC, ...GATEWAY, script: [] }],
  ['javaw kotlin groovy elixir luajit julia rscript tclsh guile', { script: [] }],
  ['bb lua', { ...COMMON, script: [] }],
  ['scala jbang crystal', { script: ['run'] }],
  ['dart', { script: ['run'], ownServers: ['mcp-server'] }],
  ['dotnet', { ...GATEWAY, script: ['exec'], folderFlags: { names: ['--project'], anywhere: true } }],
  ['swift', { ...FOLDER, folderFlags: { names: ['--package-path'] } }],
  ['mill mix stack dub r', { ...FOLDER, ...COMMON }],
  ['sbt lein clj clojure flutter iex cabal zig nim rails composer symfony', FOLDER],

  // Task runners, builders and other programs that run a folder.
  ['make', { ...GATEWAY, ...FOLDER, folderFlags: { moves: ['-C', '--directory'], anywhere: true } }],
  ['just', { ...GATEWAY, ...FOLDER, ...COMMON, folderFlags: { moves: ['-d', '--working-directory'] } }],
  ['task', { ...FOLDER, ...COMMON, folderFlags: { moves: ['-d', '--dir'] } }],
  ['gradle', { ...FOLDER, folderFlags: { moves: ['-p', '--project-dir'], anywhere: true } }],
  ['mvn', { ...FOLDER, folderFlags: { names: ['-f', '--file'], anywhere: true } }],
  ['wp', { ...FOLDER, folderFlags: { moves: ['--path'] } }],
  ['firebase', { ...FOLDER, ownServers: ['mcp', 'experimental:mcp'] }],
  [
    `gmake go-task rake ant mvnw gradlew bazel pants ninja scons waf mage jake cake thor phing robo castor drush buck buck2
    plz xc ahoy tusk cargo-make makers yarnpkg ni nr nx turbo lerna nps wireit run-s run-p npm-run-all gulp grunt hereby
    ng nest vue-cli-service react-scripts expo sst serverless webpack rollup parcel tsup concurrently vite nuxt astro
    wrangler honcho foreman overmind goreman hivemind process-compose devbox nix nix-shell flox watchexec`,
    FOLDER,
  ],
  ['please mask rush moon next entr air sam func', { ...FOLDER, ...COMMON }],
  ['run fire', COMMON],
];

/** Read when it is first asked for: the guard has to end servers before it needs it. */
const table = lazy(() => {
  const programs = ROWS.flatMap(([names, program]) => names.split(/\s+/).map((name) => [name, program] as const));
  return {
    programs,
    byName: new Map(programs),
    nameOfAlias: new Map(
      programs.flatMap(([name, { aliases = [] }]) => aliases.map((alias) => [alias, name] as const)),
    ),
    wrapperScripts: new Set(programs.flatMap(([, { scripts = [] }]) => scripts)),
  };
});
const UNKNOWN: Program = {};

/** Name and row of every program, in the order of the table. */
export function allPrograms(): readonly (readonly [name: string, program: Program])[] {
  return table().programs;
}

/** What is known of a program. @param name as {@link programOf} gives it */
export function programNamed(name: string): Program {
  return table().byName.get(name) ?? UNKNOWN;
}

/** The last part of a POSIX or Windows path; empty for a path that ends in a separator. */
export function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

/** Which program a first word names, in lower case: `/usr/bin/python3.12` is `python`, `npx.cmd` is `npx`. */
export function programOf(arg: string): string {
  const name = baseName(arg)
    .toLowerCase()
    .replace(/\.(?:exe|cmd|bat|ps1)$/, '');
  if (/^python\d*(?:\.\d+)?$/.test(name)) return 'python';
  return table().nameOfAlias.get(name) ?? name;
}

/** The kernel's name of Node's main thread. */
const NODE_THREAD = /^(?:node-)?mainthread$/;

/**
 * Whether a process only starts others (a shell, a package runner, `nohup`): its own starter then owns what it runs.
 * @param name the kernel's
 */
export function isWrapperProcess({
  name,
  args,
}: {
  readonly name: string;
  readonly args: readonly string[] | undefined;
}): boolean {
  // npm takes the title of what it runs: "npm exec @x/y".
  const program = programOf(name.split(' ', 1)[0] as string);
  const known = programNamed(program);
  if (known.isWrapper) return true;
  if (!known.isInterpreter && !NODE_THREAD.test(program)) return false;
  const script = args?.slice(1).find((arg) => !arg.startsWith('-')) ?? '';
  return /[\\/]/.test(script) && table().wrapperScripts.has(baseName(script));
}

/** The table as patterns for a shell's `case`, by the marker in the script that they replace. */
export function shellPatterns(): Readonly<Record<string, string>> {
  const { programs, wrapperScripts } = table();
  const names = (is: (program: Program) => unknown, suffixes: readonly string[] = ['']) =>
    programs
      .filter(([, program]) => is(program))
      .flatMap(([name, { aliases = [] }]) => [name, ...aliases])
      .flatMap((name) => suffixes.map((suffix) => name + suffix));
  const patterns = {
    '@WRAPPERS@': names(({ isWrapper }) => isWrapper),
    '@WRAPPER_SCRIPTS@': [...wrapperScripts].map((script) => `*/${script}`),
    '@INTERPRETERS@': [
      ...names(({ isInterpreter, isWrapper }) => isInterpreter && !isWrapper),
      ...['python[0-9]*', 'MainThread', 'node-MainThread'],
    ],
    '@PACKAGE_RUNNERS@': names(({ packages }) => packages?.ways.some((way) => way.length === 0)),
    '@ENGINES@': names(({ isEngine }) => isEngine, ['', '.exe']),
  };
  return Object.fromEntries(Object.entries(patterns).map(([marker, list]) => [marker, list.join(' | ')]));
}
