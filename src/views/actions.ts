import type { Picture, ReapResult, ServerView } from '../lifecycle/model';

/** A tool as the server describes it. */
export interface ToolDescription {
  readonly name: string;
  readonly description: string | undefined;
  /** JSON schema of its arguments. */
  readonly inputSchema: unknown;
}

/** What views and commands may ask for. Implemented by `extension.ts` over `lifecycle/`; rejections carry a remedy. */
export interface Actions {
  picture(): Picture;
  onDidChange(listener: (picture: Picture) => void): { dispose(): void };
  sweep(): Promise<Picture>;
  reapOrphans(options?: { dryRun?: boolean; only?: readonly string[] }): Promise<readonly ReapResult[]>;
  start(key: string): Promise<void>;
  stop(key: string): Promise<ReapResult | undefined>;
  restart(key: string): Promise<void>;
  listTools(key: string): Promise<readonly ToolDescription[]>;
  callTool(key: string, tool: string, args: Record<string, unknown>): Promise<unknown>;
  /** Opens the server's log (ours) or the editor's output for it. */
  showOutput(key: string): Promise<void>;
  /** Opens the configuration that names the server. */
  showConfiguration(server: ServerView): Promise<void>;
}
