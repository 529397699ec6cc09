/** Time as the ladder and the sweep see it: monotonic, so that a sleeping laptop or a changed clock ends nothing (L24). */
export interface Clock {
  /** Milliseconds since some fixed moment; never goes back. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};
