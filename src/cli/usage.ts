import { parseArgs } from 'node:util';

export const USAGE = `Finds MCP servers on this machine and ends the orphaned ones.

  mcp-processes list [--all] [--json]         list servers, their status and the evidence for it
      --all                                   include servers of other clients (Claude Code, Codex, Cursor, ...)
  mcp-processes reap [--dry-run] [--json]     end orphaned servers
      --dry-run                               show what would be ended
      --other-clients                         also show orphaned servers of other clients
      --other-clients --yes                   end those too
  mcp-processes run [--name N] -- command...  start a server under protection; only the mcp-processes program
                                              in the data folder's bin folder has this command

Exit codes: 0 success, 1 failure, 2 wrong usage, 3 a process was spared or survived (reap)
Environment: MCP_PROCESSES_HOME sets the data folder.`;

/** What is wrong with the arguments; undefined where nothing is. */
export function wrongUsage(
  positionals: readonly string[],
  values: ReturnType<typeof parse>['values'],
): string | undefined {
  const [command, more] = positionals;
  if (command === undefined) return 'No command given. Use list or reap.';
  if (command === 'run') return '"run" is only available in bin/mcp-processes in the data folder.';
  if (command !== 'list' && command !== 'reap') return `Unknown command "${command}".`;
  if (more !== undefined) return `Unexpected argument "${more}" for "${command}".`;
  const foreign = command === 'list' ? (['dry-run', 'other-clients', 'yes'] as const) : (['all'] as const);
  const flag = foreign.find((one) => values[one]);
  if (flag) return `Unknown option for "${command}": --${flag}`;
  return values.yes && !values['other-clients'] ? '--yes needs --other-clients.' : undefined;
}

export function parse(args: string[]) {
  return parseArgs({
    args,
    allowPositionals: true,
    options: {
      json: { type: 'boolean' },
      'dry-run': { type: 'boolean' },
      all: { type: 'boolean' },
      'other-clients': { type: 'boolean' },
      yes: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
}
