/**
 * Each call gets a run that *began* after the call, never an older one; calls that wait for the same run share it. At
 * most one run is under way. For answers that must be as new as the question: process tables, sockets.
 */
export class FreshRun<T> {
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

/**
 * Single flight: a call during a run joins it and shares its result or error. Its own `start` is then not called, so
 * that its arguments are dropped. At most one run is under way. For work that must not happen twice at once.
 */
export class SharedRun<T> {
  private running: Promise<T> | undefined;

  /** The run under way. */
  get current(): Promise<T> | undefined {
    return this.running;
  }

  run(start: () => Promise<T>): Promise<T> {
    this.running ??= start().finally(() => {
      this.running = undefined;
    });
    return this.running;
  }
}

/** Tasks run one after another, in the order of their calls. One that fails fails alone: the next ones still run. */
export class Sequencer {
  private last: Promise<unknown> = Promise.resolve();

  run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.last.then(task);
    this.last = result.catch(() => {});
    return result;
  }
}

/** At most `max` tasks run at a time; the others wait and begin in the order of their calls. */
export class Limiter {
  private readonly waiting: (() => void)[] = [];
  private running = 0;

  constructor(private readonly max: number) {}

  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.running >= this.max) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.running++;
    try {
      return await task();
    } finally {
      // The place goes straight to the next task.
      const next = this.waiting.shift();
      if (next) next();
      else this.running--;
    }
  }
}

/**
 * Settles like `promise`, or with what `late` returns or throws after `timeout` ms. A time-out does not stop the work
 * behind the promise, and a later error of it is ignored. The timer is cleared in either case.
 * @param options.holds whether the wait keeps the process from exiting; true by default
 */
export async function withTimeout<T, L>(
  promise: Promise<T>,
  timeout: number,
  late: () => L,
  options: { readonly holds?: boolean } = {},
): Promise<T | L> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), timeout);
    if (options.holds === false) timer.unref();
  });
  const settled = promise.then((value) => ({ value }));
  try {
    const first = await Promise.race([settled, deadline]);
    return first === 'late' ? late() : first.value;
  } finally {
    clearTimeout(timer);
  }
}
