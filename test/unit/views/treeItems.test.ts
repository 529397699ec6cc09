import './fakeEditor';
import assert from 'node:assert/strict';
import { treeItemOf } from '../../../src/views/treeItems';
import type { Node, NoteRow } from '../../../src/views/treeRows';
import { bundleOf, NODE, rowOf, serverView } from './rows';

describe('rows as they are read out', () => {
  const server = serverView({ owner: 'other', client: 'Codex' });
  const note: NoteRow = {
    ...{ kind: 'note', id: 'n', notes: [], parent: undefined },
    note: { label: 'Guard', description: 'armed · pid 7', icon: 'shield', color: 'x', tooltip: '' },
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
    ['one that says no more', { ...note, note: { ...note.note, description: '' } }, 'Guard'],
  ];
  for (const [what, row, label] of table) {
    it(what, () => assert.deepEqual(treeItemOf(row).accessibilityInformation, { label, role: 'treeitem' }));
  }
});
