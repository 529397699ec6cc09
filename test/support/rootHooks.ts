import { buildHost } from './hostProgram';
import { endInside } from './namespace';
import { restorePath } from './programs';

let removeHost = () => {};

export async function mochaGlobalSetup(): Promise<void> {
  removeHost = await buildHost();
}

export function mochaGlobalTeardown(): void {
  removeHost();
}

/** What a test that has run out of time goes on with must not disturb the next one. */
export const mochaHooks = {
  afterEach(): void {
    restorePath();
    endInside();
  },
};
