import assert from 'node:assert/strict';
import { isProcessId, isStartToken, sameProcess, sameStart, startedNoLaterThan } from '../../../src/os/identity';

const SCOPE = 't0123456789abcdef';

describe('identity', () => {
  it('K01 K27 a start token names one moment on one platform', () => {
    const table: [string, string, boolean][] = [
      ['t5', 't5', true],
      ['t5', 't6', false],
      ['t5', 't4', false],
      // Ticks are exact; only ps rounds.
      ['t1000', 't1001', false],
      ['e1000', 'e1000', true],
      ['e1000', 'e1002', true],
      ['e1002', 'e1000', true],
      ['e1000', 'e1003', false],
      ['e1003', 'e1000', false],
      // Six hours: the effect of a changed time zone.
      ['e1700000000', 'e1700021600', false],
      ['w1000', 'w1000', true],
      ['w1000', 'w1001', false],
      // Ticks too large for a double are told apart.
      ['t9007199254740993', 't9007199254740992', false],
      // Tokens of different platforms, or no token: never the same.
      ['t5', 'e5', false],
      ['w5', 'e5', false],
      ['', '', false],
      ['5', '5', false],
      ['t', 't', false],
      ['t-5', 't-5', false],
      ['t5 ', 't5 ', false],
      ['t5\n', 't5\n', false],
      ['eNaN', 'eNaN', false],
    ];
    for (const [a, b, same] of table) assert.equal(sameStart(a, b), same, `${a} ${b}`);
  });

  it('K01 K12 a process is the same only with pid, start and scope', () => {
    const one = { pid: 7, start: 't5', scope: SCOPE };
    assert.ok(sameProcess(one, { ...one }));
    const others: Partial<typeof one>[] = [
      { pid: 8 },
      { start: 't6' },
      { start: 'x' },
      { scope: 'tfedcba9876543210' },
      { scope: '' },
    ];
    for (const change of others) {
      assert.ok(!sameProcess(one, { ...one, ...change }), JSON.stringify(change));
      assert.ok(!sameProcess({ ...one, ...change }, one), JSON.stringify(change));
    }
    // Neither an unknown scope nor an unknown start matches anything, not even itself.
    assert.ok(!sameProcess({ ...one, scope: '' }, { ...one, scope: '' }));
    assert.ok(!sameProcess({ ...one, start: '' }, { ...one, start: '' }));
  });

  it('L21 a parent starts no later than its child', () => {
    const table: [string, string, boolean][] = [
      ['t5', 't6', true],
      ['t5', 't5', true],
      ['t6', 't5', false],
      ['t9007199254740993', 't9007199254740992', false],
      ['t999', 't1000', true],
      ['e1000', 'e998', true],
      ['e1000', 'e997', false],
      ['w5', 'w4', false],
      ['w4', 'w5', true],
      ['t5', 'e6', false],
      ['', 't5', false],
      ['t5', '', false],
      ['t5', 'later', false],
    ];
    for (const [parent, child, holds] of table) assert.equal(startedNoLaterThan(parent, child), holds, parent + child);
  });

  it('K13 only a whole identity names an ordinary process', () => {
    for (const pid of [2, 300, 4_194_304]) assert.ok(isProcessId(pid), String(pid));
    const others = [
      1,
      0,
      -1,
      -300,
      2.5,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      2 ** 31,
      2 ** 53,
      '300',
      null,
      undefined,
    ];
    for (const pid of others) assert.ok(!isProcessId(pid), String(pid));
    for (const token of ['t0', 't1', 'e1700000000', 'w1700000000000']) assert.ok(isStartToken(token), token);
    const strange = [
      '',
      't',
      't007',
      't-1',
      't1.5',
      'x1',
      't1e5',
      ` t1`,
      't1\n',
      `t${'9'.repeat(30)}`,
      5,
      null,
      undefined,
    ];
    for (const token of strange) assert.ok(!isStartToken(token), String(token));
  });
});
