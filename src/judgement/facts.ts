import type { MembershipProof } from '../model/evidence';
import type { Refusal } from '../model/refusal';
import type { ProcessIdentity } from '../os/identity';
import type { Inspection, OutsideUse, ProcessEntry, ServiceRole, Snapshot, StdinPeer } from '../os/platform';
import type { SessionVerdict } from './sessionVerdict';

/**
 * Who asks about a server:
 * - the session that stops its own; `unasked` when nobody told it to, so that what is listed to be kept stays;
 * - the reaper of what a dead session, or a dead client of another's, left.
 */
export type ServerRequester =
  | { readonly by: 'own session'; readonly owner: ProcessIdentity; readonly unasked?: boolean }
  | { readonly by: 'reaper' };

/** Who asks; the user does about single processes ("End This Process…"). */
export type Requester = ServerRequester | { readonly by: 'user' };

/** Where a server's input stands: what its processes' stdins say together, and for how long they have said so. */
export interface StdinStatus {
  readonly peer: StdinPeer;
  /** Milliseconds (monotonic) between the first and this look in an unbroken row of looks that all said "gone". */
  readonly goneFor: number;
}

/** A live MCP client among a process's ancestors. */
export type ClientAbove =
  | { readonly kind: 'none' }
  | { readonly kind: 'client'; readonly title: string; readonly pid: number };

/** What the rules for every signal look at, all of it freshly read. */
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

/** Of a process that belongs to a server. A probe that was not made is undefined: the rule that needs it spares. */
interface MemberFacts extends ProcessFacts {
  readonly requester: ServerRequester;
  /** What it is known as a member by. */
  readonly memberBy: MembershipProof;
  /** Whether its environment carries the full cookie of the record that it is to be reaped for. */
  readonly provenByCookie: boolean;
  /** Whether it is no root and, looked at now, carries the cookie of another record: the snapshot may not show it yet. */
  readonly carriesAnother: boolean;
  /** POSIX session that the record's root was seen in; undefined when it is not known. */
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
    /** The owner was only taken for the client: `mcp-processes run` started the server, or may have. */
    | { readonly isOwnerGuessed: true; readonly stdin: StdinStatus | undefined }
  );

export interface AdoptedFacts extends MemberFacts {
  readonly kind: 'adopted';
  /** Whether the session of its record is dead. */
  readonly session: SessionVerdict;
  readonly stdin: StdinStatus | undefined;
}

/** Of another client's server, which has no session. */
export interface ForeignFacts extends MemberFacts {
  readonly kind: 'foreign';
  readonly stdin: StdinStatus | undefined;
  readonly clientAbove: ClientAbove | undefined;
  /** Whether the user, or the setting for other clients, named this very server. */
  readonly named: boolean;
}

/** Of a process that the user chose, whatever it belongs to. */
export interface UserFacts extends ProcessFacts {
  readonly kind: 'user';
  readonly requester: { readonly by: 'user' };
}

export type ServerFacts = LaunchedFacts | AdoptedFacts | ForeignFacts;
/** Everything that the kill policy looks at. */
export type Facts = ServerFacts | UserFacts;

/** One rule: why the process is spared, or undefined when the rule has nothing against a signal. */
export type Rule<F extends Facts = Facts> = (facts: F, entry: ProcessEntry) => Refusal | undefined;
