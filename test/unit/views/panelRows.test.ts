import './fakeEditor';
import assert from 'node:assert/strict';
import type { Inventory } from '../../../src/model/inventory';
import { PanelRows } from '../../../src/views/tree/panelRows';
import type { Row } from '../../../src/views/tree/rows';
import { configuredView, foreignView, inventoryOf, NODE, serverView } from './rows';

const NOW = 100_000;
const ours = serverView({ key: 'a', name: 'a', pid: 1 });
const theirs = ['1', '2', '3'].map((key) =>
  foreignView({ key, name: 'files', group: 'otherClients', verdict: 'active', processes: [] }),
);

const outlineOf = (rows: readonly Row[]): unknown[] =>
  rows.map((row) => (row.children().length === 0 ? row.id : [row.id, outlineOf(row.children())]));
const idsOf = (rows: readonly Row[]) => rows.map(({ id }) => id);

describe('the rows of the panel', () => {
  let rows: PanelRows;
  const show = (over: Partial<Inventory>) => rows.update({ ...inventoryOf([]), ...over }, NOW);
  beforeEach(() => {
    rows = new PanelRows();
  });

  it('are groups in order, servers in natural order of their names, processes below them', () => {
    const servers = ['b10', 'b9'].map((name) => serverView({ key: name, name }));
    show({ servers: [...theirs.slice(0, 1), ...servers] });
    assert.deepEqual(outlineOf(rows.top), [
      [
        'group:orphaned',
        [
          ['server:b9', ['process:b9:500']],
          ['server:b10', ['process:b10:500']],
        ],
      ],
      ['group:otherClients', ['server:1']],
    ]);
  });

  it('three copies of another client’s server share a row; two do not, nor do three of ours', () => {
    show({ servers: theirs });
    assert.deepEqual(outlineOf(rows.top), [
      ['group:otherClients', [['copies:otherClients:files', ['server:1', 'server:2', 'server:3']]]],
    ]);
    show({ servers: theirs.slice(1) });
    assert.deepEqual(outlineOf(rows.top), [['group:otherClients', ['server:2', 'server:3']]]);
    const running = { name: 'files', group: 'otherClients', verdict: 'active', processes: [] } as const;
    show({ servers: ['1', '2', '3'].map((key) => serverView({ key, ...running })) });
    assert.deepEqual(outlineOf(rows.top), [['group:otherClients', ['server:1', 'server:2', 'server:3']]]);
  });

  it('keep their objects while their ids exist, and get new contents', () => {
    show({ servers: [ours] });
    const [before] = rows.top[0]?.children() ?? [];
    show({ servers: [{ ...ours, memory: 7 << 20 }] });
    const [after] = rows.top[0]?.children() ?? [];
    assert.ok(after?.kind === 'server');
    assert.equal(after, before);
    assert.equal(after.server.memory, 7 << 20);
  });

  it('say which rows changed, and whether rows came or went', () => {
    assert.equal(show({ servers: [ours] }).isReshaped, true);
    assert.deepEqual(show({ servers: [ours] }), { isReshaped: false, changed: [] });
    const { isReshaped, changed } = show({ servers: [{ ...ours, memory: 7 << 20 }] });
    assert.equal(isReshaped, false);
    assert.deepEqual(idsOf(changed), ['server:a']);
    const child = { ...NODE, pid: 501 };
    assert.equal(show({ servers: [{ ...ours, processes: [{ ...NODE, children: [child] }] }] }).isReshaped, true);
  });

  it('servers that are not running are collapsed, unless there are no others', () => {
    const stopped = configuredView({ key: 's' });
    const folded = () => rows.top.flatMap((row) => (row.kind === 'group' && row.isFolded ? row.id : []));
    show({ servers: [ours, stopped] });
    assert.deepEqual(folded(), ['group:notRunning']);
    show({ servers: [stopped] });
    assert.deepEqual(folded(), []);
    // A new id each time: for a known id the editor keeps what a person collapsed.
    const ids = [1, 2].map(() => {
      show({ servers: [ours, stopped] });
      show({ servers: [stopped] });
      return idsOf(rows.top)[0];
    });
    assert.deepEqual(ids, ['group:notRunning:2', 'group:notRunning:3']);
  });

  it('containers without a client have their own group below the servers', () => {
    const lost = { id: 'c', image: 'i', state: 'running', labelled: false, name: 'n', createdAt: 1 };
    const containersWithoutClient = [{ ...lost, server: 'files', client: 'Codex', notOurs: undefined }];
    show({ servers: [ours], containersWithoutClient } as Partial<Inventory>);
    assert.deepEqual(outlineOf(rows.top.slice(1)), [
      ['containersWithoutClient', ['container:containersWithoutClient:c']],
    ]);
    assert.equal(rows.top[1]?.item(NOW).contextValue, 'containers canStopContainer');
  });
});
