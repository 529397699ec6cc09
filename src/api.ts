import type { Picture, ReapResult, ServerView } from './lifecycle/model';

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
  /** All servers as of the last sweep, with verdict and evidence. */
  servers(): readonly ServerView[];
  picture(): Picture;
  /** Always a spawn of ours, recorded before it starts. Resolves after the MCP handshake. */
  launch(definition: LaunchDefinition): Promise<ServerView>;
  /** Runs the ladder; resolves when nothing is left of it, or says what stayed and why. */
  stop(key: string): Promise<ReapResult>;
  /** Calls a tool of a launched, running server. Resolves to the MCP `CallToolResult`. */
  callTool(key: string, tool: string, args?: Record<string, unknown>): Promise<unknown>;
  /** One pass now; joins one that is under way. */
  sweep(): Promise<Picture>;
  /** Reaps what is provably orphaned. `dryRun` says what would be signalled, and signals nothing. */
  reapOrphans(options?: { dryRun?: boolean }): Promise<readonly ReapResult[]>;
  onDidChange(listener: (picture: Picture) => void): Subscription;
}
