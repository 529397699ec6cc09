import { baseName, programNamed, programOf } from '../known/programs';
import { commandLineOfArgs } from './commandLine';
import { isInProgramFolder, packageName, packageRunOf } from './runners';
import { layersOf } from './unwrap';

const SERVER_NAME = /^(?:mcp[-_]server[-_][\w.-]+|[a-z0-9][\w.-]*[-_]mcp(?:[-_]server)?)$/i;
const OFFICIAL = /^@modelcontextprotocol\/server-[\w.-]+$/;
const IN_PACKAGES =
  /[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/.][^\\/]*)[\\/](?:dist|build|lib|bin|index|cli|main|server)\b/i;

/**
 * The MCP server that a process seems to be by its name alone: `mcp-server-fetch`, `@modelcontextprotocol/server-*`,
 * `context7-mcp`. A guess, for display only, and only where the user allows guesses. Only the program, a runner's package
 * or a container's image counts, never another argument or a folder (K03).
 */
export function guessServer(args: readonly string[]): string | undefined {
  const layers = layersOf(commandLineOfArgs(args).argv);
  // `sudo mcp-server-x-setup`: a program of another user is no server of this user.
  if (layers.some(([program = '']) => programNamed(programOf(program)).asOtherUser)) return undefined;
  for (const argv of layers) {
    const name = nameIn(argv);
    if (name !== undefined) return name;
  }
  return undefined;
}

function nameIn(argv: readonly string[]): string | undefined {
  const [first = '', ...rest] = argv;
  const run = packageRunOf(argv);
  if (run) return serverName(run.program ?? '') ?? run.packages.map(packageName).map(serverName).find(Boolean);
  const program = programOf(first);
  const { isInterpreter, isEngine } = programNamed(program);
  if (isInterpreter) {
    if (program === 'python' && rest[0] === '-m') return serverName(rest[1] ?? '');
    return packageIn(rest.find((arg) => !arg.startsWith('-')) ?? '');
  }
  if (isEngine && rest[0] === 'run') {
    return rest.map((arg) => /^(?:docker\.io\/)?mcp\/([\w.-]+)/.exec(arg)?.[1]).find(Boolean);
  }
  return isInProgramFolder(first) ? serverName(program) : undefined;
}

function packageIn(script: string): string | undefined {
  return serverName(IN_PACKAGES.exec(script)?.[1]?.replace('\\', '/') ?? '');
}

function serverName(name: string): string | undefined {
  if (OFFICIAL.test(name)) return name;
  return SERVER_NAME.test(baseName(name)) ? name : undefined;
}
