import assert from 'node:assert/strict';
import type { ContainersSeen } from '../../../src/lifecycle/containers';
import { rowsOfSession } from '../../../src/lifecycle/picture';
import { type AutomaticReap, LAUNCHER_EDITOR } from '../../../src/registry/schema';
import { recordOf, sessionOf } from '../judgement/table';

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
          session: by === 'run' ? { ...session, editor: LAUNCHER_EDITOR } : session,
          found: undefined,
          verdict: { kind, evidence: 'its owner, pid 7, is gone' },
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
