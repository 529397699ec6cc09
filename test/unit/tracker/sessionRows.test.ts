import assert from 'node:assert/strict';
import type { ContainersSeen } from '../../../src/containers/recordedContainers';
import type { Member } from '../../../src/judgement/members';
import { type Evidence, proofOf } from '../../../src/model/evidence';
import type { SessionView } from '../../../src/model/serverView';
import { seen } from '../../../src/os/users';
import { WRAPPER_EDITOR } from '../../../src/registry/schema';
import type { ScannedSession } from '../../../src/scan/scan';
import { type SessionFindings, sessionRows } from '../../../src/tracker/sessionRows';
import { entry, identity, OWNER_GONE, OWNER_RUNNING, recordOf, sessionOf } from '../judgement/table';

const DEAD = { kind: 'dead', evidence: OWNER_GONE } as const;
const LIVE = { kind: 'live', evidence: OWNER_RUNNING } as const;
const UNKNOWN = { kind: 'unknown', evidence: { kind: 'other-scope' } } as const;
const USERS = seen({ pid: 9, name: 'nc' });
const CONTAINER = { program: 'docker', globalFlags: [], environment: {}, removable: true, containerId: undefined };

const members = [
  { entry: entry(500, 1), by: 'root' },
  { entry: entry(501, 500), by: 'tree' },
  { entry: entry(502, 501), by: 'tree' },
].map((member) => ({ ...member, identity: identity(member.entry.pid) }) as Member);

function rowsOf(change: Partial<ScannedSession>, findings: Partial<SessionFindings> = {}): SessionView[] {
  return sessionRows(
    {
      session: sessionOf(),
      found: undefined,
      verdict: DEAD,
      records: [{ record: recordOf(), members }],
      claimedBy: undefined,
      ...change,
    },
    {
      sparedOf: () => new Map(),
      usedBy: () => undefined,
      containersOf: () => undefined,
      clientOf: () => undefined,
      ...findings,
    },
  );
}

function rowOf(...of: Parameters<typeof rowsOf>): SessionView {
  const [row] = rowsOf(...of);
  assert.ok(row);
  return row;
}

describe('rows of another session', () => {
  const away = sessionOf({ detachedSince: 7 });
  const run = sessionOf({ editor: WRAPPER_EDITOR });
  const used = { usedBy: () => USERS };
  const table: [string, Partial<ScannedSession>, Partial<SessionFindings>, is: string][] = [
    ['its window is gone', {}, {}, 'orphaned orphaned'],
    ['its window runs', { verdict: LIVE }, {}, 'otherWindows active'],
    ['its window is away', { verdict: LIVE, session: away }, {}, 'otherWindows detached'],
    ['it was away and is gone', { session: away }, {}, 'orphaned orphaned'],
    ['it is unknown', { verdict: UNKNOWN }, {}, 'otherWindows unknown'],
    ['it is unknown, and it was away', { verdict: UNKNOWN, session: away }, {}, 'otherWindows unknown'],
    ['K33 its window is gone, and it is in use', {}, used, 'otherClients active'],
    ['a connection of its window does not count', { verdict: LIVE }, used, 'otherWindows active'],
    ['its client runs', { verdict: LIVE, session: run }, {}, 'otherClients active'],
    ['its client is gone', { session: run }, {}, 'orphaned orphaned'],
    ['its client is unknown', { verdict: UNKNOWN, session: run }, {}, 'otherClients unknown'],
  ];
  for (const [what, change, findings, is] of table) {
    it(`${what}: ${is}`, () => {
      const row = rowOf(change, findings);
      assert.equal(`${row.group} ${row.verdict}`, is);
      assert.deepEqual('usedBy' in row ? row.usedBy : undefined, what.startsWith('K33') ? USERS : undefined);
    });
  }

  it('orphans whose session wanted you to be asked say so, with its setting; not while they are being ended, or in use', () => {
    const answerOf = (change: Partial<ScannedSession>, findings: Partial<SessionFindings> = {}) => {
      const row = rowOf(change, findings);
      return 'awaitsAnswer' in row ? row.awaitsAnswer : undefined;
    };
    const ask = sessionOf({ automatic: 'ask' });
    assert.equal(answerOf({ session: ask }), 'window');
    assert.equal(answerOf({ session: { ...ask, editor: WRAPPER_EDITOR } }), 'client');
    assert.equal(answerOf({ session: ask, claimedBy: ask.owner }), undefined);
    assert.equal(answerOf({ session: ask }, used), undefined);
    assert.equal(answerOf({ session: ask, verdict: LIVE }), undefined);
    for (const automatic of ['on', 'off'] as const) {
      assert.equal(answerOf({ session: sessionOf({ automatic }) }), undefined);
    }
  });

  it('are named by the record, and for mcp-processes run by its client while that is known', () => {
    const clientOf = () => 'Claude Code';
    assert.equal(rowOf({}, { clientOf }).client, recordOf().client);
    assert.equal(rowOf({ session: run }, { clientOf }).client, 'Claude Code');
    assert.equal(rowOf({ session: run }).client, recordOf().client);
    const lost = recordOf({ server: '', client: '' });
    const row = rowOf({ records: [{ record: lost, members }] });
    assert.deepEqual([row.name, row.client], ['unknown server', 'MCP Processes']);
  });

  it('a server of which only a container may be left disappears when the engine has none', () => {
    const records = [{ record: recordOf({ container: CONTAINER }), members: [] }];
    const count = (containers: ContainersSeen | undefined) =>
      rowsOf({ verdict: UNKNOWN, records }, { containersOf: () => containers }).length;
    assert.equal(count({ containers: [], problem: undefined }), 0);
    assert.equal(count(undefined), 1, 'not asked yet');
    assert.equal(count({ containers: [], problem: { kind: 'timeout', program: 'docker', seconds: 1 } }), 1);
    const one = { id: 'a'.repeat(64), image: 'img', state: 'running', labelled: true };
    assert.equal(count({ containers: [one], problem: undefined }), 1);
  });

  it('a record without a process or a container has none', () => {
    assert.deepEqual(rowsOf({ records: [{ record: recordOf(), members: [] }] }), []);
  });
});

describe('the evidence of a row', () => {
  const session = sessionOf({ editor: 'VS Code 1.139' });

  it('says why each process belongs to the server, without ids; the proof is that its window is gone', () => {
    const row = rowOf({ session });
    assert.deepEqual(row.evidence, [
      OWNER_GONE,
      { kind: 'started-by', server: recordOf().server, editor: 'VS Code 1.139' },
      { kind: 'member', pid: 500, by: 'root' },
      { kind: 'member', pid: 501, by: 'tree' },
      { kind: 'member', pid: 502, by: 'tree', below: 501 },
    ]);
    assert.equal(proofOf(row.evidence), OWNER_GONE);
  });

  const refusal = { rule: 'notEditor' } as const;
  const container = { record: recordOf({ container: CONTAINER }), members };
  const table: [string, Partial<ScannedSession>, Partial<SessionFindings>, Evidence[]][] = [
    ['in use', {}, { usedBy: () => USERS }, [{ kind: 'in-use', by: USERS }]],
    ['spared', {}, { sparedOf: () => new Map([[501, refusal]]) }, [{ kind: 'spared', pid: 501, refusal }]],
    ['its container', { records: [container] }, {}, [{ kind: 'container-not-asked', program: 'docker' }]],
    ['being ended', { claimedBy: identity(8) }, {}, [{ kind: 'being-ended', by: 8 }]],
    ['not automatic', { session: { ...session, automatic: 'off' } }, {}, [{ kind: 'not-automatic', automatic: 'off' }]],
    ['away', { verdict: LIVE, session: { ...session, detachedSince: 7 } }, {}, [{ kind: 'window-away', since: 7 }]],
  ];
  for (const [what, change, findings, expected] of table) {
    it(`says what will happen to it: ${what}`, () => {
      assert.deepEqual(rowOf({ session, ...change }, findings).evidence.slice(5), expected);
    });
  }

  it('a spared process says why in the tree', () => {
    const row = rowOf({}, { sparedOf: () => new Map([[501, refusal]]) });
    assert.deepEqual(row.processes[0]?.spared, undefined);
    assert.deepEqual(row.processes[0]?.children[0]?.spared, refusal);
  });
});
