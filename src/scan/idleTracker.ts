/** A server that waits uses less of a core than this: its runtime's own timers. */
const IDLE_SHARE = 0.001;

/** Remembers since when each server has used no CPU time, from one look to the next. */
export class IdleTracker {
  private readonly known = new Map<string, { cpu: number; at: number; since: number }>();

  /**
   * Notes one look. @param cpu CPU time of all its processes so far, @param now wall clock, both in ms.
   * @returns epoch ms since when it has been idle; undefined for the first look and for one that is at work.
   */
  observe(key: string, cpu: number, now: number): number | undefined {
    const before = this.known.get(key);
    const isIdle = before !== undefined && cpu - before.cpu <= (now - before.at) * IDLE_SHARE && cpu >= before.cpu;
    const since = isIdle ? before.since : now;
    this.known.set(key, { cpu, at: now, since });
    return isIdle ? since : undefined;
  }

  /** Forgets what is no longer among `keys`. */
  retain(keys: ReadonlySet<string>): void {
    for (const key of this.known.keys()) if (!keys.has(key)) this.known.delete(key);
  }
}
