import { recordKey } from '../model/keys';
import type { ProcessIdentity } from '../os/identity';
import type { Users } from '../os/users';
import type { Reaper } from '../reaping/reaper';
import { isUnfinished, type Scan, type ScannedSession } from '../scan/scan';
import type { SparedReasons } from './row';

/** What a reap of the dead sessions in a scan would do; signals nothing. */
export interface SessionPlans {
  /** The processes that would be spared, and why, by the keys of their rows. */
  readonly spared: ReadonlyMap<string, SparedReasons>;
  /** The users of a server that is spared as a whole because of them, by the key of its row. */
  readonly usedBy: ReadonlyMap<string, Users>;
  /** Ids of sessions with at least one process that can be ended now. */
  readonly endable: ReadonlySet<string>;
}

export const NO_PLANS: SessionPlans = { spared: new Map(), usedBy: new Map(), endable: new Set() };

/** Whether anything of a session may be left to end, and this process may claim it. */
export function isReapable(
  { session, verdict, claimedBy, records }: ScannedSession,
  { ownId, self }: { readonly ownId: string; readonly self: ProcessIdentity },
): boolean {
  return (
    verdict.kind === 'dead' &&
    session.id !== ownId &&
    (!claimedBy || claimedBy.pid === self.pid) &&
    records.some(isUnfinished)
  );
}

export async function planSessions(
  reaper: Reaper,
  scan: Scan,
  reapable: readonly ScannedSession[],
): Promise<SessionPlans> {
  const spared = new Map<string, SparedReasons>();
  const usedBy = new Map<string, Users>();
  const endable = new Set<string>();
  // In parallel, so that simultaneous questions to the system share one run: each `run` is a session.
  const plans = await Promise.all(reapable.map((judged) => reaper.plan(scan, judged)));
  for (const [index, { session }] of reapable.entries()) {
    for (const [recordId, decided] of plans[index] ?? []) {
      const key = recordKey(session.id, recordId);
      if (decided.some(({ decision }) => 'permit' in decision)) endable.add(session.id);
      const reasons = decided.flatMap(({ member, decision }) =>
        'spared' in decision ? [[member.entry.pid, decision.spared] as const] : [],
      );
      spared.set(key, new Map(reasons));
      const use = decided.find((one) => one.use?.kind === 'used')?.use;
      if (use?.kind === 'used' && reasons.length === decided.length) usedBy.set(key, use.by);
    }
  }
  return { spared, usedBy, endable };
}
