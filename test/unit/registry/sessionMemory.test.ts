import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { HomeTag } from '../../../src/registry/ids';
import type { ServerRecord, SessionFile } from '../../../src/registry/schema';
import { StateMemory } from '../../../src/registry/sessionMemory';
import { memoryState } from '../../support/memoryState';
import { newRecord, newSession } from '../../support/records';

const OWNER = { pid: 4321, start: 't99', scope: 't0123456789abcdef' };

const sessionFile = (given: Partial<SessionFile>) =>
  newSession({ home: '0123456789abcdef' as HomeTag, owner: OWNER, ...given });
const record = (given: Partial<ServerRecord> = {}) =>
  newRecord({ kind: 'adopted', root: { ...OWNER, pid: 5 }, ...given });

const RECORDS = [record({ server: 'one' }), record({ server: 'two' })];
const session = sessionFile({ records: RECORDS });

describe('a workspace’s memory of sessions', () => {
  it('returns what was written, and forgets a session without records', () => {
    const { state, stored } = memoryState();
    const memory = new StateMemory(state);
    memory.remember(session);
    assert.deepEqual(new StateMemory(state).sessions(), [session]);
    memory.remember({ ...session, records: [] });
    assert.deepEqual([memory.sessions(), stored.size], [[], 0]);
  });

  it('writes one record when one changes, and nothing when none does', () => {
    const { state, writes } = memoryState();
    const memory = new StateMemory(state);
    memory.remember(session);
    writes.length = 0;
    memory.remember(session);
    assert.deepEqual(writes, []);
    const changed = { ...session, records: [RECORDS[0]!, { ...RECORDS[1]!, server: 'other' }] };
    memory.remember(changed);
    assert.deepEqual(writes, [`mcpProcesses.record.${session.id}.${RECORDS[1]?.id}`]);
    memory.remember({ ...session, records: RECORDS.slice(0, 1) });
    assert.equal(memory.sessions()[0]?.records.length, 1);
  });

  it('keeps only the sessions that it is given', () => {
    const { state } = memoryState();
    const memory = new StateMemory(state);
    const other = sessionFile({ records: [record()] });
    memory.remember(session);
    memory.remember(other);
    memory.retain(new Set([other.id]));
    assert.deepEqual(memory.sessions(), [other]);
    memory.forget(other.id);
    assert.deepEqual(memory.sessions(), []);
  });

  it('K13 reads nothing from a damaged or hostile state', () => {
    for (const damage of [
      { ...session, records: undefined, owner: { pid: 1, start: 'x', scope: '' } },
      { schema: 1 },
      'text',
      null,
      [1],
    ]) {
      const { state, stored } = memoryState();
      new StateMemory(state).remember(session);
      stored.set(`mcpProcesses.session.${session.id}`, damage);
      assert.deepEqual(new StateMemory(state).sessions(), [], JSON.stringify(damage));
    }
    const { state, stored } = memoryState();
    new StateMemory(state).remember(session);
    const root = { pid: 0, start: 't1', scope: session.owner.scope };
    stored.set(`mcpProcesses.record.${session.id}.${RECORDS[0]?.id}`, { ...RECORDS[0], root });
    assert.deepEqual(new StateMemory(state).sessions(), [], 'one bad identity spoils the session, as in a file');
  });
});
