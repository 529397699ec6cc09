import { FreshRun } from '../common/async';
import { abandonedTogether, type HeldServer } from '../judgement/abandonedTogether';

/**
 * Orphans that are ended together, some of which may hold the stdins of others (L29): the decision on each considers the
 * state of all at that moment. Their ladders ask at the same moments, and share a scan.
 */
export class OrphanedSet<K> {
  private readonly scans: FreshRun<ReadonlyMap<K, HeldServer>>;
  /** Every process of an orphan that any scan has seen. */
  private readonly keys = new Map<number, K>();
  private readonly staying = new Set<K>();

  /** The number of orphans. */
  readonly size: number;

  /** @param heldServerIn examines one of them */
  constructor(keys: readonly K[], heldServerIn: (key: K) => Promise<HeldServer>) {
    this.size = keys.length;
    this.scans = new FreshRun(async () => {
      const held = await Promise.all(keys.map(async (key) => ({ key, ...(await heldServerIn(key)) })));
      for (const { key, pids } of held) for (const pid of pids) this.keys.set(pid, key);
      return new Map([...abandonedTogether(held)].map((one) => [one.key, one]));
    });
  }

  /** Endable processes of all others that are orphaned with this one; none where this one is not orphaned itself. */
  async companionsOf(key: K): Promise<ReadonlySet<number>> {
    const abandoned = await this.scans.ask();
    if (!abandoned.get(key)?.endable.size) return new Set();
    return new Set([...abandoned].flatMap(([other, { endable }]) => (other === key ? [] : [...endable])));
  }

  /** Notes an orphan of which something stays, for whatever reason. */
  stays(key: K): void {
    this.staying.add(key);
  }

  /**
   * Whether these processes will hold nothing for long, because each belongs to an orphan that is being ended or has
   * just ended. One that is just exiting is no longer endable, and still holds what it holds.
   */
  areEnding(pids: readonly number[]): boolean {
    return (
      pids.length > 0 &&
      pids.every((pid) => {
        const key = this.keys.get(pid);
        return key !== undefined && !this.staying.has(key);
      })
    );
  }
}
