import type { ReapResult } from '../model/inventory';
import { foreignKey, recordKey } from '../model/keys';
import type { ReapSettings } from '../model/settings';
import type { ProcessIdentity } from '../os/identity';
import type { Reaper } from '../reaping/reaper';
import { ReapQueue } from '../reaping/reapQueue';
import { wholeSets } from '../reaping/wholeSets';
import type { OwnSession } from '../registry/ownSession';
import { isLabelled, type ServerRecord } from '../registry/schema';
import type { ForeignServer, ForeignServers } from '../scan/foreignServers';
import type { Scan, ScannedSession } from '../scan/scan';
import type { InventoryStore } from './inventoryStore';
import type { ReapTurns } from './reapTurns';
import type { ScanCycle } from './scanCycle';
import { isReapable } from './sessionPlans';

export interface AutomaticReapParts {
  readonly reaper: Reaper;
  readonly cycle: ScanCycle;
  readonly store: InventoryStore;
  readonly turns: ReapTurns;
  readonly own: OwnSession;
  readonly self: ProcessIdentity;
  readonly foreignServers?: ForeignServers | undefined;
  readonly settings: () => Pick<ReapSettings, 'reapForeign' | 'maxPerSweep'>;
}

/** Ends what a scan has found and what may be ended without asking. */
export class AutomaticReap {
  constructor(private readonly parts: AutomaticReapParts) {}

  /** Reaps dead sessions that want it. */
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

  /** Reaps other clients' orphans where the setting says so, as many of them as it allows. */
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
    // Where everything would be spared there is nothing to claim; it is shown with its reasons.
    return (
      store.parts.plans.endable.has(judged.session.id) ||
      judged.records.some(({ record, members }) => isLabelled(record) && members.length === 0)
    );
  }

  /** Scans that confirm a finding take seconds; meanwhile the user may have changed the setting. */
  private mayReapForeign(): boolean {
    return this.parts.settings().reapForeign === 'auto' && !this.parts.turns.isClosed;
  }

  /** Where there are more than may be reaped, those that are spared anyway must not stand before the others. */
  private async endableForeign(limit: number): Promise<readonly ForeignServer[]> {
    const { foreignServers, reaper, store } = this.parts;
    const orphaned = store.parts.foreign.servers.filter(({ isOrphaned }) => isOrphaned);
    if (!foreignServers || limit === 0 || orphaned.length <= limit) return orphaned;
    const set = reaper.foreignSet(recordsOf(orphaned), foreignServers);
    const previews = await Promise.all(
      orphaned.map(({ record }) => reaper.previewForeign(record, foreignServers, set)),
    );
    const endable = orphaned.filter((_, at) => previews[at]?.processes.some(({ spared }) => spared === undefined));
    const keyed = endable.map((server) => ({ server, key: server.record.id, heldWith: server.heldWith }));
    return wholeSets(keyed, limit).map(({ server }) => server);
  }
}

/** Reaps other clients' servers, those that only hold each other's stdin together, and scans again. */
export async function reapForeignServers(
  { foreignServers, reaper, store, cycle }: Pick<AutomaticReapParts, 'foreignServers' | 'reaper' | 'store' | 'cycle'>,
  chosen: readonly ForeignServer[],
  { isAsked, queue }: { readonly isAsked: boolean; readonly queue: ReapQueue },
): Promise<ReapResult[]> {
  if (!foreignServers || chosen.length === 0) return [];
  const keys = chosen.map(({ record }) => foreignKey(record));
  const set = reaper.foreignSet(recordsOf(chosen), foreignServers);
  return store.ending.during(keys, async () => {
    const reaped = await Promise.all(
      chosen.map(({ record }) => reaper.reapForeign(record, foreignServers, set, queue, isAsked)),
    );
    await cycle.scan();
    await cycle.scanForeign();
    return reaped.filter((result) => result !== undefined);
  });
}

/** Keys of the rows of whole sessions. */
export function keysOf(sessions: readonly ScannedSession[]): string[] {
  return sessions.flatMap(({ session, records }) => records.map(({ record }) => recordKey(session.id, record.id)));
}

export function recordsOf(servers: readonly ForeignServer[]): ServerRecord[] {
  return servers.map(({ record }) => record);
}
