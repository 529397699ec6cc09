/** A small seeded generator (mulberry32), so that a failed round can be repeated with its seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A round that failed. */
export class RoundError extends Error {
  constructor(
    readonly seed: number,
    cause: Error,
  ) {
    super(`seed ${seed}: ${cause.message}`, { cause });
  }
}

/**
 * Runs rounds, `width` at a time, each with its own seed: `seed`, `seed + 1`, …
 * @param until the time after which no round starts (epoch ms)
 * @throws RoundError for the first failure, after the other rounds have ended
 */
export async function runRounds(
  rounds: number,
  seed: number,
  width: number,
  round: (seed: number) => Promise<void>,
  until = Number.POSITIVE_INFINITY,
): Promise<void> {
  let next = 0;
  const failures: Error[] = [];
  const worker = async () => {
    while (next < rounds && failures.length === 0 && Date.now() < until) {
      const own = seed + next++;
      try {
        await round(own);
      } catch (error) {
        failures.push(new RoundError(own, error as Error));
      }
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  if (failures[0]) throw failures[0];
}
