import { endInside } from './namespace';
import { restorePath } from './programs';
import { buildPrograms } from './testPrograms';

let removePrograms = () => {};

export async function mochaGlobalSetup(): Promise<void> {
  removePrograms = await buildPrograms();
}

export function mochaGlobalTeardown(): void {
  removePrograms();
}

/** A kill that must never happen (K01 …) must not happen once: these tests get no second attempt. */
const KILL = /\bK\d\d\b/;

export const mochaHooks = {
  beforeEach(this: Mocha.Context): void {
    if (KILL.test(this.currentTest?.fullTitle() ?? '')) this.currentTest?.retries(0);
  },
  /** Stops what a test that has run out of time still does, so that it does not disturb the next one. */
  afterEach(): void {
    restorePath();
    endInside();
  },
};
