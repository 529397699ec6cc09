/** An idle server uses less than this share of a core, for its runtime's timers. */
const IDLE_SHARE = 0.001;

/** Remembers since when each server has used no CPU time, from one scan to the next. */
export class IdleTracker {
  private readonly known = new Map<string, { cpu: number; at: number; since: number }>();

  /**
   * Notes one scan.
   * @param cpu CPU time of all its processes so far, ms
   * @param now epoch ms
   * @returns epoch ms since when it has been idle; undefined in its first scan, and while it works
   */
  observe(key: string, cpu: number, now: number): number | undefined {
    const before = this.known.get(key);
    const isIdle = before !== undefined && cpu - before.cpu <= (now - before.at) * IDLE_SHARE && cpu >= before.cpu;
    const since = isIdle ? before.since : now;
    this.known.set(key, { cpu, at: now, since });
    return isIdle ? since : undefined;
  }

  /** Forgets all servers that are not among `keys`. */
  retain(keys: ReadonlySet<string>): void {
    for (const key of this.known.keys()) if (!keys.has(key)) this.known.delete(key);
  }
}
