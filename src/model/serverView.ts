import type { Users } from '../os/users';
import type { ExitStatus } from '../registry/history';
import type { RecordId, SessionId } from '../registry/ids';
import type { ContainerView } from './containerView';
import type { EngineFailure } from './engineFailure';
import type { Evidence } from './evidence';
import type { ServerKey } from './keys';
import type { Refusal } from './refusal';
import type { StartProblem } from './startProblem';

// The servers of an inventory: plain data, redacted, without live handles.

export type VerdictKind = 'active' | 'orphaned' | 'detached' | 'unknown' | 'gone';

/** Which group of the panel a server belongs to. */
export type ServerGroup = 'orphaned' | 'thisWindow' | 'otherWindows' | 'otherClients' | 'ownerUnknown' | 'notRunning';

/**
 * Who starts and stops it: us, the editor's own MCP client, another extension or client, or, for a remote server that has
 * no process, no program here.
 */
export type ManagedBy = 'mcpProcesses' | 'editor' | 'foreign' | 'remote';

/**
 * - `starting`: spawned, but the MCP handshake is not done.
 * - `running`: answers.
 * - `stopping`: its ladder runs or is about to.
 * - `stopped`: configured, without a process.
 * - `failed`: did not start, or exited unexpectedly; {@link Failure} says which.
 */
export type RunState = 'starting' | 'running' | 'stopping' | 'stopped' | 'failed';

/** What went wrong with a server of ours: it did not start, or it exited unexpectedly. */
export type Failure = StartFailure | UnexpectedExit;

interface FailureFacts {
  /** Epoch ms. */
  readonly at: number;
  /** The last line of its stderr, redacted. */
  readonly lastLine: string | undefined;
}

export interface StartFailure extends FailureFacts {
  readonly kind: 'start';
  readonly problem: StartProblem;
  /** Where it ended before it answered. */
  readonly exit: ExitStatus | undefined;
}

export interface UnexpectedExit extends FailureFacts {
  readonly kind: 'exit';
  readonly exit: ExitStatus;
}

/** A process of this machine since its last boot. */
export interface ProcessId {
  readonly pid: number;
  /** Start token; with the pid it identifies the process. */
  readonly start: string;
}

export interface ProcessNode extends ProcessId {
  readonly name: string;
  /** Redacted command line. */
  readonly commandLine: string;
  /** Epoch ms, approximate; for display only. */
  readonly startedAt: number | undefined;
  /** Bytes; undefined where unknown. */
  readonly memory: number | undefined;
  /** Why the kill policy spares it, if it does. */
  readonly spared: Refusal | undefined;
  readonly children: readonly ProcessNode[];
}

/** What the server said about itself in the MCP handshake. */
export interface ServerInfo {
  readonly name: string;
  readonly version: string;
  readonly tools: number;
  readonly resources: number;
  readonly prompts: number;
}

/** A server in the inventory; `kind` says how it came to be here, and with that what is known of it. */
export type ServerView = LaunchedView | SessionView | AdoptedView | ForeignView | ConfiguredView | RemoteView;

interface ViewOfAny {
  /** Stable and unique; the tree's id. */
  readonly key: ServerKey;
  readonly name: string;
  /** The MCP client whose configuration names it, e.g. "MCP Processes", "VS Code". */
  readonly client: string;
  /** Workspace folder, absolute; undefined when it has none. */
  readonly folder: string | undefined;
  /** Every observed fact that led to the verdict. */
  readonly evidence: readonly Evidence[];
}

interface ViewOfProcesses extends ViewOfAny {
  /** Root process (or the first living member when the root is gone). */
  readonly pid: number | undefined;
  /** Epoch ms. */
  readonly startedAt: number | undefined;
  /** Bytes of the whole tree. */
  readonly memory: number | undefined;
  readonly processes: readonly ProcessNode[];
  /** The containers it runs in, as far as their engine lists them. */
  readonly containers: readonly ContainerView[];
  /** "container unknown": why the engine could not say. */
  readonly containerProblem: EngineFailure | undefined;
}

/** What this window launched. */
export type LaunchedView = ViewOfProcesses &
  LaunchedStanding & {
    readonly kind: 'launched';
    /** Once it has answered, while it runs. */
    readonly serverInfo: ServerInfo | undefined;
    /** The file that configures it; undefined for the setting and the API. */
    readonly configurationFile: string | undefined;
    readonly sessionId: SessionId;
    readonly recordId: RecordId;
  };

export type LaunchedStanding =
  | (HereAndActive & { readonly state: 'starting' | 'running' | 'stopped'; readonly failure: undefined })
  /** `failure`: while what a crash of it left is ended. */
  | (HereAndActive & { readonly state: 'stopping'; readonly failure: Failure | undefined })
  | {
      readonly group: 'thisWindow';
      readonly verdict: 'active' | 'gone';
      readonly state: 'failed';
      readonly failure: Failure;
    }
  /** `running`: it started after the last scan. */
  | {
      readonly group: 'notRunning';
      readonly verdict: 'gone';
      readonly state: 'stopped' | 'running';
      readonly failure: undefined;
    };

interface HereAndActive {
  readonly group: 'thisWindow';
  readonly verdict: 'active';
}

/** What another window, or `mcp-processes run`, started. */
export type SessionView = ViewOfProcesses &
  SessionStanding & {
    readonly kind: 'session';
    readonly state: 'running' | 'stopping';
    readonly sessionId: SessionId;
    readonly recordId: RecordId;
  };

export type SessionStanding =
  | {
      readonly group: 'orphaned';
      readonly verdict: 'orphaned';
      /** Where the session's setting is to ask before it is ended: what the session was. */
      readonly awaitsAnswer?: 'window' | 'client';
    }
  | {
      readonly group: 'otherWindows' | 'otherClients';
      readonly verdict: 'active';
      /** What still has a connection to it, where that alone makes it active: its client is gone. */
      readonly usedBy?: Users;
    }
  | { readonly group: 'otherWindows' | 'otherClients'; readonly verdict: 'detached' }
  | {
      readonly group: 'otherWindows' | 'otherClients';
      readonly verdict: 'unknown';
      /** As it was written down; the first scan is under way. */
      readonly checking?: true;
    };

/** What the editor's own client or another extension started in this window. */
export interface AdoptedView extends ViewOfProcesses {
  readonly kind: 'adopted';
  readonly managedBy: 'editor' | 'foreign';
  readonly group: 'thisWindow';
  readonly verdict: 'active';
  readonly state: 'running';
  /** The file that configures it, where that is known. */
  readonly configurationFile: string | undefined;
  readonly sessionId: SessionId;
  /** Undefined until it is recorded. */
  readonly recordId: RecordId | undefined;
}

/** What another client on this machine started. */
export type ForeignView = ViewOfProcesses &
  ForeignStanding & {
    readonly kind: 'foreign';
    readonly state: 'running' | 'stopping';
    /** A confirming scan is under way; until it is done, the verdict is that of the scans before. */
    readonly checking?: true;
    /** The terminal of its launcher, e.g. `pts/3`. */
    readonly terminal?: string;
    /** Epoch ms since when it has used no CPU time. */
    readonly idleSince?: number;
    /** Those whose end may make it an orphan. */
    readonly dependsOn: readonly ProcessId[];
    /** How many copies of it run under the same client; 1 for most. More than one is worth a look. */
    readonly copies: number;
    /** The file that configures it. */
    readonly configurationFile: string | undefined;
    readonly recordId: RecordId;
  };

export type ForeignStanding =
  | { readonly group: 'orphaned'; readonly verdict: 'orphaned' }
  | {
      readonly group: 'otherClients';
      readonly verdict: 'active';
      /** What still has a connection to it, where that alone makes it active: no client is known. */
      readonly usedBy?: Users;
    }
  | { readonly group: 'ownerUnknown'; readonly verdict: 'unknown' };

/** Nothing of it runs on this machine. */
interface ViewWithoutProcess extends ViewOfAny {
  readonly group: 'notRunning';
  readonly verdict: 'gone';
  readonly state: 'stopped';
  readonly evidence: readonly [];
  readonly pid: undefined;
  readonly startedAt: undefined;
  readonly memory: undefined;
  readonly processes: readonly [];
  readonly containers: readonly [];
  readonly containerProblem: undefined;
  /** The file that configures it; undefined for the setting. */
  readonly configurationFile: string | undefined;
}

/** What is configured in this window and does not run. */
export interface ConfiguredView extends ViewWithoutProcess {
  readonly kind: 'configured';
  readonly managedBy: Exclude<ManagedBy, 'remote'>;
}

/** A configured server that is reached over a URL. */
export interface RemoteView extends ViewWithoutProcess {
  readonly kind: 'remote';
  /** Credentials removed. */
  readonly url: string;
}

export function managerOf(server: ServerView): ManagedBy {
  switch (server.kind) {
    case 'launched':
    case 'session':
      return 'mcpProcesses';
    case 'adopted':
    case 'configured':
      return server.managedBy;
    case 'foreign':
    case 'remote':
      return server.kind;
  }
}

/** The file that configures it, where that is known; undefined for the setting. */
export function configurationFileOf(server: ServerView): string | undefined {
  return server.kind === 'session' ? undefined : server.configurationFile;
}
