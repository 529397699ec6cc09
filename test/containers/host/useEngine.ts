import type { Engine } from './engine';

/**
 * Runs the engine, with its image, for the tests of the `describe` around the call; it is empty before each of them.
 * @param inherited sets this process's environment: what it starts finds the engine as it would find the user's
 */
export function useEngine<T extends Engine>(engine: T, { inherited = false } = {}): T {
  let environment: NodeJS.ProcessEnv | undefined;
  before(async function () {
    this.timeout(300_000);
    await engine.start();
    await engine.loadImage();
    if (!inherited) return;
    environment = process.env;
    process.env = { ...environment, ...engine.environment };
  });
  beforeEach(() => engine.clear());
  after(async () => {
    if (environment) process.env = environment;
    await engine.dispose();
  });
  return engine;
}
