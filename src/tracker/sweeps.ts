import { SharedRun } from '../common/async';
import { nextTick } from '../common/eventLoop';
import type { Log } from '../common/log';
import { runsUnlabelled } from '../containers/engineClients';
import type { Inventory } from '../model/inventory';
import type { ContainerScan } from '../scan/containerScan';
import { recordsNow, updateCensus } from '../scan/ownCensus';
import type { Scanner } from '../scan/scanner';
import type { ScanSharing } from '../scan/scanSharing';
import { errorText } from '../wording/reasons';
import type { AutomaticReap } from './automaticReap';
import { type InventoryOwner, rowsOfSessions } from './buildInventory';
import type { InventoryStore } from './inventoryStore';
import type { ReapTurns } from './reapTurns';
import type { ScanCycle } from './scanCycle';

export interface SweepsParts {
  readonly scanner: Scanner;
  readonly cycle: ScanCycle;
  readonly automaticReap: AutomaticReap;
  readonly scanSharing: ScanSharing;
  readonly containerScan: ContainerScan;
  readonly store: InventoryStore;
  readonly turns: ReapTurns;
  readonly owner: InventoryOwner;
  readonly log: Log;
}

/** The periodic pass: scans, reaps what needs no question, then shares the scan with the other windows. */
export class Sweeps {
  private readonly sweeping = new SharedRun<Inventory>();
  private readonly scanning = new SharedRun<Inventory>();
  private readonly reusing = new SharedRun<Inventory | undefined>();

  constructor(private readonly parts: SweepsParts) {}

  /**
   * One sweep at a time; a call during one joins it.
   * @throws what prevented the sweep; nothing was signalled then
   */
  sweep(): Promise<Inventory> {
    return this.sweeping.run(() => this.sweepOnce(false));
  }

  /**
   * A sweep that a person asks for: it ignores earlier findings about other clients' servers, and makes the second scan
   * that a proof needs. Until that is done, every row keeps its verdict.
   */
  scanNow(): Promise<Inventory> {
    return this.scanning.run(async () => {
      // A sweep that has begun may have inspected some processes already.
      while (this.sweeping.current) await this.sweeping.current.catch(() => {});
      this.parts.scanner.forgetForeign();
      return this.sweeping.run(() => this.sweepOnce(true));
    });
  }

  /**
   * The sweep that is due. Where another window with the same configuration has just made one, this window shows its
   * findings and scans only its own processes. Before any signal it scans everything again.
   * @param youngerThan ms that the other window's sweep may be old
   */
  async sweepOrReuse(youngerThan: number): Promise<Inventory> {
    const { current } = this.sweeping;
    if (current) return current;
    const reused = await this.reusing.run(() =>
      this.reuse(youngerThan).catch((error) => {
        this.parts.log.warn(`Another window's scan could not be reused: ${errorText(error)}`);
        return undefined;
      }),
    );
    return reused ?? this.sweep();
  }

  /** @param isConfirming whether it waits for the second scan that a finding may need; otherwise that comes later */
  private async sweepOnce(isConfirming: boolean): Promise<Inventory> {
    const { cycle, automaticReap, store } = this.parts;
    let scan = await cycle.scan();
    await cycle.scanForeign();
    if (isConfirming && !cycle.isProven) scan = await cycle.confirm();
    await automaticReap.reapSessions(scan);
    await automaticReap.reapForeign();
    await this.share();
    return store.inventory;
  }

  private async reuse(youngerThan: number): Promise<Inventory | undefined> {
    const { store, turns, containerScan, scanSharing, owner, cycle } = this.parts;
    const { scan, foreign } = store.parts;
    if (!scan || turns.isBusy || containerScan.withoutClient.length > 0) return undefined;
    const before = recordsNow(owner.own);
    const found = await scanSharing.reuse(youngerThan, foreign.takenAt);
    if (!found) return undefined;
    // A scan in the meantime is newer.
    if (store.parts.scan !== scan || turns.isBusy) return store.inventory;
    // Only a scan of everything shows that an adopted server has ended.
    if (updateCensus(owner.own, found.snapshot, before).some(({ kind }) => kind === 'adopted')) return undefined;
    store.set({ reused: found.findings, snapshot: found.snapshot, ...cycle.history() });
    return store.inventory;
  }

  /** Shares the findings with the other windows, but none that still needs a second scan. */
  private async share(): Promise<void> {
    // Other work of the event loop runs in between.
    await nextTick();
    const { scanSharing, store, owner, log } = this.parts;
    const { scan } = store.parts;
    if (!scan || !this.isShareable()) return;
    const { session } = owner.own;
    const own = rowsOfSessions(
      store.parts,
      owner,
      scan.sessions.filter((one) => one.session.id === session.id),
    );
    const records = [...session.records, ...scan.sessions.flatMap((one) => one.session.records)];
    const { findings } = store;
    try {
      scanSharing.share({ ...findings, sessions: [...findings.sessions, ...own] }, records, scan.snapshot.takenAt);
    } catch (error) {
      log.warn(`This scan could not be shared: ${errorText(error)}`);
    }
  }

  private isShareable(): boolean {
    const { store, turns, cycle, containerScan } = this.parts;
    const { foreign, reused } = store.parts;
    if (turns.isClosed || reused.foreign || foreign.hasFailed || !cycle.isProven) return false;
    if (foreign.servers.some(({ members }) => runsUnlabelled(members))) return false;
    // What this window could not inspect, perhaps because of its PATH, another window may prove.
    if (foreign.servers.some(({ stdin }) => stdin?.kind === 'unknown' && stdin.failure)) return false;
    return containerScan.withoutClient.length === 0;
  }
}
