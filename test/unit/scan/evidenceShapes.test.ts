import assert from 'node:assert/strict';
import * as v from 'valibot';
import type { Evidence } from '../../../src/model/evidence';
import { reason as reasons } from '../../../src/registry/findingShapes';
import { evidence, refusal as refusals } from '../../../src/scan/evidenceShapes';
import { ALL_REASONS } from '../wording/reasonSamples';
import { ALL_EVIDENCE, ALL_REFUSALS } from '../wording/samples';

/** As another window reads it. */
const written = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('evidence and refusals that another window wrote', () => {
  it('are read as they were written, every kind', () => {
    for (const [fact] of ALL_EVIDENCE) assert.deepEqual(v.parse(evidence, written(fact)), fact);
    for (const [reason] of ALL_REASONS) assert.deepEqual(v.parse(reasons, written(reason)), reason);
    for (const [refusal] of ALL_REFUSALS) assert.deepEqual(v.parse(refusals, written(refusal)), refusal);
  });

  it('K13 are refused when unknown or incomplete', () => {
    const held = { kind: 'stdin-held', heldBy: 'clients' };
    const refused = [
      undefined,
      'its owner is gone',
      [],
      {},
      { kind: 'toString' },
      { kind: '__proto__' },
      { kind: 'rumour' },
      { kind: 'owner-gone', role: 'window', pid: 3 },
      { kind: 'owner-gone', role: 'king', pid: 3, isPidReused: false },
      { kind: 'owner-running', role: 'window', pid: 1 },
      { kind: 'stdin-gone', proof: 'trust me' },
      { kind: 'stdin-unknown', reason: '`ss` failed' },
      { kind: 'stdin-unknown', reason: { kind: 'rumour' } },
      { kind: 'stdin-unknown', reason: { kind: 'unexamined', why: { kind: 'unexamined', why: { kind: 'gone' } } } },
      held,
      { ...held, by: { kind: 'seen', processes: [] } },
      { ...held, by: { kind: 'seen', processes: [{ pid: 'x' }] } },
      { kind: 'matches', pid: 5, entry: { name: 'notes' }, basis: { kind: 'path' } },
      { kind: 'matches', pid: 5, entry: { name: 'notes', client: 'Codex' }, basis: { kind: 'guess' } },
      { kind: 'spared', pid: 5, refusal: { rule: 'mercy' } },
      { kind: 'spared', pid: 5, refusal: { rule: 'notInUse', found: 'users' } },
      { kind: 'spared', pid: 5, refusal: { rule: 'launchedOwnerGone', owner: { kind: 'not-in-use' } } },
    ];
    for (const value of refused) assert.throws(() => v.parse(evidence, value), JSON.stringify(value));
  });

  it('lose fields that are not theirs', () => {
    const fact: Evidence = { kind: 'seen-once' };
    assert.deepEqual(v.parse(evidence, { ...fact, command: 'rm' }), fact);
  });
});
