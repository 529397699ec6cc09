import type { StdinDetail, StdinGone } from '../os/platform';
import type { Reason } from '../os/reason';
import type { ProcessName, Users } from '../os/users';
import type { EngineFailure } from './engineFailure';
import type { OwnerFinding } from './ownerFinding';
import type { Refusal } from './refusal';

/** How a process is known to belong to a server; the first proof that applies. */
export type MembershipProof = 'root' | 'census' | 'cookie' | 'tree';

/** Why a process counts as a configured server. */
export type Basis =
  | { readonly kind: 'path' | 'package' | 'image' | 'program' }
  /** Its words name this server in one folder only, and it runs there. */
  | { readonly kind: 'folder'; readonly folder: string }
  /** The entry's placeholder stands for a folder in which the entry applies. */
  | { readonly kind: 'placeholder'; readonly placeholder: string; readonly value: string }
  /** Only its name; used where the user allows guesses. */
  | { readonly kind: 'name' };

/** What is known about a server's stdin. `heldBy`: whether its holders may be clients. */
export type StdinFinding =
  | { readonly kind: 'stdin-gone'; readonly proof: StdinGone; readonly detail?: StdinDetail }
  | { readonly kind: 'stdin-unknown'; readonly reason: Reason }
  | { readonly kind: 'stdin-held'; readonly by: Users; readonly heldBy: 'clients' | 'orphans' | 'strangers' };

/** What is known about a server's container. */
export type ContainerFinding =
  | { readonly kind: 'container-not-asked'; readonly program: string }
  | { readonly kind: 'container-unknown'; readonly failure: EngineFailure }
  | { readonly kind: 'container'; readonly id: string; readonly image: string; readonly state: string }
  /** The container is not this client's own. */
  | { readonly kind: 'container-elsewhere'; readonly found: 'compose' | 'gateway' }
  | { readonly kind: 'container-elsewhere'; readonly found: 'exec'; readonly engine: string };

/**
 * One observed fact that led to a verdict; wording/evidence.ts turns it into a sentence.
 * `reason`: why the system or one of its programs gave no answer.
 */
export type Evidence =
  | OwnerFinding
  | StdinFinding
  | ContainerFinding
  // Its origin.
  | { readonly kind: 'started-here' }
  | { readonly kind: 'started-in-window'; readonly client: string }
  | { readonly kind: 'started-by'; readonly server?: string; readonly editor?: string }
  | { readonly kind: 'matches'; readonly pid?: number; readonly entry: EntryNamed; readonly basis: Basis }
  | { readonly kind: 'child-matches'; readonly pid: number }
  // Its processes. `below`: the parent, where that is not its root.
  | { readonly kind: 'member'; readonly pid: number; readonly by: MembershipProof; readonly below?: number }
  | { readonly kind: 'root-ended' }
  | { readonly kind: 'copies'; readonly count: number }
  // Its possible users.
  | { readonly kind: 'runs-under'; readonly process: ProcessName }
  | { readonly kind: 'parent-gone' }
  | { readonly kind: 'in-use'; readonly by: Users }
  | { readonly kind: 'use-unknown'; readonly reason: Reason }
  | { readonly kind: 'not-in-use' }
  | { readonly kind: 'seen-once' }
  /** `since`: epoch ms. */
  | { readonly kind: 'window-away'; readonly since: number }
  // Its future.
  | { readonly kind: 'spared'; readonly pid: number; readonly refusal: Refusal }
  | { readonly kind: 'being-ended'; readonly by: number }
  | { readonly kind: 'not-automatic'; readonly automatic: 'ask' | 'off' };

/** The entry of a configuration that a process matches. */
export interface EntryNamed {
  readonly name: string;
  readonly client: string;
  readonly file?: string;
}

export type EvidenceKind = Evidence['kind'];

/** The facts that alone show whether anything still uses the server. */
const PROVES: Partial<Record<EvidenceKind, true>> = {
  ...{ 'owner-running': true, 'owner-gone': true, 'owner-hidden': true, 'owner-contradicted': true },
  ...{ 'other-scope': true, 'session-changing': true },
  ...{ 'stdin-gone': true, 'stdin-unknown': true, 'stdin-held': true },
};

/** The strongest fact about whether anything uses the server; undefined where that is no question. */
export function proofOf(evidence: readonly Evidence[]): Evidence | undefined {
  return evidence.find(({ kind }) => PROVES[kind]);
}
