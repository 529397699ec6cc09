import { foreignKey, recordKey } from '../model/keys';
import type { ReapResult } from '../model/reapResult';
import type { ReapSettings } from '../model/settings';
import type { ProcessIdentity } from '../os/identity';
import type { ForeignReaper } from '../reaping/foreignReaper';
import type { Reaper } from '../reaping/reaper';
import { ReapQueue } from '../reaping/reapQueue';
import { wholeSets } from '../reaping/wholeSets';
import type { OwnSession } from '../registry/ownSession';
import { isLabelled, type ServerRecord } from '../registry/schema';
import type { ForeignServer } from '../scan/foreign/foreignServer';
import type { Scan, ScannedSession } from '../scan/scan';
import type { InventoryStore } from './inventoryStore';
import type { ReapTurns } from './reapTurns';
import type { ScanCycle } from './scanCycle';
import { isReapable } from './sessionPlans';

export interface AutomaticReapParts {
  readonly reaper: Reaper;
  /** Undefined where foreign servers are not scanned. */
  readonly foreignReaper: ForeignReaper | undefined;
  readonly cycle: ScanCycle;
  readonly store: InventoryStore;
  readonly turns: ReapTurns;
  readonly own: OwnSession;
  readonly self: ProcessIdentity;
  readonly settings: () => Pick<ReapSettings, 'reapForeign' | 'maxPerSweep'>;
}

/** Ends orphans of a scan that may be ended without a question. */
export class AutomaticReap {
  constructor(private readonly parts: AutomaticReapParts) {}

  /** Reaps the dead sessions whose setting is `on`. */
  async reapSessions(scan: Scan): Promise<void> {
    const { store, cycle, reaper, turns } = this.parts;
    const due = scan.sessions.filter((judged) => this.isDue(judged));
    if (due.length === 0) return;
    await store.ending.during(keysOf(due), async () => {
      await turns.run(async () => {
        if (!turns.isClosed) await Promise.all(due.map((judged) => reaper.reap(judged)));
      });
      await cycle.scan();
    });
  }

  /** Reaps foreign orphans where the setting allows it, and at most as many as it allows. */
  async reapForeign(): Promise<void> {
    if (!this.mayReapForeign()) return;
    await this.parts.turns.run(async () => {
      const { maxPerSweep = 0 } = this.parts.settings();
      const endable = await this.endableForeign(maxPerSweep);
      const queue = new ReapQueue({ mayBegin: () => this.mayReapForeign() });
      await reapForeignServers(this.parts, endable.slice(0, maxPerSweep), { isAsked: false, queue });
    });
  }

  private isDue(judged: ScannedSession): boolean {
    const { own, self, store } = this.parts;
    if (judged.session.automatic !== 'on' || !isReapable(judged, { ownId: own.session.id, self })) return false;
    // A session whose processes would all be spared needs no claim; its rows show the reasons.
    return (
      store.parts.plans.endable.has(judged.session.id) ||
      judged.records.some(({ record, members }) => isLabelled(record) && members.length === 0)
    );
  }

  /** Asked again after confirming scans, which take seconds: the user may have changed the setting meanwhile. */
  private mayReapForeign(): boolean {
    return this.parts.settings().reapForeign === 'auto' && !this.parts.turns.isClosed;
  }

  /** Where there are more orphans than allowed, orphans that would be spared must not take the places of others. */
  private async endableForeign(limit: number): Promise<readonly ForeignServer[]> {
    const { foreignReaper, store } = this.parts;
    const orphaned = store.parts.foreign.servers.filter(({ isOrphaned }) => isOrphaned);
    if (!foreignReaper || limit === 0 || orphaned.length <= limit) return orphaned;
    const previews = await foreignReaper.preview(recordsOf(orphaned));
    const endable = orphaned.filter((_, at) => previews[at]?.processes.some(({ spared }) => spared === undefined));
    const keyed = endable.map((server) => ({ server, key: server.record.id, heldWith: server.heldWith }));
    return wholeSets(keyed, limit).map(({ server }) => server);
  }
}

/** Reaps foreign servers, as a set where they only hold each other's stdin, and scans again. */
export async function reapForeignServers(
  { foreignReaper, store, cycle }: Pick<AutomaticReapParts, 'foreignReaper' | 'store' | 'cycle'>,
  chosen: readonly ForeignServer[],
  { isAsked, queue }: { readonly isAsked: boolean; readonly queue: ReapQueue },
): Promise<ReapResult[]> {
  if (!foreignReaper || chosen.length === 0) return [];
  const records = recordsOf(chosen);
  return store.ending.during(records.map(foreignKey), async () => {
    const reaped = await foreignReaper.reap(records, queue, isAsked);
    await cycle.scan();
    await cycle.scanForeign();
    return reaped;
  });
}

/** Keys of the rows of whole sessions. */
export function keysOf(sessions: readonly ScannedSession[]): string[] {
  return sessions.flatMap(({ session, records }) => records.map(({ record }) => recordKey(session.id, record.id)));
}

export function recordsOf(servers: readonly ForeignServer[]): ServerRecord[] {
  return servers.map(({ record }) => record);
}
