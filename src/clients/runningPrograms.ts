import { programOf } from './commandLine';
import { isInProgramFolder } from './runners';

/** They run what a folder's own files say. Their words mean nothing without that folder. */
const RUN_THE_FOLDER = new Set(
  `make gmake just task go-task rake ant mvn mvnw gradle gradlew bazel pants ninja scons waf mage jake cake thor phing
  robo castor drush wp buck buck2 plz please mask xc ahoy tusk cargo-make makers
  npm npx pnpm pnpx yarn yarnpkg bun bunx deno ni nr nx turbo lerna rush moon corepack nps wireit run-s run-p npm-run-all
  gulp grunt hereby ng nest vue-cli-service react-scripts expo sst serverless webpack rollup parcel tsup
  tsx ts-node ts-node-esm ts-node-dev tsnd vite-node esno jiti babel-node swc-node esbuild-runner esr zx
  nodemon pm2 forever concurrently vite next nuxt astro wrangler electron
  cross-env dotenv dotenv-cli dotenvx @dotenvx/dotenvx env-cmd envmcp varlock infisical doppler op
  uv uvx pipx poetry pdm hatch rye pipenv pixi conda mamba micromamba tox py pypy graalpy micropython
  nox invoke inv fab doit poe mcp fastmcp uvicorn gunicorn hypercorn flask
  streamlit ipython honcho foreman overmind goreman hivemind process-compose
  cargo go java javaw dotnet kotlin scala sbt mill lein clj clojure bb jbang groovy
  swift dart flutter mix elixir iex stack cabal zig nim crystal dub
  bundle rails composer php symfony lua luajit julia rscript r tclsh guile
  mise asdf volta fnm nvm direnv devbox nix nix-shell flox watchexec entr air
  docker-compose podman-compose tilt skaffold earthly dagger sam func firebase
  cmd powershell pwsh env bwrap sudo doas xargs time timeout nice ionice stdbuf setpriv xvfb-run caffeinate script
  flock`.split(/\s+/),
);

/** Programs that take a script as their first argument, and the words that may stand before it. */
const SCRIPT_TAKERS: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    `node python ruby perl sh bash dash zsh ash ksh fish ts-node ts-node-esm ts-node-dev tsnd vite-node esno jiti
    babel-node swc-node esbuild-runner esr zx nodemon electron php lua luajit julia rscript tclsh guile java javaw
    kotlin groovy elixir powershell pwsh py pypy graalpy micropython ipython bb`
      .split(/\s+/)
      .map((program) => [program, []]),
  ),
  ...{ bun: ['run'], deno: ['run'], tsx: ['watch'], pm2: ['start'], forever: ['start'], jbang: ['run'] },
  ...{ scala: ['run'], dart: ['run'], crystal: ['run'], dotnet: ['exec'], go: ['run'], streamlit: ['run'] },
  ...{ mcp: ['run', 'dev'], fastmcp: ['run', 'dev'] },
};

/** They start another command, which a project's environment may provide, behind these words. */
const COMMAND_WRAPPERS: Readonly<Record<string, readonly string[]>> = {
  ...{ uv: ['run'], poetry: ['run'], pdm: ['run'], hatch: ['run'], rye: ['run'], pipenv: ['run'], pixi: ['run'] },
  ...{ conda: ['run'], mamba: ['run'], micromamba: ['run'], bundle: ['exec'] },
  ...{ envmcp: [], 'cross-env': [], dotenv: [], 'dotenv-cli': [], 'env-cmd': [] },
  ...{ dotenvx: ['run'], '@dotenvx/dotenvx': ['run'] },
};

/** Modules of Python that run others, which are found from the folder. */
const RUN_MODULES = new Set(
  `runpy pdb cprofile profile trace debugpy coverage asyncio http pytest unittest pip venv daphne granian celery django
  waitress watchfiles kernprof memray viztracer scalene code idlelib timeit`.split(/\s+/),
);

/** Servers of their own that such programs bring. */
const OWN_SERVERS: Readonly<Record<string, readonly string[]>> = {
  ...{ dart: ['mcp-server'], firebase: ['mcp', 'experimental:mcp'], mise: ['mcp'] },
};

/** Where they run, and what, is said in full wherever they are started. */
const REACH_ELSEWHERE = new Set(['ssh', 'kubectl', 'oc', 'socat', 'nc', 'ncat']);

/** The flags of all those that are sure to take no value. */
const SWITCH =
  /^(?:-(?:[bBEiIOqsSuvxyATl]|jar|File|NoProfile|NoLogo|NonInteractive)|-v{2,3}|--(?:no|allow|deny|unstable)-[\w-]+|--(?:yes|quiet|silent|verbose|debug|dev|prod|watch|hot|smol|bun|all|isolated|frozen|locked|offline|release|script|gui-script|active|exact|inspect|inspect-brk|transpile-only|esm|login|interactive|enable-source-maps|enable-preview|expose-gc|preserve-symlinks|use-system-ca|refresh|upgrade|reinstall|live-stream|headless|experimental-(?!loader|default-type|config-file)[\w-]+|trace-[\w-]+|once|force|keep-going|always-make))$/;

/** Flags that take the next word for their value. */
const VALUED = new Set(
  `-r --require --import --loader --experimental-loader --env-file --conditions -C --tsconfig -P --project -W -X
  --with --with-editable --with-requirements -p --python --index --index-url --extra-index-url --default-index
  --find-links -f --cache-dir --config-file --extra --group --only-group --no-group --package --directory --prerelease
  --exclude-newer --refresh-package --resolution --link-mode -n --name --prefix --cwd -I -d --config --import-map
  -cp -classpath --class-path --module-path -ExecutionPolicy -ep --userconfig --workspace -w --filter -F --bin
  --profile --features --target-dir --manifest-path --configuration --framework --verbosity -t --transport --port`.split(
    /\s+/,
  ),
);

/** Longer than any file's name; what is read with expressions has an end. */
const MAX_NAME_LENGTH = 255;

/** Names of tools that are anybody's names for a program or script of their own, too. */
const COMMON_NAMES = new Set(
  `task just air next op func sam script time mill moon rush please mask doit poe rye r mcp fastmcp run air entr fire
  earthly dagger invoke mix stack lua bb dub forever fab tilt`.split(/\s+/),
);

/**
 * The name of a program without the version at its end: `php8.2`, `ruby-3.3`, `yarn-4.1.0.cjs`. A script or program of
 * somebody's own that merely is called like a tool has its whole path for a name.
 */
export function plainProgram(arg: string): string {
  const complete = programOf(arg);
  if (complete.length > MAX_NAME_LENGTH) return complete;
  const plain = complete.replace(/[-@]?\d+(?:\.\d+)*(?=(?:\.[cm]?js)?$)/, '') || complete;
  const name = /^(?:yarn|npm|npx|pnpm|tsx|gulp|grunt|pm2)\.[cm]?js$/.test(plain) ? plain.replace(/\..*/, '') : plain;
  return COMMON_NAMES.has(name) && !isInProgramFolder(arg) ? arg : name;
}

export function isRunModule(name: string): boolean {
  const [top = ''] = name.toLowerCase().split('.');
  return RUN_MODULES.has(top) || runsTheFolder(top);
}

export function runsTheFolder(program: string): boolean {
  return RUN_THE_FOLDER.has(program) || Object.hasOwn(SCRIPT_TAKERS, program);
}

/** Words that may stand before the script; undefined where none is taken. */
export function scriptWordsOf(program: string): readonly string[] | undefined {
  return Object.hasOwn(SCRIPT_TAKERS, program) ? SCRIPT_TAKERS[program] : undefined;
}

/** The command that one program starts for another: `uv run --with x mcp run s.py` → `mcp run s.py`. */
export function startedBy(program: string, args: readonly string[]): readonly string[] | undefined {
  if (!Object.hasOwn(COMMAND_WRAPPERS, program)) return undefined;
  let argv = COMMAND_WRAPPERS[program] as readonly string[];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] as string;
    if (arg === '--') return argv.length > 0 ? undefined : args.slice(at + 1);
    // `-e` is the file of dotenv, `-m` a module.
    if (isValued(arg) || (arg === '-e' && program !== 'uv')) at++;
    else if (arg.startsWith('-')) {
      if (!isSwitch(arg) && !arg.includes('=')) return undefined;
    } else if (argv.includes(arg)) argv = [];
    else if (argv.length > 0) return undefined;
    else if (!/^[A-Za-z_]\w*=/.test(arg)) return args.slice(at);
  }
  return undefined;
}

export function isOwnServer(program: string, args: readonly string[]): boolean {
  return Object.hasOwn(OWN_SERVERS, program) && (OWN_SERVERS[program] as readonly string[]).includes(args[0] ?? '');
}

export function reachesElsewhere(program: string): boolean {
  return REACH_ELSEWHERE.has(program);
}

export function isSwitch(flag: string): boolean {
  return SWITCH.test(flag);
}

export function isValued(flag: string): boolean {
  return VALUED.has(flag);
}

/** Whether a word is, or may be, the value of the flag before it. */
export function mayBeValue(args: readonly string[], at: number): boolean {
  const flag = args[at - 1] ?? '';
  return flag.startsWith('-') && flag !== '--' && !flag.includes('=') && !isSwitch(flag);
}
