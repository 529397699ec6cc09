import { type ShellTextProblem, shellCommands, splitQuoted } from '../commandLine';
import { entryOf, type ServerEntry } from './entry';

/** What a person can add by its name alone. */
export type PackageKind = 'npm' | 'python' | 'docker';

export type PackageProblem = 'empty' | 'notAPackage';
export type CommandProblem = 'empty' | 'severalCommands' | 'noCommand' | ShellTextProblem;
export type VariablesProblem = 'notAnAssignment' | ShellTextProblem;

const NPM = /^(?:@[a-z0-9~][a-z0-9._~-]*\/)?[a-z0-9~][a-z0-9._~-]*(?:@[a-z0-9.^~*+<>=|-]+)?$/i;
/** Name, extras, version. */
const PYTHON = /^([a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)(\[[a-z0-9._,-]+\])?(?:(?:==|@)([a-z0-9.+!_-]+))?$/i;
const DOCKER =
  /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?\/)?[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*)*(?::\w[\w.-]{0,127})?(?:@[a-z][\w+.-]*:[0-9a-f]{32,})?$/;
const PATTERNS: Readonly<Record<PackageKind, RegExp>> = { npm: NPM, python: PYTHON, docker: DOCKER };
/** No package has a longer name, and the patterns need not read one. */
const MAX_NAME_LENGTH = 512;
const ASSIGNMENT = /^([A-Za-z_]\w*)=(.*)$/s;

/** What is wrong with the name of a package or image; no registry is asked. */
export function packageProblem(kind: PackageKind, text: string): PackageProblem | undefined {
  const name = text.trim();
  if (name === '') return 'empty';
  return name.length <= MAX_NAME_LENGTH && PATTERNS[kind].test(name) ? undefined : 'notAPackage';
}

/** The entry that runs a package or image. A container gets the variables of the environment that are named to it. */
export function packageEntry(
  kind: PackageKind,
  text: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): ServerEntry {
  const name = text.trim();
  switch (kind) {
    case 'npm':
      return entryOf({ command: 'npx', args: ['-y', name, ...args], env });
    case 'python':
      return entryOf({ command: 'uvx', args: [...uvxArguments(name), ...args], env });
    case 'docker': {
      const variables = Object.keys(env).flatMap((variable) => ['-e', variable]);
      return entryOf({ command: 'docker', args: ['run', '-i', '--rm', ...variables, name, ...args], env });
    }
  }
}

/** `uvx` takes `name@version`; extras need `--from`. */
function uvxArguments(name: string): string[] {
  const [, plain = name, extras, version] = PYTHON.exec(name) ?? [];
  if (extras !== undefined) return ['--from', `${plain}${extras}${version === undefined ? '' : `==${version}`}`, plain];
  return [version === undefined ? plain : `${plain}@${version}`];
}

/**
 * The entry for a pasted command line: assignments before the program become its environment, a `cd` before it its
 * folder. Runs nothing and loses nothing: a line that needs a shell is a problem.
 */
export function commandEntry(text: string, platform: NodeJS.Platform): ServerEntry | CommandProblem {
  const commands = commandsOf(text, platform);
  if (typeof commands === 'string') return commands;
  const cwd = commands.length > 1 ? folderChangedTo(commands[0] ?? []) : undefined;
  const [argv = [], ...more] = cwd === undefined ? commands : commands.slice(1);
  if (more.length > 0) return 'severalCommands';
  if (argv.length === 0) return 'empty';
  const isAssignment = argv.map((arg) => ASSIGNMENT.test(arg));
  const at = isAssignment.includes(false) ? isAssignment.indexOf(false) : argv.length;
  const program = argv.slice(argv[at] === 'exec' ? at + 1 : at).map(asWritten);
  const [command, ...args] = program;
  if (command === undefined || command.trim() === '') return 'noCommand';
  return entryOf({ command, args, env: variablesIn(argv.slice(0, at)), cwd });
}

/** The arguments in one line. */
export function splitArguments(text: string, platform: NodeJS.Platform): readonly string[] | CommandProblem {
  const commands = commandsOf(text, platform);
  if (typeof commands === 'string') return commands;
  return commands.length > 1 ? 'severalCommands' : (commands[0] ?? []).map(asWritten);
}

/** `NAME=value` and more of them in one line. */
export function splitVariables(
  text: string,
  platform: NodeJS.Platform,
): Readonly<Record<string, string>> | VariablesProblem {
  const commands = commandsOf(text, platform);
  if (typeof commands === 'string') return commands;
  const argv = commands.flat();
  if (commands.length > 1 || !argv.every((arg) => ASSIGNMENT.test(arg))) return 'notAnAssignment';
  return variablesIn(argv);
}

function commandsOf(text: string, platform: NodeJS.Platform): string[][] | ShellTextProblem {
  if (platform === 'win32') return [splitQuoted(text)];
  // A pasted line may continue after a backslash; the input box has dropped the line break.
  return shellCommands(text.replace(/(^|\s)\\(?=\s|$)/g, '$1').trim());
}

function folderChangedTo([program, folder, ...more]: readonly string[]): string | undefined {
  return program === 'cd' && folder !== undefined && more.length === 0 ? asWritten(folder) : undefined;
}

/** A word as it is written in a configuration, which expands no `~` and writes `${NAME}` as `${env:NAME}`. */
function asWritten(arg: string): string {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the configuration
  return withEnvironment(/^~(?=\/|$)/.test(arg) ? arg.replace('~', () => '${userHome}') : arg);
}

/** Environment variables as shells and other clients write them, in our way of writing them. */
export function withEnvironment(text: string): string {
  return text.replace(/\$\{([A-Z_][A-Z0-9_]*)\}/g, (_, name: string) => `\${env:${name}}`);
}

function variablesIn(assignments: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    assignments.map((assignment) => {
      const [, name = '', value = ''] = ASSIGNMENT.exec(assignment) ?? [];
      return [name, asWritten(value)];
    }),
  );
}
