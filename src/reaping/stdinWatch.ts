import { identityKey, type ProcessIdentity } from '../os/identity';
import type { Clock } from './clock';

/** Remembers since when each process's stdin has been seen without a holder, so that one look is never enough. */
export class StdinWatch {
  private readonly goneSince = new Map<string, number>();

  constructor(private readonly clock: Clock) {}

  /** Notes one look. @returns for how many ms all looks have said "gone"; 0 for the first, and for any other answer. */
  look(identity: ProcessIdentity, gone: boolean): number {
    const key = identityKey(identity);
    if (!gone) {
      this.goneSince.delete(key);
      return 0;
    }
    const now = this.clock.now();
    const since = this.goneSince.get(key);
    if (since === undefined) this.goneSince.set(key, now);
    return since === undefined ? 0 : now - since;
  }

  /** Forgets processes that are no longer among `living`. */
  keepOnly(living: readonly ProcessIdentity[]): void {
    const keys = new Set(living.map(identityKey));
    for (const key of this.goneSince.keys()) if (!keys.has(key)) this.goneSince.delete(key);
  }
}
