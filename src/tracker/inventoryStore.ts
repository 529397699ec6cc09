import { Emitter, type Subscription } from '../common/emitter';
import type { Log } from '../common/log';
import type { Inventory } from '../model/inventory';
import type { Findings } from '../scan/scanSharing';
import {
  buildInventory,
  type InventoryOwner,
  type InventoryParts,
  NO_INVENTORY,
  NOTHING_KNOWN,
} from './buildInventory';
import { EndingRows } from './endingRows';

/**
 * The parts of the inventory, and the inventory built from them. Each owner sets its part; listeners are called once per
 * turn of the event loop, however many parts were set in it.
 */
export class InventoryStore {
  /** Rows that are being ended. */
  readonly ending: EndingRows;
  private known: InventoryParts = NOTHING_KNOWN;
  private built: Inventory = NO_INVENTORY;
  private shown: Findings = { sessions: [], foreign: [], problems: [] };
  private isStale = false;
  private announcing: NodeJS.Immediate | undefined;
  private readonly emitter: Emitter<Inventory>;

  constructor(
    private readonly owner: InventoryOwner,
    log: Log,
  ) {
    this.emitter = new Emitter(log);
    this.ending = new EndingRows(() => this.set({}));
  }

  get parts(): InventoryParts {
    return this.known;
  }

  /** The present inventory, even before listeners were called. */
  get inventory(): Inventory {
    if (this.isStale) this.build();
    return this.built;
  }

  /** The part of {@link inventory} without this window's own servers; without the marks of rows that are being ended. */
  get findings(): Findings {
    if (this.isStale) this.build();
    return this.shown;
  }

  onDidChange(listener: (inventory: Inventory) => void): Subscription {
    return this.emitter.on(listener);
  }

  set(parts: Partial<InventoryParts>): void {
    this.known = { ...this.known, ...parts };
    this.isStale = true;
    this.announcing ??= setImmediate(() => {
      this.announcing = undefined;
      this.emitter.emit(this.inventory);
    });
  }

  private build(): void {
    this.isStale = false;
    const built = buildInventory(this.known, this.owner, this.shown, this.ending, Date.now());
    this.built = built.inventory;
    this.shown = built.findings;
  }
}
