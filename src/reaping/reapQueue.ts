import { Limiter } from '../common/async';
import { MAX_LADDERS } from '../common/limits';

export interface ReapOptions {
  /** Keys of rows; without it everything of ours that is provably orphaned. */
  readonly only?: readonly string[];
  /** Aborted: no further server's ladder begins. One that has begun goes on to its end. */
  readonly signal?: AbortSignal;
  /** Told after each server how many of how many are done. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** The ladders of one reap. */
export class ReapQueue {
  private readonly limiter: Limiter;
  private done = 0;

  constructor(
    private readonly options: Pick<ReapOptions, 'signal' | 'onProgress'> & {
      /** Asked before each ladder of a reap that nobody asked for: the setting behind it may be another by now. */
      readonly mayBegin?: () => boolean;
    } = {},
    private readonly total = 0,
    atATime = MAX_LADDERS,
  ) {
    this.limiter = new Limiter(atATime);
  }

  /** Runs one server's ladder when it is its turn. @returns undefined when it was called off before that. */
  run<T>(runLadder: () => Promise<T>): Promise<T | undefined> {
    return this.limiter.run(async () => {
      if (this.options.signal?.aborted || this.options.mayBegin?.() === false) return undefined;
      const result = await runLadder();
      this.options.onProgress?.(++this.done, this.total);
      return result;
    });
  }
}
