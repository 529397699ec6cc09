import assert from 'node:assert/strict';
import type { ContainersSeen } from '../../../src/containers/recordedContainers';
import type { ClientAbove } from '../../../src/judgement/facts';
import type { Member } from '../../../src/judgement/members';
import { type Evidence, type EvidenceKind, proofOf } from '../../../src/model/evidence';
import type { ForeignView } from '../../../src/model/serverView';
import { pidsOf, seen } from '../../../src/os/users';
import type { ForeignServer } from '../../../src/scan/foreign/foreignServer';
import { foreignRows } from '../../../src/tracker/foreignRows';
import { heldBy } from '../../support/codes';
import { entry, identity, recordOf, uuid } from '../judgement/table';

const SILENT = { kind: 'timeout', program: 'docker', seconds: 1 } as const;
const CLIENT: ClientAbove = { kind: 'client', title: 'Claude', pid: 77 };

function serverOf(change: Partial<ForeignServer> = {}): ForeignServer {
  return {
    record: recordOf({ kind: 'foreign' }),
    named: { name: 'notes', client: 'Some Client', file: undefined, basis: { kind: 'path' } },
    dependsOn: [],
    members: [],
    above: { kind: 'none' },
    launcher: undefined,
    stdin: { kind: 'gone', proof: 'no peer' },
    heldBy: undefined,
    heldWith: [],
    use: { kind: 'none' },
    isProven: true,
    isOrphaned: true,
    idleSince: undefined,
    folder: undefined,
    terminal: undefined,
    ...change,
  };
}

function rowOf(change: Partial<ForeignServer>, containers?: ContainersSeen): ForeignView {
  const [row] = foreignRows([serverOf(change)], () => containers);
  assert.ok(row);
  return row;
}

const member = (pid: number, ppid: number, by: Member['by']): Member => ({
  ...{ entry: entry(pid, ppid, { memory: 5 }), identity: identity(pid), by },
});

describe('rows of other clients’ servers', () => {
  const summaryOf = (change: Partial<ForeignServer>) => {
    const row = rowOf(change);
    assert.equal(proofOf(row.evidence), row.evidence[2], 'its stdin is the proof');
    return {
      is: [row.verdict, row.group, ...('usedBy' in row && row.usedBy ? pidsOf(row.usedBy) : [])].join(' '),
      says: row.evidence.slice(2),
    };
  };

  it('K33 L29 say what uses the server, what holds it, and what follows', () => {
    const gone = { kind: 'stdin-gone', proof: 'no peer' } as const;
    const unused = { kind: 'not-in-use' } as const;
    const stdin = (by: 'orphans' | 'strangers' | 'clients', ...pids: number[]) =>
      ({ kind: 'stdin-held', by: seen(...pids.map((pid) => ({ pid }))), heldBy: by }) as const;
    const nc = seen({ pid: 7, name: 'nc' });
    const table: [Partial<ForeignServer>, is: string, says: Evidence[]][] = [
      [{}, 'orphaned orphaned', [gone, unused]],
      [
        { isOrphaned: false, use: { kind: 'used', by: nc } },
        'active otherClients 7',
        [gone, { kind: 'in-use', by: nc }],
      ],
      [
        { isOrphaned: false, use: { kind: 'unknown', reason: { kind: 'program-failed', program: 'ss' } } },
        'unknown ownerUnknown',
        [gone, { kind: 'use-unknown', reason: { kind: 'program-failed', program: 'ss' } }],
      ],
      [{ stdin: heldBy(7), heldBy: 'orphans', heldWith: ['x'] }, 'orphaned orphaned', [stdin('orphans', 7), unused]],
      [
        { stdin: heldBy(7), heldBy: 'orphans', heldWith: ['x'], isOrphaned: false, isProven: false },
        'unknown ownerUnknown',
        [stdin('orphans', 7), unused, { kind: 'seen-once' }],
      ],
      [
        { stdin: heldBy(77, 78), heldBy: 'strangers', isOrphaned: false, use: undefined },
        'active otherClients 77 78',
        [stdin('strangers', 77, 78)],
      ],
      [{ stdin: heldBy(77), isOrphaned: false, use: undefined }, 'active otherClients', [stdin('clients', 77)]],
    ];
    for (const [change, is, says] of table) assert.deepEqual(summaryOf(change), { is, says });
  });

  it('say which client runs it, whose end may orphan it, and where it is used', () => {
    const launcher = entry(60, 1, { name: 'tmux' });
    const table: [Partial<ForeignServer>, is: string, owner: Evidence][] = [
      [
        { above: CLIENT, stdin: undefined, use: undefined, isOrphaned: false },
        'Claude active otherClients',
        { kind: 'runs-under', process: { pid: 77, name: 'Claude' } },
      ],
      [
        { launcher, isOrphaned: false },
        'tmux active otherClients',
        { kind: 'runs-under', process: { pid: 60, name: 'tmux' } },
      ],
      [{}, 'Some Client orphaned orphaned', { kind: 'parent-gone' }],
    ];
    for (const [change, is, owner] of table) {
      const row = rowOf(change);
      assert.equal([row.client, row.verdict, row.group].join(' '), is);
      assert.deepEqual(row.evidence[1], owner);
    }
    const [folder, terminal, idleSince] = ['/home/u', 'pts/3', 5];
    const row = rowOf({ folder, terminal, idleSince, dependsOn: [identity(77)] });
    assert.deepEqual([row.folder, row.terminal, row.idleSince], [folder, terminal, idleSince]);
    assert.deepEqual(row.dependsOn, [{ pid: 77, start: 't77' }]);
    const plain = rowOf({});
    assert.ok(!('terminal' in plain) && !('idleSince' in plain) && !('checking' in plain));
  });

  it('under a client do not mention stdin and use', () => {
    const kinds = rowOf({ above: CLIENT, isOrphaned: false }).evidence.map(({ kind }): EvidenceKind => kind);
    assert.deepEqual(kinds, ['matches', 'runs-under']);
  });

  it('after one scan are still being checked', () => {
    const row = rowOf({ isOrphaned: false, isProven: false });
    assert.deepEqual([row.checking, row.verdict, row.evidence.at(-1)?.kind], [true, 'unknown', 'seen-once']);
  });

  it('count copies only under one client', () => {
    const record = (id: number) => recordOf({ id: uuid(id), kind: 'foreign', root: identity(id) });
    const other: ClientAbove = { ...CLIENT, pid: 78 };
    const rows = foreignRows(
      [
        serverOf({ record: record(501), above: CLIENT }),
        serverOf({ record: record(502), above: CLIENT }),
        serverOf({ record: record(503), above: other }),
        serverOf({ record: record(504) }),
        serverOf({ record: record(505) }),
      ],
      () => undefined,
    );
    assert.deepEqual(
      rows.map(({ copies }) => copies),
      [2, 2, 1, 1, 1],
    );
    assert.deepEqual(
      rows.map(({ evidence }) => evidence.some(({ kind }) => kind === 'copies')),
      [true, true, false, false, false],
    );
    assert.equal(new Set(rows.map(({ key }) => key)).size, rows.length);
  });

  it('show processes as a tree with their memory, and give no reason for the root', () => {
    const row = rowOf({ members: [member(500, 1, 'root'), member(501, 500, 'tree')] });
    assert.deepEqual([row.pid, row.memory, row.processes.length], [500, 10, 1]);
    assert.deepEqual(
      row.processes[0]?.children.map(({ pid }) => pid),
      [501],
    );
    assert.deepEqual(row.evidence.at(-1), { kind: 'member', pid: 501, by: 'tree' });
  });

  it('show containers: not asked, unknown, and as the engine says', () => {
    const container = { program: 'docker', globalFlags: [], environment: {}, removable: true, containerId: 'a' };
    const record = recordOf({ kind: 'foreign', container });
    const one = { id: 'a'.repeat(64), image: 'img', state: 'running', labelled: false };
    const table: [ContainersSeen | undefined, Evidence][] = [
      [undefined, { kind: 'container-not-asked', program: 'docker' }],
      [
        { containers: [], problem: SILENT },
        { kind: 'container-unknown', failure: SILENT },
      ],
      [
        { containers: [one], problem: undefined },
        { kind: 'container', id: one.id, image: 'img', state: 'running' },
      ],
    ];
    for (const [containers, evidence] of table) {
      const row = rowOf({ record }, containers);
      assert.deepEqual(row.evidence.at(-1), evidence);
      assert.deepEqual([row.containers, row.containerProblem], [containers?.containers ?? [], containers?.problem]);
    }
  });
});
