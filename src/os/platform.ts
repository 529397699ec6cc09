import type { ProcessIdentity } from './identity';
import type { FailedInspection, Reason } from './reason';
import type { Users } from './users';

/** One process in a snapshot. Fields that the system does not give are `undefined`, never a guess. */
export interface ProcessEntry {
  readonly pid: number;
  readonly start: string;
  /** The parent's pid as the system reports it; `parentOf` in processTree.ts checks it. */
  readonly ppid: number;
  /** User id: the effective one in a snapshot; in an inspection undefined unless beyond doubt; on Windows undefined. */
  readonly uid: number | undefined;
  /** POSIX process group and session; undefined where the table lacks them. */
  readonly pgid: number | undefined;
  readonly sid: number | undefined;
  /** Whether it has a controlling terminal; undefined where unknown. */
  readonly hasTerminal: boolean | undefined;
  /** Dead, waiting for its parent to collect it. A process in state `Z` whose other threads still run is *no* zombie. */
  readonly zombie: boolean;
  /** Kernel name, at most 15 characters on Linux. */
  readonly name: string;
  /** Arguments, not redacted; a single element where the system gives one line only; undefined when unreadable. */
  readonly args: readonly string[] | undefined;
  /** Resident memory in bytes. */
  readonly memory: number | undefined;
  /** CPU time used so far in milliseconds. */
  readonly cpuTime: number | undefined;
  /** The value of `MCP_PROCESSES_COOKIE` in its environment: undefined when absent *or* unreadable. */
  readonly cookie: string | undefined;
  /** True for an Electron that runs as a plain Node: its name then says nothing about an editor. */
  readonly runsAsNode?: boolean;
  /** False when the environment could not be read (other user, restricted, not supported). */
  readonly environmentReadable: boolean;
}

/** All processes of one scope at about one moment. */
export interface Snapshot {
  readonly scope: string;
  /** Wall clock in ms, for display only. */
  readonly takenAt: number;
  readonly processes: ReadonlyMap<number, ProcessEntry>;
  /** Whether a pid that is not listed exists nevertheless; absent where the system hides no processes. */
  readonly isHidden?: (pid: number) => boolean;
}

/** The result of an uncached inspection of one process. `error` means unknown, never "gone". */
export type Inspection =
  | { readonly kind: 'present'; readonly entry: ProcessEntry }
  | { readonly kind: 'gone' }
  | { readonly kind: 'error'; readonly reason: Reason };

export type Identification =
  | { readonly kind: 'present'; readonly pid: number; readonly start: string; readonly zombie: boolean }
  | { readonly kind: 'gone' }
  | { readonly kind: 'error'; readonly reason: Reason };

/**
 * What proves that no client can reach a server through its stdin.
 * - `no peer`: nothing is connected to it any more.
 * - `not open`: the server has ended, and none of its processes has its stdin open.
 * - `held by orphans`: only processes that are ended together with the server hold it.
 */
export type StdinGone = 'no peer' | 'not open' | 'held by orphans';

/** What `lsof` showed instead of a peer. */
export type StdinDetail = 'lsof: no peer' | 'lsof: (none)';

export type StdinPeer =
  | { readonly kind: 'alive'; readonly by: Users }
  | { readonly kind: 'gone'; readonly proof: StdinGone; readonly detail?: StdinDetail }
  /** `failure`: the inspection itself failed; absent where this kind of stdin has no other end to find. */
  | { readonly kind: 'unknown'; readonly reason: Reason; readonly failure?: FailedInspection };

/** What kind of machine service, if any, this process is the main process of, or runs below. */
export type ServiceRole =
  | { readonly kind: 'none' }
  /** `isMain`: true when the service manager executed this very process, false when another; undefined when unknown. */
  | { readonly kind: 'service'; readonly name: string; readonly isMain?: boolean }
  | { readonly kind: 'unknown'; readonly reason: Reason };

/** Whether a process serves or talks to a living process that is not one of `members`. */
export type OutsideUse =
  | { readonly kind: 'none' }
  | { readonly kind: 'used'; readonly by: Users }
  | { readonly kind: 'unknown'; readonly reason: Reason };

/** Everything we ask of the operating system. It returns facts, or the reason why there is none; it decides nothing. */
export interface Platform {
  readonly name: 'procfs' | 'portable';
  /** Scope tag of this process. An unreadable part makes it '', which matches nothing. */
  readonly scope: string;
  /** Identity of the running process itself. */
  self(): Promise<ProcessIdentity>;
  /** The table of all visible processes. Rejects when it cannot be read; callers then spare everything. */
  snapshot(): Promise<Snapshot>;
  /** One process, uncached, read immediately before a decision. Never rejects. */
  inspect(pid: number): Promise<Inspection>;
  /**
   * Which process has a pid right now, and nothing more: the last check before a signal. Synchronous, so that nothing
   * comes in between; absent where a program would have to run. Never throws.
   */
  identify?(pid: number): Identification;
  /** {@link inspect} for several processes, cheaper where possible. A pid missing from the answer is gone. Never rejects. */
  inspectAll(pids: readonly number[]): Promise<ReadonlyMap<number, Inspection>>;
  /**
   * Direct children of a process, cheap enough for every second; absent or undefined where the system has no cheap way,
   * or the process is gone. For noticing changes only, never for a decision.
   */
  childrenOf?(pid: number): readonly number[] | undefined;
  /** A process's working folder, without links; undefined where unknown. */
  folderOf?(pid: number): string | undefined;
  /** The file that a process executes, without links; undefined where unknown, or where the file is gone. */
  executableOf?(pid: number): string | undefined;
  /** Name of a process's terminal, for people: `pts/3`; undefined where it has none or where unknown. */
  terminalOf?(pid: number): string | undefined;
  /**
   * The named variables that are set in a process's environment; undefined where unknown, or where the pid belongs to
   * another process. Name only variables that hold no secrets. Never throws.
   */
  variablesOf?(identity: ProcessIdentity, names: readonly string[]): Readonly<Record<string, string>> | undefined;
  /** Who holds the other end of the process's stdin. Never rejects. */
  stdinPeer(identity: ProcessIdentity): Promise<StdinPeer>;
  /** Whether the process is a machine service's main process. Never rejects. */
  serviceRole(identity: ProcessIdentity): Promise<ServiceRole>;
  /** Whether any of `pids` has a connection to a living process outside `members`. Never rejects. */
  outsideUse(pids: readonly number[], members: ReadonlySet<number>): Promise<OutsideUse>;
}
