import assert from 'node:assert/strict';
import type { ForeignView, ProcessNode, SessionView } from '../../../src/model/serverView';
import { EndingRows } from '../../../src/tracker/endingRows';
import { withEnding, withFormerVerdicts, withoutRecorded } from '../../../src/tracker/shownRows';
import { foreignView, launchedView, NODE, serverView } from '../views/rows';

const node = (pid: number, start = 't1', children: ProcessNode[] = []): ProcessNode => ({
  ...NODE,
  pid,
  start,
  children,
});

describe('rows whose verdict needs a second look', () => {
  const orphaned = foreignView({ key: 'a' });
  const active = foreignView({ key: 'a', group: 'otherClients', verdict: 'active' });
  const unknown = foreignView({ key: 'a', group: 'ownerUnknown', verdict: 'unknown' });
  const checking = foreignView({ key: 'a', group: 'ownerUnknown', verdict: 'unknown', checking: true });
  const table: [string, ForeignView, ForeignView[], string][] = [
    ['a proven orphan stays one', checking, [orphaned], 'orphaned orphaned'],
    ['one whose client has just died stays active', checking, [active], 'otherClients active'],
    ['the second look says otherwise', unknown, [orphaned], 'ownerUnknown unknown'],
    ['the first look is enough for "in use"', active, [orphaned], 'otherClients active'],
    ['a new row has no earlier verdict', checking, [], 'ownerUnknown unknown'],
    ['another row’s verdict does not count', checking, [foreignView({ key: 'b' })], 'ownerUnknown unknown'],
  ];
  for (const [what, row, before, expected] of table) {
    it(what, () => {
      const [shown] = withFormerVerdicts([row], before);
      assert.equal(`${shown?.group} ${shown?.verdict}`, expected);
      assert.equal(shown?.checking, row.checking);
    });
  }
});

describe('one process, one row', () => {
  const here = launchedView({ key: 'here', processes: [node(10, 't1', [node(11)])] });
  const table: [string, ProcessNode[], boolean][] = [
    ['another server', [node(20)], true],
    ['the same root', [node(10)], false],
    ['its root is below the other’s', [node(11)], false],
    ['the other’s root is below it', [node(9, 't1', [node(10)])], false],
    ['a recycled pid is another process', [node(10, 't2')], true],
    ['no process is left of it', [], true],
  ];
  for (const [what, processes, isShown] of table) {
    it(`${what}: ${isShown ? 'shown' : 'not shown'}`, () => {
      const other = foreignView({ key: 'other', processes });
      assert.deepEqual(withoutRecorded([other], [here]), isShown ? [other] : []);
    });
  }
});

describe('rows that are being ended', () => {
  const stateOf = (row: SessionView, keys = ['s:r']) => withEnding([row], new Set(keys))[0]?.state;
  const spared: ProcessNode = { ...NODE, spared: { rule: 'notEditor' } };

  it('say so, unless everything is spared', () => {
    assert.equal(stateOf(serverView()), 'stopping');
    assert.equal(stateOf(serverView(), ['s:other']), 'running');
    assert.equal(stateOf(serverView({ processes: [spared] })), 'running');
    assert.equal(stateOf(serverView({ processes: [{ ...spared, children: [NODE] }] })), 'stopping');
    assert.equal(stateOf(serverView({ processes: [] })), 'stopping', 'a container is left');
  });

  it('until every reap that was to end them is done, even a failed one', async () => {
    const states: boolean[] = [];
    const ending = new EndingRows(() => states.push(ending.has('a')));
    let finish = () => {};
    const first = ending.during(
      ['a', 'b'],
      () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
    );
    await assert.rejects(
      ending.during(['a'], async () => {
        throw new Error('failed');
      }),
    );
    assert.ok(ending.has('a'));
    finish();
    await first;
    assert.deepEqual([ending.has('a'), ending.has('b')], [false, false]);
    assert.deepEqual(states, [true, true, true, false]);
  });
});
