import type { Draft, Plan } from '../clients/newServer/plan';
import type { ContainerStats } from '../containers/engine';
import type { ServerTool } from '../launch/connection';
import type { ContainerOutcome } from '../model/containerOutcome';
import type { EndPreview } from '../model/endPreview';
import type { Inventory, ReapPreview, ReapResult, ServerView } from '../model/inventory';
import type { ChosenProcess } from '../reaping/endProcesses';
import type { ReapOptions } from '../reaping/reapQueue';
import type { Crash } from '../registry/crashes';
import type { CrashReport } from '../tracker/formerCrashes';

/**
 * Where settings of this extension may stand. `user` is what holds for all of this person's workspaces: in a remote window
 * the remote machine's settings, because ours are about processes there.
 */
export type SettingsScope = 'user' | 'workspace';

/** A place for new servers. */
export interface ServerPlace {
  readonly scope: SettingsScope;
  /** The user's settings are those of a remote machine. */
  readonly isRemote: boolean;
  /** For people; undefined for the user's settings. */
  readonly file: string | undefined;
}

/** A server that the configuration of another client on this machine has. It holds whatever secrets stand there. */
export interface ImportableServer extends Draft {
  readonly client: string;
  /** For people. */
  readonly file: string;
  /** The folder that it belongs to, if any. */
  readonly folder: string | undefined;
}

/** Adding servers to the settings. */
export interface NewServers {
  /** Where servers for this window can be written; the first is the usual one. */
  places(): readonly ServerPlace[];
  /** Names of servers, and ids of inputs, that the settings have. */
  taken(): { readonly names: ReadonlySet<string>; readonly inputs: ReadonlySet<string> };
  importable(): readonly ImportableServer[];
  /** Writes and shows them. @returns the keys of the new servers, which are listed then. @throws with a remedy */
  add(plan: Plan, scope: SettingsScope): Promise<readonly string[]>;
}

/** What views and commands may ask for. The one layer between a button and the tracker's parts,
 * implemented by `editor/actions.ts`; rejections carry a remedy. */
export interface Actions {
  inventory(): Inventory;
  onDidChange(listener: (inventory: Inventory) => void): { dispose(): void };
  /** A sweep that a person asks for: it trusts no earlier finding. */
  scanNow(): Promise<Inventory>;
  reapOrphans(options?: ReapOptions): Promise<readonly ReapResult[]>;
  /** What that would do with the same rows; signals nothing. */
  previewOrphans(only?: readonly string[]): Promise<readonly ReapPreview[]>;
  /** What a person should know before ending processes. Rejects when none of them is there any more. */
  previewEnd(processes: readonly ChosenProcess[]): Promise<EndPreview>;
  /** Ends processes on the user's word. */
  endChosen(server: string, processes: readonly ChosenProcess[]): Promise<ReapResult>;
  /** Adds a pattern to `mcpProcesses.reap.neverReap`, or removes it. */
  neverReap(pattern: string): Promise<void>;
  allowReap(pattern: string): Promise<void>;
  /** Hides one running server of somebody else's, until it ends. */
  hide(server: ServerView): Promise<void>;
  /** True once per machine and user: whether other clients' orphans have been told of yet, in whatever window. */
  announceOnce(): boolean;
  /** Sessions that crashed before this window came, and of which it is to tell now. */
  crashes(): readonly Crash[];
  /** Takes them, so that no other window tells of them too; undefined where another was faster. */
  takeCrashes(crashes: readonly Crash[]): CrashReport | undefined;
  /** The workspace folder by which this window knows its own crashes. */
  ownFolder(): string | undefined;
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
  listTools(key: string): Promise<readonly ServerTool[]>;
  /** @param signal tells the server that nobody waits any more. */
  callTool(key: string, tool: string, args: Record<string, unknown>, signal?: AbortSignal): Promise<unknown>;
  /** Opens the server's log (ours) or the editor's output for it. */
  showOutput(key: string): Promise<void>;
  /** Opens the configuration that names the server, at its place; says so where there is none. */
  showConfiguration(server: ServerView): Promise<void>;
  readonly newServers: NewServers;
  /** Opens the editor's page of settings with one of ours. */
  showSetting(id: string): Promise<void>;
}
