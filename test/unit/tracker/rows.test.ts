import assert from 'node:assert/strict';
import type { ContainersSeen } from '../../../src/containers/recordedContainers';
import type { Member } from '../../../src/judgement/members';
import { type Evidence, proofOf } from '../../../src/model/evidence';
import { pidsOf, seen } from '../../../src/os/users';
import { type AutomaticReap, WRAPPER_EDITOR } from '../../../src/registry/schema';
import type { ForeignServer } from '../../../src/scan/foreignServers';
import { foreignRows, rowsOfSession } from '../../../src/tracker/rows';
import { heldBy } from '../../support/codes';
import { entry, identity, OWNER_GONE, recordOf, sessionOf } from '../judgement/table';

describe('rows of another session', () => {
  const container = {
    program: 'docker',
    globalFlags: [],
    environment: {},
    removable: true,
    containerId: undefined,
  };
  const rows = (seen: ContainersSeen | undefined) =>
    rowsOfSession(
      {
        session: sessionOf(),
        found: undefined,
        verdict: { kind: 'unknown', evidence: { kind: 'other-scope' } },
        records: [{ record: recordOf({ container }), members: [] }],
        claimedBy: undefined,
      },
      () => new Map(),
      () => seen,
      () => undefined,
    ).length;

  it('orphans whose session wanted to be asked say so, and what it was; not while somebody ends them', () => {
    const container = { program: 'docker', globalFlags: [], environment: {}, removable: true, containerId: undefined };
    const answerOf = (automatic: AutomaticReap, kind: 'dead' | 'live', by?: 'claimed' | 'run') => {
      const session = { ...sessionOf(), automatic };
      const [row] = rowsOfSession(
        {
          session: by === 'run' ? { ...session, editor: WRAPPER_EDITOR } : session,
          found: undefined,
          verdict: { kind, evidence: OWNER_GONE },
          records: [{ record: recordOf({ container }), members: [] }],
          claimedBy: by === 'claimed' ? session.owner : undefined,
        },
        () => new Map(),
        () => undefined,
        () => undefined,
      );
      return row?.awaitsAnswer;
    };
    assert.equal(answerOf('ask', 'dead'), 'window');
    assert.equal(answerOf('ask', 'dead', 'run'), 'client');
    assert.equal(answerOf('ask', 'dead', 'claimed'), undefined);
    assert.equal(answerOf('ask', 'live'), undefined);
    assert.equal(answerOf('on', 'dead'), undefined);
    assert.equal(answerOf('off', 'dead'), undefined);
  });

  it('a server of which only its container may be left goes when the engine says that there is none', () => {
    assert.equal(rows({ containers: [], problem: undefined }), 0);
    assert.equal(rows(undefined), 1, 'not asked yet');
    assert.equal(
      rows({ containers: [], problem: { kind: 'failed', program: 'docker', found: 'said', said: 'no answer' } }),
      1,
    );
    const one = { id: 'a'.repeat(64), image: 'img', state: 'running', labelled: true };
    assert.equal(rows({ containers: [one], problem: undefined }), 1);
  });
});

describe('the evidence of a row', () => {
  const members = [
    { entry: entry(500, 1), by: 'root' },
    { entry: entry(501, 500), by: 'tree' },
    { entry: entry(502, 501), by: 'tree' },
  ].map((member) => ({ ...member, identity: identity(member.entry.pid) }) as Member);
  const session = sessionOf({ editor: 'VS Code 1.139' });

  it('says why each process is its, and names no ids; the proof is that its window is gone', () => {
    const verdict = { kind: 'dead', evidence: OWNER_GONE } as const;
    const records = [{ record: recordOf(), members }];
    const [row] = rowsOfSession(
      { session, found: undefined, verdict, records, claimedBy: undefined },
      () => new Map(),
      () => undefined,
      () => undefined,
    );
    assert.deepEqual(row?.evidence, [
      verdict.evidence,
      { kind: 'started-by', server: recordOf().server, editor: 'VS Code 1.139' },
      { kind: 'member', pid: 500, by: 'root' },
      { kind: 'member', pid: 501, by: 'tree' },
      { kind: 'member', pid: 502, by: 'tree', below: 501 },
    ]);
    assert.equal(proofOf(row.evidence), verdict.evidence);
  });
});

describe('rows of other clients’ servers', () => {
  const rowOf = (change: Partial<ForeignServer>) => {
    const record = recordOf({ kind: 'foreign' });
    const [row] = foreignRows([
      {
        record,
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
      },
    ]);
    assert.ok(row);
    assert.equal(proofOf(row.evidence), row.evidence[2], 'the proof is what is said of its stdin');
    return {
      is: [row.verdict, row.group, ...(row.usedBy ? pidsOf(row.usedBy) : [])].join(' '),
      says: row.evidence.slice(2),
    };
  };

  it('K33 L29 say who uses it, who holds it, and what follows', () => {
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
    for (const [change, is, says] of table) assert.deepEqual(rowOf(change), { is, says });
  });
});
