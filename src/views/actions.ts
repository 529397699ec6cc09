import type { ReapOptions } from '../lifecycle/ladderQueue';
import type { Picture, ReapResult, ServerView } from '../lifecycle/model';
import type { ChosenProcess, EndPreview } from '../lifecycle/userEnd';
import type { ContainerOutcome } from '../reaping/containers/containerReaper';
import type { ContainerStats } from '../reaping/containers/engine';

/** A tool as the server describes it. */
export interface ToolDescription {
  readonly name: string;
  readonly description: string | undefined;
  /** JSON schema of its arguments. */
  readonly inputSchema: unknown;
}

/** What views and commands may ask for. Implemented by `editor/actions.ts` over `lifecycle/`; rejections carry a remedy. */
export interface Actions {
  picture(): Picture;
  onDidChange(listener: (picture: Picture) => void): { dispose(): void };
  sweep(): Promise<Picture>;
  reapOrphans(options?: ReapOptions): Promise<readonly ReapResult[]>;
  /** What a person should know before ending processes. Rejects when none of them is there any more. */
  previewEnd(processes: readonly ChosenProcess[]): Promise<EndPreview>;
  /** Ends processes on the user's word. */
  endChosen(server: string, processes: readonly ChosenProcess[]): Promise<ReapResult>;
  /** Adds a pattern to `mcpProcesses.reap.neverReap`, or removes it. */
  keep(pattern: string): Promise<void>;
  unkeep(pattern: string): Promise<void>;
  /** Hides one running server of somebody else's, until it ends. */
  ignore(server: ServerView): Promise<void>;
  /** True once per machine and user: whether other clients' orphans have been told of yet, in whatever window. */
  tellOnce(): boolean;
  /** Forgets the values of `${input:id}` that were given. @returns how many. */
  forgetInputs(): Promise<number>;
  /** The last lines that a container wrote, redacted. */
  containerLogs(id: string): Promise<string>;
  /** What a container uses at this moment; takes a second or two. */
  containerStats(id: string): Promise<ContainerStats | undefined>;
  /** Stops one container on the user's word. Rejects when it may be in use, or is not ours to offer. */
  stopContainer(id: string): Promise<ContainerOutcome>;
  start(key: string): Promise<void>;
  stop(key: string): Promise<ReapResult | undefined>;
  restart(key: string): Promise<void>;
  listTools(key: string): Promise<readonly ToolDescription[]>;
  /** @param signal tells the server that nobody waits any more. */
  callTool(key: string, tool: string, args: Record<string, unknown>, signal?: AbortSignal): Promise<unknown>;
  /** Opens the server's log (ours) or the editor's output for it. */
  showOutput(key: string): Promise<void>;
  /** Opens the configuration that names the server, at its place; says so where there is none. */
  showConfiguration(server: ServerView): Promise<void>;
  /** Opens the editor's page of settings with one of ours. */
  showSetting(id: string): Promise<void>;
}
