import { FreshRun } from '../common/async';
import { CONFIRM_AFTER_MS, MAX_CONFIRM_DOUBLINGS, SHOWN_HISTORY_MS } from '../common/limits';
import type { Log } from '../common/log';
import { MAX_HISTORY } from '../model/inventory';
import type { ProcessIdentity } from '../os/identity';
import type { Reaper } from '../reaping/reaper';
import type { DataFolder } from '../registry/dataFolder';
import { readHistory } from '../registry/history';
import type { OwnSession } from '../registry/ownSession';
import type { ContainerScan } from '../scan/containerScan';
import type { Scan } from '../scan/scan';
import type { Scanner } from '../scan/scanner';
import type { ScanSharing } from '../scan/scanSharing';
import { errorText } from '../wording/reasons';
import type { InventoryParts } from './buildInventory';
import type { InventoryStore } from './inventoryStore';
import { isReapable, planSessions } from './sessionPlans';

export interface ScanCycleParts {
  readonly scanner: Scanner;
  readonly containerScan: ContainerScan;
  readonly scanSharing: ScanSharing;
  readonly reaper: Reaper;
  readonly store: InventoryStore;
  readonly folder: DataFolder;
  readonly self: ProcessIdentity;
  readonly own: OwnSession;
  readonly log: Log;
  /** The present configuration. */
  readonly configuration: () => Pick<InventoryParts, 'configured' | 'problems' | 'reapForeign'>;
}

/** Scans, and publishes all findings: what a reap would do, the history, containers. Ends nothing. */
export class ScanCycle {
  /** Simultaneous scans would overwrite each other's findings. */
  private readonly scans = new FreshRun(() => this.scanOnce());
  private readonly foreignScans = new FreshRun(() => this.scanForeignOnce());
  private confirming: NodeJS.Timeout | undefined;
  private confirmations = 0;
  private isEnding = false;

  constructor(private readonly parts: ScanCycleParts) {}

  /** From now on there is no confirming scan in the background. */
  end(): void {
    this.isEnding = true;
    clearTimeout(this.confirming);
    this.parts.scanSharing.forget();
  }

  /** Whether all findings about foreign servers are final; otherwise they need a second scan. */
  get isProven(): boolean {
    return this.parts.store.parts.foreign.servers.every(({ isProven }) => isProven);
  }

  /** @throws when the process table or the data folder cannot be read; the inventory then stays as it was */
  scan(): Promise<Scan> {
    return this.scans.ask();
  }

  /** Finds foreign servers in the last scan. A second scan follows in the background where a finding needs one. */
  async scanForeign(): Promise<void> {
    await this.foreignScans.ask();
    this.confirmLater();
  }

  /** A second scan of everything, late enough that it proves the findings of both. */
  async confirm(): Promise<Scan> {
    // This scan replaces the one in the background.
    clearTimeout(this.confirming);
    await new Promise((resolve) => setTimeout(resolve, CONFIRM_AFTER_MS));
    try {
      const scan = await this.scan();
      await this.scanForeign();
      return scan;
    } catch (error) {
      this.confirmLater();
      throw error;
    }
  }

  /**
   * Scans everything, foreign servers twice and far enough apart to prove orphans, and waits for the container engines.
   * @throws as {@link scan}
   */
  async scanConfirmed(): Promise<void> {
    const { containerScan, store } = this.parts;
    await this.scan();
    await this.scanForeign();
    const { servers } = store.parts.foreign;
    if (servers.some(({ stdin, heldBy }) => stdin?.kind === 'gone' || heldBy === 'orphans')) await this.confirm();
    // No later scan adds the engines' answers about foreign servers.
    await containerScan.settled();
    await this.scanContainers();
  }

  /** Scans again after a change of ours; a failure leaves the inventory as it was. */
  async rescan(): Promise<void> {
    await this.scan().catch((error: Error) => this.parts.log.warn(`A scan failed: ${errorText(error)}`));
  }

  /** As {@link rescan}, with foreign servers: a process was ended, or one of their clients has exited. */
  async rescanAll(): Promise<void> {
    this.parts.scanSharing.forget();
    this.confirmations = 0;
    try {
      await this.scan();
      await this.scanForeign();
    } catch (error) {
      this.parts.log.warn(`A scan failed: ${errorText(error)}`);
    }
  }

  private async scanOnce(): Promise<Scan> {
    const { scanner, reaper, own, self, store, configuration } = this.parts;
    const scan = await scanner.scan();
    const ownId = own.session.id;
    const reapable = scan.sessions.filter((judged) => isReapable(judged, { ownId, self }));
    const plans = await planSessions(reaper, scan, reapable);
    const { foreign } = store.parts.reused;
    store.set({
      scan,
      plans,
      snapshot: scan.snapshot,
      // Foreign servers are found in a step of their own.
      reused: foreign ? { foreign } : {},
      ...this.history(),
      ...configuration(),
    });
    // Not awaited: a hanging engine must not delay a sweep.
    void this.scanContainers();
    return scan;
  }

  /** The latest reaps. */
  history(): Pick<InventoryParts, 'history'> {
    return { history: readHistory(this.parts.folder, Date.now() - SHOWN_HISTORY_MS, MAX_HISTORY) };
  }

  private async scanContainers(): Promise<void> {
    const { containerScan, store } = this.parts;
    const { scan, foreign } = store.parts;
    if (!scan) return;
    await containerScan.scan(scan, foreign.servers, () =>
      store.set({ containersWithoutClient: containerScan.withoutClient }),
    );
  }

  private async scanForeignOnce(): Promise<void> {
    const { scanner, store } = this.parts;
    const foreign = await scanner.scanForeign();
    const { foreign: _, ...reused } = store.parts.reused;
    store.set({ foreign, reused });
  }

  /** A second scan in the background, so that the end of a client shows before the next interval. */
  private confirmLater(): void {
    clearTimeout(this.confirming);
    if (this.isProven) this.confirmations = 0;
    if (this.isProven || this.isEnding) return;
    const delay = CONFIRM_AFTER_MS * 2 ** Math.min(this.confirmations, MAX_CONFIRM_DOUBLINGS);
    this.confirming = setTimeout(() => void this.confirmNow(), delay).unref();
  }

  private async confirmNow(): Promise<void> {
    this.confirmations++;
    try {
      await this.scan();
      await this.scanForeign();
    } catch (error) {
      this.parts.log.warn(`A second scan failed: ${errorText(error)}`);
      this.confirmLater();
    }
  }
}
