import './fakeEditor';
import type { Inventory } from '../../../src/model/inventory';
import type { ReapResult } from '../../../src/model/reapResult';
import type {
  AdoptedView,
  ConfiguredView,
  ForeignView,
  LaunchedView,
  ProcessNode,
  ServerView,
  SessionView,
} from '../../../src/model/serverView';
import type { Actions } from '../../../src/views/actions';
import { CopiesRow } from '../../../src/views/tree/copiesRow';
import { GroupRow } from '../../../src/views/tree/groupRow';
import { ProcessRow } from '../../../src/views/tree/processRow';
import { ServerRow } from '../../../src/views/tree/serverRow';

export const NODE: ProcessNode = {
  ...{ pid: 500, start: 't1', name: 'node', commandLine: 'node server.js', children: [] },
  ...{ startedAt: undefined, memory: 1 << 20, spared: undefined },
};

const RUNNING = {
  ...{ key: 's:r', name: 'files', client: 'MCP Processes', folder: undefined, evidence: [], pid: 500 },
  ...{ startedAt: undefined, memory: 1 << 20, processes: [NODE], containers: [], containerProblem: undefined },
};
const IDS = { sessionId: 's', recordId: 'r' };
const ORPHANED = { group: 'orphaned', verdict: 'orphaned', state: 'running' };
const HERE = { group: 'thisWindow', verdict: 'active', state: 'running' };

/** A server of another session, by default orphaned. */
export function serverView(over: Partial<SessionView> = {}): SessionView {
  return { kind: 'session', ...RUNNING, ...IDS, ...ORPHANED, ...over } as SessionView;
}

/** An orphaned server of another client. */
export function foreignView(over: Partial<ForeignView> = {}): ForeignView {
  const known = { dependsOn: [], copies: 1, configurationFile: undefined, recordId: 'r' };
  return { kind: 'foreign', ...RUNNING, ...known, ...ORPHANED, ...over } as ForeignView;
}

/** A running server that this window launched. */
export function launchedView(over: Partial<LaunchedView> = {}): LaunchedView {
  const known = { failure: undefined, serverInfo: undefined, configurationFile: undefined };
  return { kind: 'launched', ...RUNNING, ...IDS, ...HERE, ...known, ...over } as LaunchedView;
}

/** A running server that the editor started in this window. */
export function adoptedView(over: Partial<AdoptedView> = {}): AdoptedView {
  const known = { managedBy: 'editor', configurationFile: undefined };
  return { kind: 'adopted', ...RUNNING, ...IDS, ...HERE, ...known, ...over } as AdoptedView;
}

/** One of our configured servers that is not running. */
export function configuredView(over: Partial<ConfiguredView> = {}): ConfiguredView {
  return {
    ...{ kind: 'configured', managedBy: 'mcpProcesses', group: 'notRunning', verdict: 'gone', state: 'stopped' },
    ...{ key: 'files', name: 'files', client: 'MCP Processes', folder: undefined, configurationFile: undefined },
    ...{ evidence: [], pid: undefined, startedAt: undefined, memory: undefined, processes: [] },
    ...{ containers: [], containerProblem: undefined },
    ...over,
  };
}

export function inventoryOf(servers: readonly ServerView[]): Inventory {
  return {
    ...{ scanned: true, sweptAt: 1, servers, problems: [], reapForeign: 'report', history: [] },
    ...{ guard: { state: 'off', pid: undefined, memory: undefined, problem: undefined }, containersWithoutClient: [] },
  };
}

/** Actions that do only what a test gives them. */
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

/** The result for one of our servers. */
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
