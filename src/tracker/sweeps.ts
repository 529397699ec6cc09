import { nextTick } from '../common/eventLoop';
import type { Log } from '../common/log';
import { runsUnlabelled } from '../containers/engineClients';
import type { Inventory } from '../model/inventory';
import type { ContainerScan } from '../scan/containerScan';
import { keepCensus, recordsNow } from '../scan/ownCensus';
import type { Scanner } from '../scan/scanner';
import type { ScanSharing } from '../scan/scanSharing';
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

/** The periodic pass: scan, then reap what may be reaped without asking, then tell the other windows. */
export class Sweeps {
  private sweeping: Promise<Inventory> | undefined;
  private scanning: Promise<Inventory> | undefined;
  private reusing: Promise<Inventory | undefined> | undefined;

  constructor(private readonly parts: SweepsParts) {}

  /**
   * One sweep at a time; a call during one joins it.
   * @throws what kept it from being done; nothing was signalled then.
   */
  sweep(): Promise<Inventory> {
    return this.begin(false);
  }

  /**
   * A sweep that a person asks for: it trusts no earlier finding about other clients' servers, and takes the second scan
   * that a proof needs. Until that is done, every row keeps its verdict.
   */
  scanNow(): Promise<Inventory> {
    this.scanning ??= this.scanNowOnce().finally(() => {
      this.scanning = undefined;
    });
    return this.scanning;
  }

  /**
   * The sweep whose turn it is. Where another window with the same configuration has just made one, this one shows what
   * that has found, and scans its own processes only. What is to be signalled is scanned again all the same.
   * @param youngerThan ms that the other's sweep may be old
   */
  async sweepOrReuse(youngerThan: number): Promise<Inventory> {
    if (this.sweeping) return this.sweeping;
    this.reusing ??= this.reuse(youngerThan)
      .catch((error: Error) => {
        this.parts.log.warn(`Another window's scan could not be reused: ${error.message}`);
        return undefined;
      })
      .finally(() => {
        this.reusing = undefined;
      });
    return (await this.reusing) ?? this.sweep();
  }

  private begin(isConfirming: boolean): Promise<Inventory> {
    this.sweeping ??= this.sweepOnce(isConfirming).finally(() => {
      this.sweeping = undefined;
    });
    return this.sweeping;
  }

  private async scanNowOnce(): Promise<Inventory> {
    // One that is under way may have looked at some processes already.
    while (this.sweeping) await this.sweeping.catch(() => {});
    this.parts.scanner.forgetForeign();
    return this.begin(true);
  }

  /** @param isConfirming whether it waits for the second scan that a finding may take; else that comes later */
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
    // Scanned in the meantime, which is newer.
    if (store.parts.scan !== scan || turns.isBusy) return store.inventory;
    // Whether an adopted one has ended, only a scan of everything can tell.
    if (keepCensus(owner.own, found.snapshot, before).some(({ kind }) => kind === 'adopted')) return undefined;
    store.set({ reused: found.findings, snapshot: found.snapshot, ...cycle.history() });
    return store.inventory;
  }

  /** What was just found, for the other windows; never what a second scan is still to prove. */
  private async share(): Promise<void> {
    // Whatever else waits for the event loop has its turn in between.
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
      log.warn(`This scan could not be shared: ${(error as Error).message}`);
    }
  }

  private isShareable(): boolean {
    const { store, turns, cycle, containerScan } = this.parts;
    const { foreign, reused } = store.parts;
    if (turns.isClosed || reused.foreign || foreign.hasFailed || !cycle.isProven) return false;
    if (foreign.servers.some(({ members }) => runsUnlabelled(members))) return false;
    // What this window could not look at, because of its PATH perhaps, another may prove.
    if (foreign.servers.some(({ stdin }) => stdin?.kind === 'unknown' && stdin.failure)) return false;
    return containerScan.withoutClient.length === 0;
  }
}
