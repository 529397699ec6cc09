import type { MembershipProof } from '../model/evidence';
import type { Refusal } from '../model/refusal';
import type { ProcessIdentity } from '../os/identity';
import type { Inspection, OutsideUse, ProcessEntry, ServiceRole, Snapshot, StdinPeer } from '../os/platform';
import type { RecordKind } from '../registry/schema';
import type { SessionVerdict } from './sessionVerdict';

/**
 * The requester of a signal:
 * - a session that stops its own server; with `unasked` it does so automatically, and the list of processes that are never
 *   reaped applies;
 * - a reap of the left-overs of a dead session or of a dead foreign client;
 * - the user, for one process ("End This Process…").
 */
export type Requester =
  | { readonly by: 'own session'; readonly owner: ProcessIdentity; readonly unasked?: boolean }
  | { readonly by: 'reaper' }
  | { readonly by: 'user' };

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

/** All facts for the kill policy, read just now. `undefined`: not examined, which spares the process. */
export interface Facts {
  readonly identity: ProcessIdentity;
  readonly kind: RecordKind;
  readonly inspection: Inspection;
  readonly snapshot: Snapshot;
  readonly self: ProcessIdentity;
  readonly ownUid: number | undefined;
  readonly requester: Requester;
  /** What it is known as a member by. */
  readonly memberBy: MembershipProof;
  /** Whether its environment carries the full cookie of the record that it is to be reaped for. */
  readonly provenByCookie: boolean;
  /** Whether it is no root and now has the cookie of another record, which the snapshot may not show yet. */
  readonly carriesAnother: boolean;
  /** Whether the session of its record is dead; undefined for foreign servers, which have none. */
  readonly session: SessionVerdict | undefined;
  /** Needed for adopted and foreign servers; of launched ones only where the owner is a guess. */
  readonly stdin: StdinStatus | undefined;
  /** Needed for foreign servers. */
  readonly clientAbove: ClientAbove | undefined;
  /** Whether the user, or the setting for other clients, named this very server; needed for foreign ones. */
  readonly named: boolean;
  /** Owners of all live sessions, verified in this snapshot. */
  readonly liveOwners: readonly ProcessIdentity[];
  readonly service: ServiceRole;
  /** POSIX session that the record's root was seen in; undefined when it is not known. */
  readonly rootSession: number | undefined;
  /** Whether the owner was only taken for the client: `mcp-processes run` started the server, or may have. */
  readonly isOwnerGuessed: boolean;
  /** Connections served by its server, and by it and what is below it; not needed where {@link mayServeStrangers} says so. */
  readonly outsideUse: OutsideUse | undefined;
  readonly neverReap: readonly string[];
}

/** One rule: why the process is spared, or undefined when the rule allows a signal. */
export type Rule = (facts: Facts, entry: ProcessEntry) => Refusal | undefined;
