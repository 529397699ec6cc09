import { strict as assert } from 'node:assert';
import { FreshRun, Limiter, Sequencer, SharedRun, withTimeout } from '../../../src/common/async';

/** Work that ends when the test says so. */
function steps() {
  const begun: { readonly end: (value?: number) => void; readonly fail: (error: Error) => void }[] = [];
  const work = () => new Promise<number | undefined>((resolve, reject) => begun.push({ end: resolve, fail: reject }));
  return { begun, work };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('FreshRun', () => {
  it('a call during a run gets the next run, and shares it with all other callers until it begins', async () => {
    const { begun, work } = steps();
    const run = new FreshRun(work);
    const first = run.ask();
    await turn();
    const [second, third] = [run.ask(), run.ask()];
    await turn();
    assert.equal(begun.length, 1);
    begun[0]?.end(1);
    assert.equal(await first, 1);
    await turn();
    begun[1]?.end(2);
    assert.deepEqual(await Promise.all([second, third]), [2, 2]);
    assert.equal(begun.length, 2);
  });

  it('a run that fails fails its own callers, and no later ones', async () => {
    const { begun, work } = steps();
    const run = new FreshRun(work);
    const first = run.ask();
    await turn();
    const second = run.ask();
    begun[0]?.fail(new Error('no'));
    await assert.rejects(first, /no/);
    await turn();
    begun[1]?.end(2);
    assert.equal(await second, 2);
  });
});

describe('SharedRun', () => {
  it('a call during a run joins it, and its own work does not start', async () => {
    const { begun, work } = steps();
    const run = new SharedRun<number | undefined>();
    const first = run.run(work);
    const second = run.run(() => assert.fail('begun twice'));
    assert.equal(run.current, first);
    begun[0]?.end(1);
    assert.deepEqual(await Promise.all([first, second]), [1, 1]);
  });

  for (const how of ['end', 'fail'] as const) {
    it(`after its ${how} the next call begins a new one`, async () => {
      const { begun, work } = steps();
      const run = new SharedRun<number | undefined>();
      const first = run.run(work).catch(() => undefined);
      if (how === 'end') begun[0]?.end(1);
      else begun[0]?.fail(new Error('no'));
      await first;
      assert.equal(run.current, undefined);
      const second = run.run(work);
      begun[1]?.end(2);
      assert.equal(await second, 2);
    });
  }
});

describe('Sequencer', () => {
  it('runs work one after another, in order, past a failure', async () => {
    const { begun, work } = steps();
    const sequencer = new Sequencer();
    const [first, second] = [sequencer.run(work), sequencer.run(work)];
    await turn();
    assert.equal(begun.length, 1);
    begun[0]?.fail(new Error('no'));
    await assert.rejects(first, /no/);
    await turn();
    assert.equal(begun.length, 2);
    begun[1]?.end(2);
    assert.equal(await second, 2);
  });
});

describe('Limiter', () => {
  it('runs only so many at a time, the others in order, also after a failure', async () => {
    const { begun, work } = steps();
    const limiter = new Limiter(2);
    const all = [1, 2, 3, 4].map(() => limiter.run(work).catch(() => 'failed'));
    await turn();
    assert.equal(begun.length, 2);
    begun[0]?.fail(new Error('no'));
    await turn();
    assert.equal(begun.length, 3);
    begun[1]?.end(2);
    begun[2]?.end(3);
    await turn();
    begun[3]?.end(4);
    assert.deepEqual(await Promise.all(all), ['failed', 2, 3, 4]);
    const again = limiter.run(work);
    begun[4]?.end(5);
    assert.equal(await again, 5);
  });
});

describe('withTimeout', () => {
  const never = new Promise<never>(() => {});

  it('passes on what comes in time, errors too', async () => {
    assert.equal(await withTimeout(Promise.resolve(1), 60_000, () => 'late'), 1);
    await assert.rejects(
      withTimeout(Promise.reject(new Error('no')), 60_000, () => 'late'),
      /no/,
    );
  });

  it('passes on what `late` returns or throws', async () => {
    assert.equal(await withTimeout(never, 1, () => 'late'), 'late');
    await assert.rejects(
      withTimeout(never, 1, () => {
        throw new Error('too late');
      }),
      /too late/,
    );
  });

  it('drops an error that comes too late', async () => {
    const { begun, work } = steps();
    assert.equal(await withTimeout(work(), 1, () => 'late'), 'late');
    // An unhandled rejection would end the test run.
    begun[0]?.fail(new Error('later'));
    await turn();
  });
});
