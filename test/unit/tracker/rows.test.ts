import assert from 'node:assert/strict';
import type { ContainersSeen } from '../../../src/containers/recordedContainers';
import type { Member } from '../../../src/judgement/members';
import { type AutomaticReap, WRAPPER_EDITOR } from '../../../src/registry/schema';
import type { ForeignServer } from '../../../src/scan/foreignServers';
import { foreignRows, rowsOfSession } from '../../../src/tracker/rows';
import { entry, identity, recordOf, sessionOf } from '../judgement/table';

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
        verdict: { kind: 'unknown', evidence: 'it was another boot' },
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
          verdict: { kind, evidence: 'the window that started it (pid 7) no longer exists' },
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
    assert.equal(rows({ containers: [], problem: 'no answer' }), 1);
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
    const verdict = { kind: 'dead', evidence: 'the window that started it (pid 7) no longer exists' } as const;
    const records = [{ record: recordOf(), members }];
    const [row] = rowsOfSession(
      { session, found: undefined, verdict, records, claimedBy: undefined },
      () => new Map(),
      () => undefined,
      () => undefined,
    );
    assert.deepEqual(row?.evidence, [
      verdict.evidence,
      `${recordOf().server} was started by VS Code 1.139`,
      'pid 500 is the same process that was started (checked by start time)',
      'pid 501 is its child process',
      'pid 502 is a child process of pid 501',
    ]);
    assert.equal(row.proof, verdict.evidence);
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
        stdin: { kind: 'gone', proof: 'nothing is connected to its input any more' },
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
    assert.equal(row.proof, row.evidence[2], 'the proof is what is said of its input');
    return {
      is: [row.verdict, row.group, ...[row.usedBy ?? []].flat()].join(' '),
      says: row.evidence.slice(2).join('; '),
    };
  };

  it('K33 L29 say who uses it, who holds it, and what follows', () => {
    const held = (...pids: number[]) => {
      const by = pids.map((pid) => `sleep (pid ${pid})`).join(' and ');
      return { kind: 'alive', by, holders: pids } as const;
    };
    const table: [Partial<ForeignServer>, is: string, says: string][] = [
      [{}, 'orphaned orphaned', 'nothing is connected to its input any more; no other program is connected to it'],
      [
        { isOrphaned: false, use: { kind: 'used', by: 'python3 (pid 7)' } },
        'active otherClients python3 (pid 7)',
        'nothing is connected to its input any more; it is in use by python3 (pid 7), which is connected to it',
      ],
      [
        { isOrphaned: false, use: { kind: 'unknown', reason: '`ss` failed' } },
        'unknown ownerUnknown',
        'nothing is connected to its input any more; whether somebody is connected to it is unknown: `ss` failed',
      ],
      [
        { stdin: held(7), heldBy: 'orphans', heldWith: ['x'] },
        'orphaned orphaned',
        'its stdin is held only by other orphans: sleep (pid 7); no other program is connected to it',
      ],
      [
        { stdin: held(7), heldBy: 'orphans', heldWith: ['x'], isOrphaned: false, isProven: false },
        'unknown ownerUnknown',
        'its stdin is held only by other orphans: sleep (pid 7); no other program is connected to it; this was seen once; a second look follows in a moment',
      ],
      [
        { stdin: held(77), heldBy: 'strangers', isOrphaned: false, use: undefined },
        'active otherClients sleep (pid 77)',
        'its stdin is held by sleep (pid 77), which is no known MCP client',
      ],
      [
        { stdin: held(77, 78), heldBy: 'strangers', isOrphaned: false, use: undefined },
        'active otherClients sleep (pid 77) and sleep (pid 78)',
        'its stdin is held by sleep (pid 77) and sleep (pid 78), which are no known MCP clients',
      ],
      [
        { stdin: held(77), isOrphaned: false, use: undefined },
        'active otherClients',
        'its stdin is held by sleep (pid 77)',
      ],
    ];
    for (const [change, is, says] of table) assert.deepEqual(rowOf(change), { is, says });
  });
});
