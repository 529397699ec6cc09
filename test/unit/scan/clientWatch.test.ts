import assert from 'node:assert/strict';
import type { Identification } from '../../../src/os/platform';
import { ClientWatch } from '../../../src/scan/clientWatch';

const CLIENT = { pid: 7, start: 't100' };
const present = (over: Partial<Extract<Identification, { kind: 'present' }>> = {}): Identification => ({
  kind: 'present',
  ...CLIENT,
  zombie: false,
  ...over,
});

describe('the end of a client is noticed', () => {
  let now: Identification;
  let noticed: number;
  let watch: ClientWatch;
  beforeEach(() => {
    now = present();
    noticed = 0;
    watch = new ClientWatch({ platform: { identify: () => now }, onEnd: () => noticed++ });
    watch.watch([CLIENT]);
  });
  afterEach(() => watch.dispose());

  const table: [string, Identification, boolean][] = [
    ['it lives', present(), false],
    ['it is gone', { kind: 'gone' }, true],
    ['its pid is another’s now', present({ start: 't200' }), true],
    ['it is a zombie', present({ zombie: true }), true],
    ['it cannot be read', { kind: 'error', reason: { kind: 'said', text: 'no' } }, false],
  ];
  for (const [what, identification, isEnd] of table) {
    it(`${what}: ${isEnd ? 'noticed' : 'not noticed'}`, () => {
      now = identification;
      watch.check();
      assert.equal(noticed, isEnd ? 1 : 0);
    });
  }

  it('once, even while rows still name the client, and again for the next one', () => {
    now = { kind: 'gone' };
    watch.check();
    watch.watch([CLIENT]);
    watch.check();
    assert.equal(noticed, 1);
    watch.watch([CLIENT, { pid: 8, start: 't5' }]);
    watch.check();
    assert.equal(noticed, 2);
  });

  it('not for a client that rows no longer name', () => {
    watch.watch([]);
    now = { kind: 'gone' };
    watch.check();
    assert.equal(noticed, 0);
  });
});
