import './fakeEditor';
import assert from 'node:assert/strict';
import type { ForeignView } from '../../../src/model/inventory';
import { fingerprintOf, treeItemOf } from '../../../src/views/treeItems';
import type { InfoRow, Node } from '../../../src/views/treeRows';
import { bundleOf, foreignView, launchedView, NODE, rowOf, serverView } from './rows';

describe('rows as they are read out', () => {
  const server = foreignView({ client: 'Codex' });
  const note: InfoRow = {
    ...{ kind: 'note', id: 'n', infos: [], parent: undefined },
    info: { label: 'Guard', description: 'armed · pid 7', icon: 'shield', color: 'x', tooltip: '' },
  };
  const table: [string, Node, string][] = [
    ['a server', rowOf(server), 'files, orphaned, 1 MB, Codex'],
    ['several of them', bundleOf([server, server, server]), 'files, 3 servers, 3 MB, Codex'],
    [
      'a process',
      { kind: 'process', id: 'p', process: NODE, parent: rowOf(server), processes: [] },
      'node server.js, pid 500, 1 MB',
    ],
    ['a note', note, 'Guard, armed, pid 7'],
    ['one that says no more', { ...note, info: { ...note.info, description: '' } }, 'Guard'],
  ];
  for (const [what, row, label] of table) {
    it(what, () => assert.deepEqual(treeItemOf(row, 0).accessibilityInformation, { label, role: 'treeitem' }));
  }
});

describe('rows and their clock', () => {
  const process = { ...NODE, startedAt: 1_000 };
  const server = serverView({ startedAt: 1_000, processes: [process] });
  const rows: Node[] = [
    rowOf(server),
    { kind: 'process', id: 'p', process, parent: rowOf(server), processes: [] },
    {
      ...{
        kind: 'container',
        id: 'c',
        permission: { kind: 'no', why: { code: 'used by a session' } },
        parent: rowOf(server),
      },
      container: {
        ...{ id: 'c', image: 'i', state: 'running', labelled: false, name: 'n', createdAt: 1_000 },
        ...{ server: 'files', client: 'Codex', notOurs: undefined },
      },
    },
  ];

  it('a server, its process and a container that are as old show the same age, whenever they are drawn', () => {
    for (const row of rows) {
      assert.match(String(treeItemOf(row, 33_000).description), /32 s/, row.kind);
      assert.match(String(treeItemOf(row, 62_000).description), /1 min/, row.kind);
    }
  });

  it('look different when their ages do, and only then', () => {
    for (const row of rows) {
      assert.notEqual(fingerprintOf(row, 33_000), fingerprintOf(row, 34_000), row.kind);
      assert.equal(fingerprintOf(row, 62_000), fingerprintOf(row, 63_000), row.kind);
    }
  });
});

describe('what a row says of its state', () => {
  const unknown = { verdict: 'unknown', group: 'ownerUnknown' } as const;
  const table: [string, Partial<ForeignView>, string][] = [
    ['a proven orphan', {}, 'orphaned · 1 MB'],
    ['that is looked at again', { checking: true }, 'checking … · orphaned · 1 MB'],
    ['one of which nothing is known yet', { ...unknown, checking: true }, 'checking … · 1 MB'],
    ['one of which nothing can be known', unknown, 'unknown owner · 1 MB'],
    ['one that is being ended', { state: 'stopping' }, 'ending … · 1 MB'],
    ['one that is being ended while it is looked at', { state: 'stopping', checking: true }, 'ending … · 1 MB'],
  ];
  for (const [what, over, description] of table) {
    it(what, () => {
      const row = rowOf(foreignView({ client: 'Codex', ...over }));
      assert.equal(treeItemOf(row, 0).description, `${description} · Codex`);
    });
  }

  it('one of this window that is stopped', () => {
    const row = rowOf(launchedView({ client: 'Codex', state: 'stopping' }));
    assert.equal(treeItemOf(row, 0).description, 'stopping · 1 MB · Codex');
  });

  it('of several in one line, what is under way with some of them', () => {
    const one = foreignView({ client: 'Codex' });
    const table: [Partial<ForeignView>, string][] = [
      [{}, '3 MB · Codex'],
      [{ checking: true }, 'checking … · 3 MB · Codex'],
      [{ state: 'stopping' }, 'ending … · 3 MB · Codex'],
    ];
    const looks = table.map(([over, description]) => {
      const bundle = bundleOf([one, foreignView({ client: 'Codex', ...over }), one]);
      assert.equal(treeItemOf(bundle, 0).description, description);
      return fingerprintOf(bundle, 0);
    });
    assert.equal(new Set(looks).size, table.length);
    const ending = foreignView({ client: 'Codex', state: 'stopping' });
    assert.equal(treeItemOf(bundleOf([ending, one]), 0).contextValue, 'bundle canReap');
    assert.equal(treeItemOf(bundleOf([ending, ending]), 0).contextValue, 'bundle');
  });

  it('offers no reaping while it is being ended', () => {
    const flags = (state: 'running' | 'stopping') => treeItemOf(rowOf(serverView({ state })), 0).contextValue;
    assert.match(String(flags('running')), /canReap canNeverReap|canReap .*canNeverReap/);
    assert.doesNotMatch(String(flags('stopping')), /canReap|canNeverReap/);
  });
});
