/** Monotonic time for ladders and sweeps, so that a sleeping laptop or a changed clock ends nothing (L24). */
export interface Clock {
  /** Milliseconds since a fixed moment; never decreases. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};
