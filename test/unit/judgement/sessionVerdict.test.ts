import assert from 'node:assert/strict';
import { membersOf } from '../../../src/judgement/members';
import { judgeSession, type SessionVerdict } from '../../../src/judgement/sessionVerdict';
import type { Snapshot } from '../../../src/os/platform';
import { type SessionFile, WRAPPER_EDITOR } from '../../../src/registry/schema';
import { entry, identity, machine, OTHER_SCOPE, recordOf, sessionOf, table } from './table';

function judge(snapshot: Snapshot, change: Partial<SessionFile> = {}): SessionVerdict {
  const session = sessionOf(change);
  return judgeSession(snapshot, session, membersOf(snapshot, session, recordOf()));
}

describe('session verdict', () => {
  const orphan = entry(500, 1);
  const owner = entry(300, 1);

  it('dead when its owner is gone, live while it runs', () => {
    assert.equal(judge(table(orphan)).kind, 'dead');
    assert.equal(judge(table(owner, entry(500, 300))).kind, 'live');
    assert.equal(judge(table(owner, orphan)).kind, 'live', 'even when its servers were given to init');
    assert.equal(judge(table(owner)).kind, 'live');
    assert.equal(judge(table()).kind, 'dead');
  });

  it('K01 a stranger with the pid of its owner does not keep it alive', () => {
    const { kind, evidence } = judge(table(orphan, entry(300, 1, { start: 't400' })));
    assert.equal(kind, 'dead');
    assert.deepEqual(evidence, { kind: 'owner-gone', role: 'window', pid: 300, isPidReused: true });
  });

  it('names its owner as people know it', () => {
    const table: [SessionFile['editor'], string][] = [
      ['VS Code 1.139', 'window'],
      [`${WRAPPER_EDITOR}claude`, 'client'],
      ['', 'process'],
    ];
    for (const [editor, who] of table) {
      const found = { role: who, pid: 300 };
      const gone = { kind: 'owner-gone', ...found, isPidReused: false };
      assert.deepEqual(judge(machine(), { editor }).evidence, gone);
      assert.deepEqual(judge(machine(owner), { editor }).evidence, { kind: 'owner-running', ...found });
    }
  });

  it('L15 an owner that is a zombie is dead', () => {
    assert.equal(judge(table(orphan, entry(300, 1, { zombie: true }))).kind, 'dead');
    assert.equal(judge(table(entry(500, 300), entry(300, 1, { zombie: true }))).kind, 'dead');
  });

  it('K27 an owner that seems gone and is still the parent contradicts itself: unknown', () => {
    const shifted = entry(300, 1, { start: 't400' });
    const { kind, evidence } = judge(table(shifted, entry(500, 300)));
    assert.equal(kind, 'unknown');
    assert.deepEqual(evidence, { kind: 'owner-contradicted', pid: 300, child: 500 });
    // Any member is enough; a clock that moved back makes the parent younger than its child.
    assert.equal(judge(table(shifted, orphan, entry(501, 500), entry(502, 300))).kind, 'dead', 'no member of ours');
    assert.equal(judge(table(entry(300, 1, { start: 't299' }), entry(500, 300))).kind, 'unknown');
    // Control: a real death has given the child another parent.
    assert.equal(judge(table(shifted, orphan)).kind, 'dead');
    // Control: without reparenting (L21), a parent pid that no process has is no contradiction.
    assert.equal(judge(table(entry(500, 300))).kind, 'dead');
  });

  it('K10 K12 what belongs to another boot, container or machine is unknown', () => {
    const owners = [identity(300, 't300', OTHER_SCOPE), identity(300, 't300', '')];
    for (const other of owners) {
      assert.equal(judge(table(orphan), { owner: other }).kind, 'unknown', other.scope);
      assert.equal(judge(table(orphan, owner), { owner: other }).kind, 'unknown', other.scope);
    }
    const blind: Snapshot = { ...table(orphan), scope: '' };
    assert.equal(judge(blind).kind, 'unknown', 'our own scope is unknown');
    assert.equal(judge(blind, { owner: identity(300, 't300', '') }).kind, 'unknown', 'both are');
    assert.equal(judge(table(orphan)).kind, 'dead', 'control');
  });

  it('L24 K14 K19 does not depend on age, CPU use, detachment or hand-over', () => {
    const times = { startedAt: 0, detachedSince: 1, handedOver: 2 };
    assert.equal(judge(table(owner, entry(500, 300, { cpuTime: 1e12 })), times).kind, 'live');
    assert.equal(judge(machine(), { startedAt: Date.now() + 1e12 }).kind, 'dead');
  });

  it('K09 K15 an owner that the system hides is not dead; control: one that does not exist is', () => {
    const snapshot = machine(entry(500, 1));
    const verdict = (isHidden: (pid: number) => boolean) =>
      judgeSession({ ...snapshot, isHidden }, { owner: identity(4_000), editor: '' }, []).kind;
    assert.equal(
      verdict((pid) => pid === 4_000),
      'unknown',
    );
    assert.equal(
      verdict(() => false),
      'dead',
    );
  });
});
