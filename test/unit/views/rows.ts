import './fakeEditor';
import type { Inventory, ProcessNode, ReapResult, ServerView } from '../../../src/model/inventory';
import type { Actions } from '../../../src/views/actions';
import { CopiesRow } from '../../../src/views/tree/copiesRow';
import { GroupRow } from '../../../src/views/tree/groupRow';
import { ProcessRow } from '../../../src/views/tree/processRow';
import { ServerRow } from '../../../src/views/tree/serverRow';

export const NODE: ProcessNode = {
  ...{ pid: 500, start: 't1', name: 'node', commandLine: 'node server.js', children: [] },
  ...{ startedAt: undefined, memory: 1 << 20, spared: undefined },
};

/** An orphaned server of ours, where nothing else is said. */
export function serverView(over: Partial<ServerView> = {}): ServerView {
  return {
    ...{
      key: 's:r',
      name: 'files',
      client: 'MCP Processes',
      group: 'orphaned',
      managedBy: 'mcpProcesses',
      verdict: 'orphaned',
    },
    ...{ folder: undefined, evidence: [], state: 'running', failure: undefined, copies: 1, pid: 500, memory: 1 << 20 },
    ...{ startedAt: undefined, processes: [NODE], containers: [], containerProblem: undefined, url: undefined },
    ...{ serverInfo: undefined, configurationFile: undefined, sessionId: 's', recordId: 'r' },
    ...over,
  };
}

export function inventoryOf(servers: readonly ServerView[]): Inventory {
  return {
    ...{ scanned: true, sweptAt: 1, servers, problems: [], reapForeign: 'report', history: [] },
    ...{ guard: { state: 'off', pid: undefined, memory: undefined, problem: undefined }, containersWithoutClient: [] },
  };
}

/** Actions that do nothing but what a test gives them. */
export function actionsOver(servers: readonly ServerView[], over: Partial<Actions> = {}): Actions {
  return {
    inventory: () => inventoryOf(servers),
    onDidChange: () => ({ dispose() {} }),
    neverReap: async () => {},
    ...over,
  } as Actions;
}

export function rowOf(server: ServerView, parent?: GroupRow | CopiesRow): ServerRow {
  return new ServerRow(server.key, server, parent ?? new GroupRow('group', server.group, false));
}

export function copiesOf(servers: readonly ServerView[]): CopiesRow {
  const parent = new GroupRow('group', 'orphaned', false);
  const copies = new CopiesRow('copies', servers[0]?.name ?? '', parent);
  copies.servers = servers.map((server) => rowOf(server, copies));
  return copies;
}

export function processRowOf(server: ServerView, process: ProcessNode = NODE): ProcessRow {
  return new ProcessRow('p', process, rowOf(server));
}

/** What became of a server of ours, where nothing else is said. */
export function resultOf(over: Partial<ReapResult> = {}): ReapResult {
  return {
    ...{
      server: 'files',
      of: { kind: 'session', session: 's', record: 'r' },
      containers: [],
      containerProblem: undefined,
    },
    ...{ processes: [{ ...NODE, outcome: 'exited', reason: undefined }], memoryFreed: 0, milliseconds: 1 },
    ...over,
  };
}
