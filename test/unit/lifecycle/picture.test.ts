import assert from 'node:assert/strict';
import type { ContainersSeen } from '../../../src/lifecycle/containers';
import { rowsOfSession } from '../../../src/lifecycle/picture';
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

  it('a server of which only its container may be left goes when the engine says that there is none', () => {
    assert.equal(rows({ containers: [], problem: undefined }), 0);
    assert.equal(rows(undefined), 1, 'not asked yet');
    assert.equal(rows({ containers: [], problem: 'no answer' }), 1);
    const one = { id: 'a'.repeat(64), image: 'img', state: 'running', labelled: true };
    assert.equal(rows({ containers: [one], problem: undefined }), 1);
  });
});
