import type { Clock } from '../common/clock';
import { identityKey, type ProcessIdentity } from '../os/identity';

/** Remembers since when each process's stdin has had no holder, so that one scan is never enough. */
export class StdinWatch {
  private readonly gone = new Map<string, { readonly identity: ProcessIdentity; readonly since: number }>();

  constructor(private readonly clock: Clock) {}

  /** Notes one scan. @returns for how many ms all scans have found it gone; 0 for the first, and for any other answer */
  observe(identity: ProcessIdentity, gone: boolean): number {
    const key = identityKey(identity);
    if (!gone) {
      this.gone.delete(key);
      return 0;
    }
    const now = this.clock.now();
    const since = this.gone.get(key)?.since;
    if (since === undefined) this.gone.set(key, { identity, since: now });
    return since === undefined ? 0 : now - since;
  }

  /** Forgets processes that have ended. */
  retain(isAlive: (identity: ProcessIdentity) => boolean): void {
    for (const [key, { identity }] of this.gone) if (!isAlive(identity)) this.gone.delete(key);
  }
}
