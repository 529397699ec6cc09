import { endInside } from './namespace';
import { restorePath } from './programs';

/** What a test that has run out of time goes on with must not disturb the next one. */
export const mochaHooks = {
  afterEach(): void {
    restorePath();
    endInside();
  },
};
