import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';

const FILE = join(__dirname, 'seeds.json');

/** A run that failed once. It is replayed before anything new is tried. */
interface Seed {
  readonly property: string;
  readonly seed: number;
  readonly path: string;
}

/**
 * Checks a property: first with every seed that failed once, then with new ones. A new failure is kept in `seeds.json`,
 * to be committed with the fix. `endOnFailure`: without shrinking, which is slow for what is large.
 */
export async function check<T extends unknown[]>(
  name: string,
  property: fc.IAsyncProperty<T>,
  parameters: Pick<fc.Parameters<T>, 'numRuns' | 'endOnFailure' | 'interruptAfterTimeLimit'>,
): Promise<void> {
  const seeds: Seed[] = JSON.parse(readFileSync(FILE, 'utf8'));
  for (const { seed, path } of seeds.filter((one) => one.property === name)) {
    await fc.assert(property, { seed, path, endOnFailure: true });
  }
  const result = await fc.check(property, parameters);
  if (!result.failed) return;
  const { seed, counterexamplePath, counterexample, errorInstance } = result;
  if (counterexamplePath) {
    const failed: Seed = { property: name, seed, path: counterexamplePath };
    writeFileSync(FILE, `${JSON.stringify([...seeds, failed], undefined, 2)}\n`);
  }
  const message = errorInstance instanceof Error ? errorInstance.stack : String(errorInstance);
  throw new Error(`${message}\nseed ${seed}, path ${counterexamplePath}: ${plainly(counterexample)}`);
}

/** The counterexample without its plain values. */
function plainly(counterexample: unknown): string {
  const dull = new Set<unknown>([0, false, 'none', 'alive', 'plain', 'own', 'inherited', 'gone']);
  return JSON.stringify(counterexample, (key, value) => (key !== '' && dull.has(value) ? undefined : value)).slice(
    0,
    9_000,
  );
}
