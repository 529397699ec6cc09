import { FreshRun } from '../common/async';
import { abandonedTogether, type HeldServer } from '../judgement/abandonedTogether';

/**
 * Orphans that are ended together, some of which may hold the stdins of others (L29): the decision on each considers the
 * state of all at that moment. Their ladders ask at the same moments, and share a scan.
 */
export class OrphanedSet<K> {
  private readonly scans: FreshRun<ReadonlyMap<K, HeldServer>>;
  /** The number of orphans. */
  readonly size: number;

  /** @param heldServerIn examines one of them */
  constructor(keys: readonly K[], heldServerIn: (key: K) => Promise<HeldServer>) {
    this.size = keys.length;
    this.scans = new FreshRun(async () => {
      const held = await Promise.all(keys.map(async (key) => ({ key, ...(await heldServerIn(key)) })));
      return new Map([...abandonedTogether(held)].map((one) => [one.key, one]));
    });
  }

  /** Endable processes of all others that are orphaned with this one; none where this one is not orphaned itself. */
  async companionsOf(key: K): Promise<ReadonlySet<number>> {
    const abandoned = await this.scans.ask();
    if (!abandoned.get(key)?.endable.size) return new Set();
    return new Set([...abandoned].flatMap(([other, { endable }]) => (other === key ? [] : [...endable])));
  }
}
