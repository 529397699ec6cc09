import { recordKey } from '../model/keys';
import type { ProcessIdentity } from '../os/identity';
import type { Users } from '../os/users';
import type { Reaper } from '../reaping/reaper';
import { isUnfinished, type Scan, type ScannedSession } from '../scan/scan';
import type { SparedReasons } from './row';

/** What a reap of the dead sessions in a scan would do; signals nothing. */
export interface SessionPlans {
  /** Which processes would be spared and why, by the keys of their rows. */
  readonly spared: ReadonlyMap<string, SparedReasons>;
  /** What is connected to a server all of which is spared for that, by the key of its row. */
  readonly usedBy: ReadonlyMap<string, Users>;
  /** Sessions of which a process could be ended now, by id. */
  readonly endable: ReadonlySet<string>;
}

export const NO_PLANS: SessionPlans = { spared: new Map(), usedBy: new Map(), endable: new Set() };

/** Whether anything of a session may be left to end, and this process may try. */
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
  // Together: each `run` is a session, and what they ask the system for at one moment they share.
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
