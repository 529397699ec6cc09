import type { Log } from './log';

export interface Subscription {
  dispose(): void;
}

/** Calls all listeners with each value. An error of one is logged, and the other listeners are still called. */
export class Emitter<T> {
  private readonly listeners = new Set<(value: T) => void>();

  constructor(private readonly log: Pick<Log, 'error'>) {}

  on(listener: (value: T) => void): Subscription {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  }

  emit(value: T): void {
    for (const listener of this.listeners) {
      try {
        listener(value);
      } catch (error) {
        this.log.error(`A listener failed: ${(error as Error).message}`);
      }
    }
  }
}
