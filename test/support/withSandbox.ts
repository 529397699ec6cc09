import { Sandbox } from './sandbox';

/**
 * A new sandbox for each test of the `describe` around the call, or one for all of them. It is disposed of afterwards,
 * before other hooks of that `describe`. If a test fails, its log is printed.
 * @returns a proxy for the sandbox of the running test
 */
export function withSandbox(): Sandbox;
export function withSandbox<T extends Sandbox>(create: () => T, per?: 'test' | 'suite'): T;
export function withSandbox(create = () => new Sandbox(), per: 'test' | 'suite' = 'test'): Sandbox {
  let current: Sandbox | undefined;
  const open = () => {
    current = create();
  };
  const close = async () => {
    const ended = current;
    current = undefined;
    await ended?.dispose();
  };
  if (per === 'suite') before(open);
  else beforeEach(open);
  afterEach(async function () {
    if (this.currentTest?.state === 'failed' && current) {
      console.error([...current.log, current.guardLog()].join('\n'));
    }
    if (per === 'test') await close();
  });
  if (per === 'suite') after(close);
  return new Proxy({} as Sandbox, {
    get: (_, name) => {
      if (!current) throw new Error('A sandbox exists only while a test of its suite is running.');
      const value = Reflect.get(current, name, current);
      return typeof value === 'function' ? value.bind(current) : value;
    },
  });
}
