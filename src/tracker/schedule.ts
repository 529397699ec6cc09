import type { Log } from '../common/log';
import { errorText } from '../wording/reasons';

/** Smallest interval in seconds; what is asked below it is raised to it. */
const MIN_INTERVAL_SECONDS = 5;
/** A day. A timer of more than 24 of them fires at once, and again, and again. */
const MAX_INTERVAL_SECONDS = 86_400;
/** After activation, ms: a reloaded window's former host may take up to 5 s to be gone. */
const EARLY_SWEEPS_MS = [0, 1_500, 4_000, 7_000];

/** Runs sweeps: a few soon after activation, then one per interval. A sweep that fails is logged, and the next one runs. */
export class SweepSchedule {
  private timer: NodeJS.Timeout | undefined;
  private readonly early: NodeJS.Timeout[];
  private seconds = 0;

  constructor(
    /** `interval`: ms, for a periodic one. */
    private readonly sweep: (interval?: number) => Promise<unknown>,
    private readonly log: Log,
  ) {
    this.early = EARLY_SWEEPS_MS.map((delay) => setTimeout(() => this.run(), delay));
  }

  /** Takes effect at once. 0 turns periodic sweeps off; anything else is brought within 5 s and a day. */
  setInterval(seconds: number): void {
    const next =
      seconds <= 0 || !Number.isFinite(seconds)
        ? 0
        : Math.min(Math.max(MIN_INTERVAL_SECONDS, seconds), MAX_INTERVAL_SECONDS);
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
