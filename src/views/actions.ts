import type { Draft, Plan } from '../clients/newServer/plan';
import type { ContainerStats } from '../containers/engine';
import type { ServerTool } from '../launch/connection';
import type { ContainerOutcome } from '../model/containerOutcome';
import type { EndPreview } from '../model/endPreview';
import type { Inventory } from '../model/inventory';
import type { ReapPreview, ReapResult } from '../model/reapResult';
import type { ServerView } from '../model/serverView';
import type { ChosenProcess } from '../reaping/endProcesses';
import type { ReapOptions } from '../reaping/reapQueue';
import type { Crash } from '../registry/crashes';
import type { CrashReport } from '../tracker/formerCrashes';

/**
 * Where settings of this extension may be. `user` applies to all workspaces: in a remote window those are
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

/** A server from the configuration of another client on this machine, with the secrets that are written there. */
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
  /** Names of servers and ids of inputs that are already in the settings. */
  taken(): { readonly names: ReadonlySet<string>; readonly inputs: ReadonlySet<string> };
  importable(): readonly ImportableServer[];
  /** Writes them and shows the file. @returns the keys of the new servers, now listed. @throws with a remedy */
  add(plan: Plan, scope: SettingsScope): Promise<readonly string[]>;
}

/**
 * Everything that views and commands can ask for, and the only layer between a button and the tracker's parts.
 * `editor/actions.ts` implements it. Every rejection carries a remedy.
 */
export interface Actions {
  inventory(): Inventory;
  onDidChange(listener: (inventory: Inventory) => void): { dispose(): void };
  /** A sweep that a person asks for: it trusts no earlier finding. */
  scanNow(): Promise<Inventory>;
  reapOrphans(options?: ReapOptions): Promise<readonly ReapResult[]>;
  /** What {@link reapOrphans} would do with the same rows; signals nothing. */
  previewOrphans(only?: readonly string[]): Promise<readonly ReapPreview[]>;
  /** What a person should know before ending processes. Rejects when all of them are gone. */
  previewEnd(processes: readonly ChosenProcess[]): Promise<EndPreview>;
  /** Ends processes that the user confirmed. */
  endChosen(server: string, processes: readonly ChosenProcess[]): Promise<ReapResult>;
  /** Adds a pattern to `mcpProcesses.reap.neverReap`, or removes it. */
  neverReap(pattern: string): Promise<void>;
  allowReap(pattern: string): Promise<void>;
  /** Hides one running server of another client until it ends. */
  hide(server: ServerView): Promise<void>;
  /** True only the first time in any window of this machine and user: other clients' orphans are announced once. */
  announceOnce(): boolean;
  /** Sessions that crashed before this window opened, as far as this window has to announce them now. */
  crashes(): readonly Crash[];
  /** Claims them, so that no other window announces them; undefined if another window was faster. */
  takeCrashes(crashes: readonly Crash[]): CrashReport | undefined;
  /** The workspace folder of this window, which identifies its own crashes. */
  ownFolder(): string | undefined;
  /** Forgets the values of `${input:id}` that were given. @returns how many. */
  forgetInputs(): Promise<number>;
  /** The last lines that a container wrote, redacted. */
  containerLogs(id: string): Promise<string>;
  /** A container's current use of memory and CPU; takes a second or two. */
  containerStats(id: string): Promise<ContainerStats | undefined>;
  /** Stops one container that the user confirmed. Rejects when it may be in use or is not ours to stop. */
  stopContainer(id: string): Promise<ContainerOutcome>;
  start(key: string): Promise<void>;
  stop(key: string): Promise<ReapResult | undefined>;
  restart(key: string): Promise<void>;
  listTools(key: string): Promise<readonly ServerTool[]>;
  /** @param signal cancels the call at the server. */
  callTool(key: string, tool: string, args: Record<string, unknown>, signal?: AbortSignal): Promise<unknown>;
  /** Opens the server's log (ours) or the editor's output for it. */
  showOutput(key: string): Promise<void>;
  /** Opens the configuration with the server's name selected; shows a message if there is none. */
  showConfiguration(server: ServerView): Promise<void>;
  readonly newServers: NewServers;
  /** Opens the Settings editor at one of our settings. */
  showSetting(id: string): Promise<void>;
}
