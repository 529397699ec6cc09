import assert from 'node:assert/strict';
import type { Facts, Rule } from '../../../src/judgement/facts';
import { evaluateKillPolicy, spendPermit } from '../../../src/judgement/killPolicy';
import { kindRules } from '../../../src/judgement/kindRules';
import { signalRules } from '../../../src/judgement/signalRules';
import type { Refusal } from '../../../src/model/refusal';
import type { ProcessEntry } from '../../../src/os/platform';
import { codeOf } from '../../support/codes';
import { kindRows } from './kindRows';
import { among, editor, OWN, of, type Row, USER } from './rows';
import { signalRows } from './signalRows';
import { confirmedByUser, entry, factsOn, identity, machine, OWNER_RUNNING } from './table';

const rows: Record<string, readonly Row[]> = { ...signalRows, ...kindRows };

function spared(facts: Facts): Refusal | undefined {
  const decision = evaluateKillPolicy(facts);
  return 'spared' in decision ? decision.spared : undefined;
}

/** The names of all rules that object. */
function objections(facts: Facts): string[] {
  const { inspection, kind } = facts;
  assert.ok(inspection.kind === 'present');
  const ofKind: Readonly<Record<string, Rule<never>>> = kind === 'user' ? {} : kindRules[kind];
  const rules = Object.entries<Rule<never>>({ ...signalRules, ...ofKind });
  return rules.filter(([, rule]) => rule(facts as never, inspection.entry) !== undefined).map(([name]) => name);
}

describe('kill policy', () => {
  for (const [rule, list] of Object.entries(rows)) {
    describe(rule, () => {
      for (const { what, spares, refusal, permits } of list) {
        it(what, () => {
          assert.deepEqual(spared(spares), { rule, ...refusal });
          assert.deepEqual(objections(spares), [rule], 'only this rule objects');
          assert.equal(spared(permits), undefined, 'control');
        });
      }
    });
  }

  describe('as a whole', () => {
    it('has a row for every rule', () => {
      const names = [signalRules, ...Object.values(kindRules)].flatMap((list) => Object.keys(list));
      assert.deepEqual(Object.keys(rows).sort(), names.sort());
    });

    it('K09 spares what cannot be inspected, and permits nothing for what is gone, for any requester', () => {
      for (const requester of [{ by: 'reaper' }, OWN, USER] as const) {
        const unread = { kind: 'error', reason: { kind: 'system', code: 'EIO' } } as const;
        assert.deepEqual(spared(among([], { requester, inspection: unread })), {
          rule: 'notExamined',
          reason: { kind: 'system', code: 'EIO' },
        });
        assert.deepEqual(spared(among([], { requester, inspection: { kind: 'gone' } })), { rule: 'gone' });
      }
    });

    it('each kind has its own rules; the user’s confirmation waives these, but no rule for every signal', () => {
      const live = { kind: 'live', evidence: OWNER_RUNNING } as const;
      const unmatchable = { session: live, stdin: undefined, clientAbove: undefined, named: false };
      for (const kind of ['launched', 'adopted', 'foreign'] as const) {
        assert.equal(spared(of(kind)), undefined, kind);
        assert.deepEqual(
          Object.keys(kindRules[kind]).filter((name) => !objections(of(kind, unmatchable)).includes(name)),
          kind === 'launched'
            ? ['launchedIsNamed', 'launchedIsAbandoned']
            : kind === 'adopted'
              ? ['adoptedIsNamed']
              : [],
        );
        assert.equal(spared(of(kind, { ...unmatchable, requester: USER })), undefined, kind);
      }
      // One is waived; the other is about a record, which a chosen process does not have.
      const waived = new Set(['notInUse', 'notAnothers']);
      for (const [rule, list] of Object.entries(rows)) {
        if (!(rule in signalRules) || waived.has(rule)) continue;
        const held = list.filter(({ spares }) => spared(confirmedByUser(spares)) !== undefined);
        assert.ok(held.length > 0, `${rule} holds despite the user's confirmation`);
      }
    });

    it('the inspection decides, not the snapshot: later changes count', () => {
      const snapshot = machine();
      const now = (change: Partial<ProcessEntry>) =>
        factsOn(snapshot, 500, { inspection: { kind: 'present', entry: entry(500, 1, change) } });
      assert.equal(codeOf(spared(now({ start: 't900' }))), 'identityMatches: another process');
      assert.equal(codeOf(spared(now({ uid: 0 }))), 'sameUser: another user');
      assert.equal(codeOf(spared(now(editor))), 'notEditor');
      assert.equal(codeOf(spared(now({ ppid: 200, sid: 7, hasTerminal: true }))), 'notInUse: terminal');
      assert.equal(spared(now({})), undefined, 'control');
    });

    it('a permit names one identity and allows one signal; only the policy can make one', () => {
      const decision = evaluateKillPolicy(factsOn());
      assert.ok('permit' in decision && spendPermit(decision.permit));
      assert.ok(!spendPermit(decision.permit), 'spent');
      assert.deepEqual(decision.permit.identity, identity(500));
      const forged = [
        { identity: identity(500) },
        Object.create(Object.getPrototypeOf(decision.permit)),
        null,
        undefined,
        5,
      ];
      for (const permit of forged) assert.ok(!spendPermit(permit));
    });
  });
});
