import { Limiter } from '../common/async';
import { MAX_LADDERS } from '../common/limits';

export interface ReapOptions {
  /** Keys of rows; without it, all our servers that are provably orphaned. */
  readonly only?: readonly string[];
  /** After an abort no further ladder begins. A ladder that has begun runs to its end. */
  readonly signal?: AbortSignal;
  /** Called after each server with the number of finished servers, and of all. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** The ladders of one reap. */
export class ReapQueue {
  private readonly limiter: Limiter;
  private done = 0;

  constructor(
    private readonly options: Pick<ReapOptions, 'signal' | 'onProgress'> & {
      /** Asked before each ladder of an automatic reap: its setting may have changed. */
      readonly mayBegin?: () => boolean;
    } = {},
    private readonly total = 0,
    atATime = MAX_LADDERS,
  ) {
    this.limiter = new Limiter(atATime);
  }

  /** Runs one server's ladder when it is its turn. @returns undefined when the reap was cancelled before that */
  run<T>(runLadder: () => Promise<T>): Promise<T | undefined> {
    return this.limiter.run(async () => {
      if (this.options.signal?.aborted || this.options.mayBegin?.() === false) return undefined;
      const result = await runLadder();
      this.options.onProgress?.(++this.done, this.total);
      return result;
    });
  }
}
