import type { OwnerFinding, OwnerRole } from '../model/ownerFinding';
import type { ProcessIdentity } from '../os/identity';
import type { Snapshot } from '../os/platform';
import { isWrapperSession, type SessionFile } from '../registry/schema';
import { findAlive, type Member } from './members';

/** Whether a session's owner lives, and the finding that shows it. */
export interface SessionVerdict {
  readonly kind: 'live' | 'dead' | 'unknown';
  readonly evidence: OwnerFinding;
}

/**
 * Judges a session only by its owner's identity: not by age, parent pid or CPU use. A session that cannot be compared in
 * this scope is `unknown`, and unknown sessions are never reaped.
 */
export function judgeSession(
  snapshot: Snapshot,
  session: Pick<SessionFile, 'owner' | 'editor'>,
  members: readonly Member[],
): SessionVerdict {
  const { owner } = session;
  const found = { role: roleOf(session), pid: owner.pid };
  if (snapshot.scope === '' || owner.scope !== snapshot.scope) {
    return { kind: 'unknown', evidence: { kind: 'other-scope' } };
  }
  if (findAlive(snapshot, owner)) return { kind: 'live', evidence: { kind: 'owner-running', ...found } };
  if (snapshot.isHidden?.(owner.pid)) {
    return { kind: 'unknown', evidence: { kind: 'owner-hidden', pid: owner.pid } };
  }
  const contradiction = stillParent(snapshot, owner, members);
  if (contradiction) return { kind: 'unknown', evidence: contradiction };
  const holder = snapshot.processes.get(owner.pid);
  const isPidReused = holder !== undefined && !holder.zombie;
  return { kind: 'dead', evidence: { kind: 'owner-gone', ...found, isPidReused } };
}

/** Where only cookies are left of a session, they say nothing about its owner. */
function roleOf(session: Pick<SessionFile, 'editor'>): OwnerRole {
  if (session.editor === '') return 'process';
  return isWrapperSession(session) ? 'client' : 'window';
}

/**
 * Cross-check: a death reparents all children at once. If a living process with the owner's pid still has one of its
 * children, the start times are wrong (changed clock, K27), and nothing is certain. Windows never reparents: there only
 * a living process with that pid is a contradiction.
 */
function stillParent(snapshot: Snapshot, owner: ProcessIdentity, members: readonly Member[]): OwnerFinding | undefined {
  const holder = snapshot.processes.get(owner.pid);
  if (!holder || holder.zombie) return undefined;
  const child = members.find((member) => member.entry.ppid === owner.pid);
  return child && { kind: 'owner-contradicted', pid: owner.pid, child: child.entry.pid };
}
