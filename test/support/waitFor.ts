/**
 * Polls until `condition` returns something truthy; less often the longer each call takes, as other tests run beside
 * this one. @throws with `what` and the last error after `timeout` ms, long enough for a busy machine.
 */
export async function waitFor<T>(
  what: string,
  condition: () => T | Promise<T>,
  timeout = 30_000,
): Promise<NonNullable<T>> {
  const deadline = Date.now() + timeout;
  let last: unknown;
  for (;;) {
    const asked = Date.now();
    try {
      const value = await condition();
      if (value) return value as NonNullable<T>;
      last = value;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) throw new Error(`Waited ${timeout} ms for: ${what}. Last: ${String(last)}`);
    await new Promise((resolve) => setTimeout(resolve, Math.min(Math.max(25, 4 * (Date.now() - asked)), 250)));
  }
}
