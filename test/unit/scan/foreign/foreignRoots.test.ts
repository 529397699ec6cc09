import assert from 'node:assert/strict';
import type { NamedServer } from '../../../../src/clients/recogniser';
import { topmost } from '../../../../src/scan/foreign/foreignRoots';
import { entry, table } from '../../judgement/table';

const NAMED: NamedServer = { name: 'notes', client: 'Some Client', file: undefined, basis: { kind: 'path' } };

describe('the root of a server', () => {
  /** A client (10), `npx` (20), a shell (30), the server (40) and its worker (50); another server (60). */
  const snapshot = table(
    ...[entry(1, 0), entry(10, 1), entry(20, 10), entry(30, 20), entry(40, 30), entry(50, 40), entry(60, 10)],
  );
  const rows: [what: string, found: number[], roots: number[]][] = [
    ['none', [], []],
    ['one process', [40], [40]],
    ['a wrapper and what it runs', [20, 40], [20]],
    ['all of a chain', [20, 30, 40, 50], [20]],
    ['a chain, in any order', [50, 40, 20], [20]],
    ['two servers of one client', [40, 60], [40, 60]],
  ];
  for (const [what, found, roots] of rows) {
    it(`of ${what}`, () => {
      const all = found.map((pid) => ({ entry: snapshot.processes.get(pid) ?? assert.fail(), named: NAMED }));
      assert.deepEqual(
        topmost(snapshot, all).map(({ entry: { pid } }) => pid),
        roots,
      );
    });
  }
});
