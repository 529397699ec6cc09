/** One reap at a time: two that hold the same session's file would each write down what only the other has left. */
export class ReapTurns {
  private last: Promise<unknown> = Promise.resolve();
  private running = false;
  private closed = false;

  /** Whether a reap runs. */
  get isBusy(): boolean {
    return this.running;
  }

  /** Whether this session is going. */
  get isClosed(): boolean {
    return this.closed;
  }

  run<T>(reap: () => Promise<T>): Promise<T> {
    const turn = this.last.then(async () => {
      this.running = true;
      try {
        return await reap();
      } finally {
        this.running = false;
      }
    });
    this.last = turn.catch(() => {});
    return turn;
  }

  /** From now on nothing is reaped unasked: this session is going, and a claim would go with it. */
  close(): void {
    this.closed = true;
  }
}
