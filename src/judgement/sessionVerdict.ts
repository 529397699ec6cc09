import type { ProcessIdentity } from '../os/identity';
import type { Snapshot } from '../os/platform';
import { isWrapperSession, type SessionFile } from '../registry/schema';
import { findAlive, type Member } from './members';

/** Whether a session's owner lives, and how we know. */
export interface SessionVerdict {
  readonly kind: 'live' | 'dead' | 'unknown';
  readonly evidence: string;
}

/**
 * Judges a session by its owner's identity and nothing else: not by age, not by parent pid, not by CPU use.
 * Anything that cannot be compared in this scope is `unknown`, and unknown is never reaped.
 */
export function judgeSession(
  snapshot: Snapshot,
  session: Pick<SessionFile, 'owner' | 'editor'>,
  members: readonly Member[],
): SessionVerdict {
  const { owner } = session;
  const who = `the ${ownerWord(session)} that started it (pid ${owner.pid})`;
  if (snapshot.scope === '' || owner.scope !== snapshot.scope) {
    return { kind: 'unknown', evidence: 'its session belongs to another boot, container or machine' };
  }
  if (findAlive(snapshot, owner)) return { kind: 'live', evidence: `${who} is running` };
  if (snapshot.isHidden?.(owner.pid)) {
    return {
      kind: 'unknown',
      evidence: `pid ${owner.pid}, which its owner had, belongs to a process that is hidden from this user`,
    };
  }
  const contradiction = stillParent(snapshot, owner, members);
  if (contradiction) return { kind: 'unknown', evidence: contradiction };
  const holder = snapshot.processes.get(owner.pid);
  return {
    kind: 'dead',
    evidence:
      holder && !holder.zombie
        ? `${who} no longer exists: that pid now belongs to a process with another start time`
        : `${who} no longer exists`,
  };
}

/** What a session's owner is to people; unknown where a cookie is all that is left of the session. */
function ownerWord(session: Pick<SessionFile, 'editor'>): string {
  if (session.editor === '') return 'process';
  return isWrapperSession(session) ? 'client' : 'window';
}

/**
 * Cross-check: real death reparents children at once. If somebody with the owner's pid still has one of its children,
 * the start times lie (changed clock, K27), and nothing is certain. Windows never reparents, so there a dead owner's
 * pid alone is no contradiction; somebody alive with that pid still is.
 */
function stillParent(snapshot: Snapshot, owner: ProcessIdentity, members: readonly Member[]): string | undefined {
  const holder = snapshot.processes.get(owner.pid);
  if (!holder || holder.zombie) return undefined;
  const child = members.find((member) => member.entry.ppid === owner.pid);
  return child && `its owner seems gone, but pid ${child.entry.pid} still has pid ${owner.pid} as its parent`;
}
