import { CONFIRM_FOREIGN_MS } from '../../common/limits';

/** Remembers since when all scans have found that only other orphans hold a server's stdin (L29). */
export class HoldTracker {
  private readonly since = new Map<string, number>();

  /**
   * Notes one scan.
   * @param isHeld whether only orphans hold its stdin
   * @param now ms by the clock
   * @returns whether two scans have found that, far enough apart
   */
  observe(key: string, isHeld: boolean, now: number): boolean {
    if (!isHeld) {
      this.since.delete(key);
      return false;
    }
    const since = this.since.get(key) ?? now;
    this.since.set(key, since);
    return now - since >= CONFIRM_FOREIGN_MS;
  }

  /** Forgets all servers that are not among `keys`. */
  retain(keys: ReadonlySet<string>): void {
    for (const key of this.since.keys()) if (!keys.has(key)) this.since.delete(key);
  }

  forget(): void {
    this.since.clear();
  }
}
