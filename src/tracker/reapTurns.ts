import { Sequencer } from '../common/async';

/** One reap at a time: two reaps of one session would each write only what the other has left of its file. */
export class ReapTurns {
  private readonly reaps = new Sequencer();
  private running = false;
  private closed = false;

  /** Whether a reap runs. */
  get isBusy(): boolean {
    return this.running;
  }

  /** Whether this session is ending. */
  get isClosed(): boolean {
    return this.closed;
  }

  run<T>(reap: () => Promise<T>): Promise<T> {
    return this.reaps.run(async () => {
      this.running = true;
      try {
        return await reap();
      } finally {
        this.running = false;
      }
    });
  }

  /** From now on only people reap: this session is ending, and a claim of its would outlive it. */
  close(): void {
    this.closed = true;
  }
}
