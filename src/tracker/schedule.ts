import { EARLY_SWEEPS_MS, MAX_SWEEP_INTERVAL_SECONDS, MIN_SWEEP_INTERVAL_SECONDS } from '../common/limits';
import type { Log } from '../common/log';
import { errorText } from '../wording/reasons';

/** Runs sweeps: a few soon after activation, then one per interval. A failure is logged, and the next sweep runs. */
export class SweepSchedule {
  private timer: NodeJS.Timeout | undefined;
  private readonly early: NodeJS.Timeout[];
  private seconds = 0;

  constructor(
    /** `interval`: ms, for a periodic sweep. */
    private readonly sweep: (interval?: number) => Promise<unknown>,
    private readonly log: Log,
  ) {
    this.early = EARLY_SWEEPS_MS.map((delay) => setTimeout(() => this.run(), delay));
  }

  /** Takes effect at once. 0 turns periodic sweeps off; other values are limited to 5 s and a day. */
  setInterval(seconds: number): void {
    const next =
      seconds <= 0 || !Number.isFinite(seconds)
        ? 0
        : Math.min(Math.max(MIN_SWEEP_INTERVAL_SECONDS, seconds), MAX_SWEEP_INTERVAL_SECONDS);
    if (next === this.seconds) return;
    this.seconds = next;
    clearInterval(this.timer);
    this.timer = next === 0 ? undefined : setInterval(() => this.run(next * 1000), next * 1000);
  }

  dispose(): void {
    clearInterval(this.timer);
    for (const timer of this.early) clearTimeout(timer);
  }

  private run(interval?: number): void {
    this.sweep(interval).catch((error) => this.log.error(`A sweep failed: ${errorText(error)}. Nothing was ended.`));
  }
}
