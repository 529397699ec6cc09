import { uptime } from 'node:os';

/** The boot time is computed again after this: the clock may be set. */
const BOOT_INTERVAL_MS = 1_000;

let boot = { at: Number.NEGATIVE_INFINITY, epoch: 0 };

/** Start token → epoch ms, good enough to show an age; undefined when unknown. */
export function approximateStart(start: string): number | undefined {
  const value = Number(start.slice(1));
  if (!Number.isFinite(value)) return undefined;
  if (start[0] === 't') return bootTime() + value * 10;
  return start[0] === 'e' ? value * 1000 : value;
}

/** Epoch ms of the boot. Cached: each computation reads a file, and hundreds of rows ask. */
function bootTime(): number {
  const at = performance.now();
  if (at - boot.at > BOOT_INTERVAL_MS) boot = { at, epoch: Date.now() - uptime() * 1000 };
  return boot.epoch;
}
