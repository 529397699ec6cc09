import type { ProcessIdentity } from './identity';
import type { FailedInspection, Reason } from './reason';
import type { Users } from './users';

/** One process as a snapshot saw it. Fields that the system would not tell are `undefined`, never a guess. */
export interface ProcessEntry {
  readonly pid: number;
  readonly start: string;
  /** The parent's pid as the system reports it. Whether it is really the parent: `parentOf` of processTree.ts. */
  readonly ppid: number;
  /** User id: in a snapshot the effective one, in a look undefined unless beyond doubt; on Windows undefined. */
  readonly uid: number | undefined;
  /** POSIX process group and session; undefined where the table does not tell. */
  readonly pgid: number | undefined;
  readonly sid: number | undefined;
  /** Whether it has a controlling terminal; undefined where unknown. */
  readonly hasTerminal: boolean | undefined;
  /** Dead, waiting for its parent to collect it. A `Z` whose other threads still run is *not* a zombie (false). */
  readonly zombie: boolean;
  /** Kernel name, at most 15 characters on Linux. */
  readonly name: string;
  /** Arguments; undefined when unreadable. On systems that give one line only: a single element. Not redacted. */
  readonly args: readonly string[] | undefined;
  /** Resident memory in bytes. */
  readonly memory: number | undefined;
  /** CPU time used so far in milliseconds. */
  readonly cpuTime: number | undefined;
  /** The value of `MCP_PROCESSES_COOKIE` in its environment: undefined when absent *or* unreadable. */
  readonly cookie: string | undefined;
  /** True for an Electron that was told to be a plain Node: then its name says nothing about an editor. */
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
  /** Whether a pid that is not among them exists all the same; absent where the system hides no processes. */
  readonly isHidden?: (pid: number) => boolean;
}

/** What an uncached look at one process says. `error` means: could not tell (never "gone"). */
export type Inspection =
  | { readonly kind: 'present'; readonly entry: ProcessEntry }
  | { readonly kind: 'gone' }
  | { readonly kind: 'error'; readonly reason: Reason };

export type Identification =
  | { readonly kind: 'present'; readonly pid: number; readonly start: string; readonly zombie: boolean }
  | { readonly kind: 'gone' }
  | { readonly kind: 'error'; readonly reason: Reason };

/**
 * What proves that a server can no longer be asked anything by its stdin.
 * - `no peer`: nothing is connected to it any more.
 * - `not open`: the server has ended, and none of its processes has its stdin open.
 * - `held by orphans`: only processes hold it that are ended together with the server.
 */
export type StdinGone = 'no peer' | 'not open' | 'held by orphans';

/** What `lsof` showed instead of a peer. */
export type StdinDetail = 'lsof: no peer' | 'lsof: (none)';

export type StdinPeer =
  | { readonly kind: 'alive'; readonly by: Users }
  | { readonly kind: 'gone'; readonly proof: StdinGone; readonly detail?: StdinDetail }
  /** `look`: why the look itself came to nothing; absent where it is the stdin that can tell nobody anything. */
  | { readonly kind: 'unknown'; readonly reason: Reason; readonly failure?: FailedInspection };

/** What kind of machine service, if any, this process is the main process of, or runs below. */
export type ServiceRole =
  | { readonly kind: 'none' }
  /** `isMain`: the service manager itself has executed it, beyond doubt; false: it has executed another; else unknown. */
  | { readonly kind: 'service'; readonly name: string; readonly isMain?: boolean }
  | { readonly kind: 'unknown'; readonly reason: Reason };

/** Whether a process serves or talks to a living process that is not one of `members`. */
export type OutsideUse =
  | { readonly kind: 'none' }
  | { readonly kind: 'used'; readonly by: Users }
  | { readonly kind: 'unknown'; readonly reason: Reason };

/** Everything we ask of the operating system. No opinions here: facts, or the reason why there is none. */
export interface Platform {
  readonly name: 'procfs' | 'portable';
  /** Scope tag of this process. An unreadable part makes it '', which matches nothing. */
  readonly scope: string;
  /** Identity of the running process itself. */
  self(): Promise<ProcessIdentity>;
  /** The table of all visible processes. Rejects when the system cannot be asked; callers then keep everything. */
  snapshot(): Promise<Snapshot>;
  /** One process, uncached, read immediately before a decision. Never rejects. */
  inspect(pid: number): Promise<Inspection>;
  /**
   * Who has a pid right now, and nothing more: the last look before a signal. Synchronous where it can be, so that
   * nothing comes between. Never throws.
   */
  identify?(pid: number): Identification;
  /** The same as {@link inspect}, for several; may be cheaper. Pids that are gone are absent only if surely gone. */
  inspectAll(pids: readonly number[]): Promise<ReadonlyMap<number, Inspection>>;
  /**
   * Direct children of a process, cheap enough for every second; undefined where the system cannot tell cheaply, or
   * the process is gone. For noticing only, never for a decision.
   */
  childrenOf?(pid: number): readonly number[] | undefined;
  /** A process's working folder, without links; undefined where it cannot be told. */
  folderOf?(pid: number): string | undefined;
  /** The file that a process executes, without links; undefined where it cannot be told, or the file is gone. */
  executableOf?(pid: number): string | undefined;
  /** Name of a process's terminal, for people: `pts/3`; undefined where it has none or it cannot be told. */
  terminalOf?(pid: number): string | undefined;
  /**
   * Those of the named variables that are set in a process's environment; undefined where it cannot be told, or it is
   * no longer that process. Name only variables that hold no secrets. Never throws.
   */
  variablesOf?(identity: ProcessIdentity, names: readonly string[]): Readonly<Record<string, string>> | undefined;
  /** Who holds the other end of the process's stdin. Never rejects. */
  stdinPeer(identity: ProcessIdentity): Promise<StdinPeer>;
  /** Whether the process is a machine service's main process. Never rejects. */
  serviceRole(identity: ProcessIdentity): Promise<ServiceRole>;
  /** Whether any of `pids` has a connection to a living process outside `members`. Never rejects. */
  outsideUse(pids: readonly number[], members: ReadonlySet<number>): Promise<OutsideUse>;
}
