import { strict as assert } from 'node:assert';
import { recordKey } from '../../../src/model/keys';
import { isContainerId, isHomeTag, isRecordId, isSessionId, type RecordId } from '../../../src/registry/ids';
import { newRecord } from '../../../src/registry/newRecord';
import { uuid } from '../judgement/table';

describe('ids', () => {
  it('have one exact form each', () => {
    for (const is of [isSessionId, isRecordId]) {
      assert.ok(is(uuid(1)));
      for (const no of [undefined, 1, '', `${uuid(1)}0`, uuid(1).toUpperCase().replace(/0/g, 'A')]) assert.ok(!is(no));
    }
    assert.ok(isHomeTag('0123456789abcdef') && !isHomeTag('0123456789ABCDEF') && !isHomeTag('0123456789abcde'));
    assert.ok(isContainerId('0'.repeat(64)) && !isContainerId('0'.repeat(63)) && !isContainerId('g'.repeat(64)));
  });

  it('of different kinds cannot be exchanged', () => {
    const record: RecordId = uuid(1);
    // @ts-expect-error The session comes first: the stage that checks types verifies this.
    assert.ok(recordKey(record, record));
  });
});

describe('a new record', () => {
  it('has its own id, and what it is given', () => {
    const given = { server: 'files', client: 'test', kind: 'launched' } as const;
    const one = newRecord(given);
    assert.ok(isRecordId(one.id));
    assert.notEqual(newRecord(given).id, one.id);
    assert.deepEqual(newRecord({ ...given, id: one.id, createdAt: one.createdAt }), one);
  });
});
