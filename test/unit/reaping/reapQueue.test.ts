import assert from 'node:assert/strict';
import { ReapQueue } from '../../../src/reaping/reapQueue';

describe('the ladders of one reap', () => {
  let begun: number[];
  let ends: (() => void)[];
  let progress: string[];
  let calledOff: AbortController;
  beforeEach(() => {
    [begun, ends, progress] = [[], [], []];
    calledOff = new AbortController();
  });
  const turns = () => new Promise((resolve) => setImmediate(resolve));
  const open = (total: number) =>
    new ReapQueue({ signal: calledOff.signal, onProgress: (done, all) => progress.push(`${done}/${all}`) }, total, 2);
  const ladder = (number: number) => () => {
    begun.push(number);
    return new Promise<number>((resolve) => ends.push(() => resolve(number)));
  };

  it('run only so many at a time, the next when one has ended, and report progress', async () => {
    const queue = open(4);
    const all = Promise.all([1, 2, 3, 4].map((number) => queue.run(ladder(number))));
    await turns();
    assert.deepEqual(begun, [1, 2]);
    ends[1]?.();
    await turns();
    assert.deepEqual([begun, progress], [[1, 2, 3], ['1/4']]);
    ends[0]?.();
    ends[2]?.();
    await turns();
    ends[3]?.();
    assert.deepEqual(await all, [1, 2, 3, 4]);
    assert.deepEqual(progress, ['1/4', '2/4', '3/4', '4/4']);
  });

  it('when called off: no other begins, and those that have begun finish', async () => {
    const queue = open(4);
    const all = Promise.all([1, 2, 3, 4].map((number) => queue.run(ladder(number))));
    await turns();
    calledOff.abort();
    for (const end of ends) end();
    assert.deepEqual(await all, [1, 2, undefined, undefined]);
    assert.deepEqual(
      [begun, progress],
      [
        [1, 2],
        ['1/4', '2/4'],
      ],
    );
  });

  it('after a failure: the next begins', async () => {
    const queue = open(3);
    const failed = [1, 2].map(() => queue.run(() => Promise.reject(new Error('no'))));
    const third = queue.run(async () => 3);
    await Promise.all(failed.map((one) => assert.rejects(one, /no/)));
    assert.equal(await third, 3);
  });
});
