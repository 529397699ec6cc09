import * as l10n from '@vscode/l10n';
import { readEntry } from './clients/entry';
import type { StdioServerDefinition } from './clients/serverDefinition';
import { UserError } from './common/errors';
import type { ConfiguredServers } from './editor/configuredServers';
import type { Inventory } from './model/inventory';
import { apiKeyOf } from './model/keys';
import type { ReapPreview, ReapResult } from './model/reapResult';
import type { LaunchedView, ServerView } from './model/serverView';
import type { Tracker } from './tracker/tracker';

/** A stdio server to launch: the shape of an entry in `mcp.json`, plus its name. */
export interface LaunchDefinition {
  readonly name: string;
  readonly command: string;
  readonly args?: readonly string[];
  /** `null` removes an inherited variable. */
  readonly env?: Readonly<Record<string, string | number | null>>;
  readonly envFile?: string;
  readonly cwd?: string;
}

/** Anything with a `dispose`; the same shape as the editor's. */
export interface Subscription {
  dispose(): void;
}

/**
 * What `vscode.extensions.getExtension('mcp-processes.mcp-processes').activate()` returns.
 * Every promise rejects with an `Error` whose message tells a person what to do.
 */
export interface McpProcessesApi {
  readonly version: 1;
  /** The servers as of the last scan, with verdict and evidence. */
  servers(): readonly ServerView[];
  /** Everything as of the last scan: servers, problems, containers, history, crash protection. */
  inventory(): Inventory;
  /** Launches a server and records it before it starts. Resolves after the MCP handshake. */
  launch(definition: LaunchDefinition): Promise<LaunchedView>;
  /** Stops a server. The result has the outcome of each process, and why any was spared. */
  stop(key: string): Promise<ReapResult>;
  /** Calls a tool of a running server that was launched here. Resolves to the MCP `CallToolResult`. */
  callTool(key: string, tool: string, args?: Record<string, unknown>): Promise<unknown>;
  /** Scans now, and reaps what needs no question; joins a sweep that is under way. */
  sweep(): Promise<Inventory>;
  /** Ends confirmed orphans, never those of other clients. */
  reapOrphans(): Promise<readonly ReapResult[]>;
  /** What {@link reapOrphans} would end and spare; signals nothing. */
  previewOrphans(): Promise<readonly ReapPreview[]>;
  /** Calls the listener with each new inventory. */
  onDidChange(listener: (inventory: Inventory) => void): Subscription;
}

/** Other extensions may be plain JavaScript, so what they pass is checked like an entry of a configuration. */
function readDefinition(definition: LaunchDefinition | undefined): StdioServerDefinition {
  const { name, command, args, env, envFile, cwd } = definition ?? ({} as Partial<LaunchDefinition>);
  if (typeof name !== 'string') throw new Error('"launch" needs a "name" for the server. Add one to the definition.');
  const source = { client: 'MCP Processes', file: undefined, folder: undefined };
  const server = readEntry(name, { type: 'stdio', command, args, env, envFile, cwd }, source);
  if (typeof server === 'string') throw new Error(server);
  if (server.type !== 'stdio') throw new Error(`"${name}" has no process to launch.`);
  return server;
}

/** The extension's exports, over the core. */
export function createApi(tracker: Tracker, configured: ConfiguredServers): McpProcessesApi {
  return {
    version: 1,
    servers: () => tracker.inventory.servers,
    inventory: () => tracker.inventory,
    async launch(definition: LaunchDefinition): Promise<LaunchedView> {
      const server = readDefinition(definition);
      const { name } = server;
      const key = apiKeyOf(name);
      await tracker.servers.launch(await configured.describe(server, key));
      const view = tracker.inventory.servers.find((one) => one.key === key);
      if (view?.kind !== 'launched') {
        throw new UserError(l10n.t('"{0}" exited right after it started. See its output for the reason.', name));
      }
      return view;
    },
    stop: (key) => tracker.servers.stop(key),
    callTool: (key, tool, args = {}) => tracker.servers.callTool(key, tool, args),
    sweep: () => tracker.sweep(),
    reapOrphans: () => tracker.reapOrphans(),
    previewOrphans: () => tracker.requestedReap.preview(),
    onDidChange: (listener) => tracker.onDidChange(listener),
  };
}
