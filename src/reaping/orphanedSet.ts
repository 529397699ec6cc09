import { FreshRun } from '../common/async';
import { abandonedTogether, type HeldServer } from '../judgement/abandonedTogether';

/**
 * Orphans that are ended together, of which some may hold others' stdins (L29): each is ruled on by what all of them are
 * at that moment. Their ladders ask at the same moments, and share a look.
 */
export class OrphanedSet<K> {
  private readonly scans: FreshRun<ReadonlyMap<K, HeldServer>>;
  /** How many there are. */
  readonly size: number;

  /** @param heldServerIn a fresh look at one of them */
  constructor(keys: readonly K[], heldServerIn: (key: K) => Promise<HeldServer>) {
    this.size = keys.length;
    this.scans = new FreshRun(async () => {
      const held = await Promise.all(keys.map(async (key) => ({ key, ...(await heldServerIn(key)) })));
      return new Map([...abandonedTogether(held)].map((one) => [one.key, one]));
    });
  }

  /** Processes of all others that are orphaned with this one and may be ended now; none where it is not orphaned itself. */
  async companionsOf(key: K): Promise<ReadonlySet<number>> {
    const abandoned = await this.scans.ask();
    if (!abandoned.get(key)?.endable.size) return new Set();
    return new Set([...abandoned].flatMap(([other, { endable }]) => (other === key ? [] : [...endable])));
  }
}
