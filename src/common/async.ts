/**
 * Runs a costly look so that callers who ask at the same time share one: each gets a look that *began* after it asked,
 * never an older one.
 */
export class JoinedRuns<T> {
  private running: Promise<unknown> = Promise.resolve();
  private next: Promise<T> | undefined;

  constructor(private readonly run: () => Promise<T>) {}

  ask(): Promise<T> {
    this.next ??= this.running.then(() => {
      this.next = undefined;
      const now = this.run();
      this.running = now.catch(() => {});
      return now;
    });
    return this.next;
  }
}
