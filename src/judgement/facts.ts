import type { MembershipProof } from '../model/evidence';
import type { Refusal } from '../model/refusal';
import type { ProcessIdentity } from '../os/identity';
import type { Inspection, OutsideUse, ProcessEntry, ServiceRole, Snapshot, StdinPeer } from '../os/platform';
import type { SessionVerdict } from './sessionVerdict';

/**
 * The requester of a signal to a server:
 * - the session that stops its own server; with `unasked` it does so automatically, and the list of processes that are
 *   never reaped applies;
 * - the reaper of the left-overs of a dead session or of a dead foreign client.
 */
export type ServerRequester =
  | { readonly by: 'own session'; readonly owner: ProcessIdentity; readonly unasked?: boolean }
  | { readonly by: 'reaper' };

/** The requester of a signal; the user is one for single processes ("End This Process…"). */
export type Requester = ServerRequester | { readonly by: 'user' };

/** The state of a server's stdin: the joined peers of its processes, and since when nothing holds it. */
export interface StdinStatus {
  readonly peer: StdinPeer;
  /** For how many ms (monotonic) all scans have found it gone; 0 in the first of them. */
  readonly goneFor: number;
}

/** A live MCP client among a process's ancestors. */
export type ClientAbove =
  | { readonly kind: 'none' }
  | { readonly kind: 'client'; readonly title: string; readonly pid: number };

/** The facts for the rules for every signal, all read just now. */
interface ProcessFacts {
  readonly identity: ProcessIdentity;
  readonly inspection: Inspection;
  readonly snapshot: Snapshot;
  readonly self: ProcessIdentity;
  readonly ownUid: number | undefined;
  /** Owners of all live sessions, verified in this snapshot. */
  readonly liveOwners: readonly ProcessIdentity[];
  readonly service: ServiceRole;
  readonly neverReap: readonly string[];
}

/** Facts about a process of a server. A missing probe is undefined: the rule that needs it spares the process. */
interface MemberFacts extends ProcessFacts {
  readonly requester: ServerRequester;
  /** The proof that it is a member. */
  readonly memberBy: MembershipProof;
  /** Whether its environment carries the full cookie of the record that it is to be reaped for. */
  readonly provenByCookie: boolean;
  /** Whether it is no root and now has the cookie of another record, which the snapshot may not show yet. */
  readonly carriesAnother: boolean;
  /** POSIX session of the record's root; undefined when unknown. */
  readonly rootSession: number | undefined;
  /** Connections served by its server, and by it and what is below it; not needed where {@link mayServeStrangers} says so. */
  readonly outsideUse: OutsideUse | undefined;
}

export type LaunchedFacts = MemberFacts & {
  readonly kind: 'launched';
  /** Whether the session of its record is dead. */
  readonly session: SessionVerdict;
} & (
    | { readonly isOwnerGuessed: false }
    /** The owner is a guess: `mcp-processes run` started the server, or may have. */
    | { readonly isOwnerGuessed: true; readonly stdin: StdinStatus | undefined }
  );

export interface AdoptedFacts extends MemberFacts {
  readonly kind: 'adopted';
  /** Whether the session of its record is dead. */
  readonly session: SessionVerdict;
  readonly stdin: StdinStatus | undefined;
}

/** Facts about a process of a foreign server, which has no session. */
export interface ForeignFacts extends MemberFacts {
  readonly kind: 'foreign';
  readonly stdin: StdinStatus | undefined;
  readonly clientAbove: ClientAbove | undefined;
  /** Whether the user, or the setting for other clients, named this very server. */
  readonly named: boolean;
}

/** Facts about a process that the user chose, whether or not it belongs to a server. */
export interface UserFacts extends ProcessFacts {
  readonly kind: 'user';
  readonly requester: { readonly by: 'user' };
}

export type ServerFacts = LaunchedFacts | AdoptedFacts | ForeignFacts;
/** All facts for the kill policy. */
export type Facts = ServerFacts | UserFacts;

/** One rule: why the process is spared, or undefined when the rule allows a signal. */
export type Rule<F extends Facts = Facts> = (facts: F, entry: ProcessEntry) => Refusal | undefined;
