import './fakeEditor';
import assert from 'node:assert/strict';
import type { ForeignView } from '../../../src/model/serverView';
import { ContainerRow } from '../../../src/views/tree/containerRow';
import { InfoRow } from '../../../src/views/tree/infoRow';
import type { Row } from '../../../src/views/tree/rows';
import { copiesOf, foreignView, launchedView, NODE, processRowOf, rowOf, serverView } from './rows';

describe('rows for screen readers', () => {
  const server = foreignView({ client: 'Codex' });
  const info = { label: 'Guard', description: 'armed · pid 7', icon: 'shield', color: 'x', tooltip: '' };
  const infoRow = (description: string) => new InfoRow('i', { ...info, description }, undefined);
  const table: [string, Row, string][] = [
    ['a server', rowOf(server), 'files, orphaned, 1 MB, Codex'],
    ['several of them', copiesOf([server, server, server]), 'files, 3 servers, 3 MB, Codex'],
    ['a process', processRowOf(server), 'node server.js, pid 500, 1 MB'],
    ['an info', infoRow('armed · pid 7'), 'Guard, armed, pid 7'],
    ['one without details', infoRow(''), 'Guard'],
  ];
  for (const [what, row, label] of table) {
    it(what, () => assert.deepEqual(row.item(0).accessibilityInformation, { label, role: 'treeitem' }));
  }
});

describe('rows and their clock', () => {
  const process = { ...NODE, startedAt: 1_000 };
  const server = serverView({ startedAt: 1_000, processes: [process] });
  const rows: Row[] = [
    rowOf(server),
    processRowOf(server, process),
    new ContainerRow(
      'c',
      {
        ...{ id: 'c', image: 'i', state: 'running', labelled: false, name: 'n', createdAt: 1_000 },
        ...{ server: 'files', client: 'Codex', notOurs: undefined },
      },
      { kind: 'no', why: { code: 'used by a session' } },
      rowOf(server),
    ),
  ];

  it('show the same age for a server, its process and a container that are equally old, at any time', () => {
    for (const row of rows) {
      assert.match(String(row.item(33_000).description), /32 s/, row.kind);
      assert.match(String(row.item(62_000).description), /1 min/, row.kind);
    }
  });

  it('change when their ages do, and only then', () => {
    for (const row of rows) {
      assert.notEqual(row.fingerprint(33_000), row.fingerprint(34_000), row.kind);
      assert.equal(row.fingerprint(62_000), row.fingerprint(63_000), row.kind);
    }
  });
});

describe('the state of a row', () => {
  const unknown = { verdict: 'unknown', group: 'ownerUnknown' } as const;
  const table: [string, Partial<ForeignView>, string][] = [
    ['a proven orphan', {}, 'orphaned · 1 MB'],
    ['that is being checked again', { checking: true }, 'checking … · orphaned · 1 MB'],
    ['one that is still unknown', { ...unknown, checking: true }, 'checking … · 1 MB'],
    ['one that stays unknown', unknown, 'unknown owner · 1 MB'],
    ['one that is being ended', { state: 'stopping' }, 'ending … · 1 MB'],
    ['one that is being ended while it is checked', { state: 'stopping', checking: true }, 'ending … · 1 MB'],
  ];
  for (const [what, over, description] of table) {
    it(what, () => {
      const row = rowOf(foreignView({ client: 'Codex', ...over }));
      assert.equal(row.item(0).description, `${description} · Codex`);
    });
  }

  it('is shown for a stopped server of this window', () => {
    const row = rowOf(launchedView({ client: 'Codex', state: 'stopping' }));
    assert.equal(row.item(0).description, 'stopping · 1 MB · Codex');
  });

  it('is shown for several servers in one row while some of them change', () => {
    const one = foreignView({ client: 'Codex' });
    const table: [Partial<ForeignView>, string][] = [
      [{}, '3 MB · Codex'],
      [{ checking: true }, 'checking … · 3 MB · Codex'],
      [{ state: 'stopping' }, 'ending … · 3 MB · Codex'],
    ];
    const texts = table.map(([over, description]) => {
      const copies = copiesOf([one, foreignView({ client: 'Codex', ...over }), one]);
      assert.equal(copies.item().description, description);
      return copies.fingerprint();
    });
    assert.equal(new Set(texts).size, table.length);
    const ending = foreignView({ client: 'Codex', state: 'stopping' });
    assert.equal(copiesOf([ending, one]).item().contextValue, 'copies canReap');
    assert.equal(copiesOf([ending, ending]).item().contextValue, 'copies');
  });

  it('offers no reaping while the server is being ended', () => {
    const flags = (state: 'running' | 'stopping') => rowOf(serverView({ state })).item(0).contextValue;
    assert.match(String(flags('running')), /canReap canNeverReap|canReap .*canNeverReap/);
    assert.doesNotMatch(String(flags('stopping')), /canReap|canNeverReap/);
  });
});
