import { strict as assert } from 'node:assert';
import { logOnce } from '../../../src/common/log';

describe('logOnce', () => {
  function once() {
    const lines: string[] = [];
    const log = { info: () => {}, warn: (line: string) => lines.push(line), error: () => {} };
    return { lines, once: logOnce(log) };
  }

  it('says a thing once', () => {
    const { lines, once: log } = once();
    for (const line of ['a', 'b', 'a']) log.warn(line);
    assert.deepEqual(lines, ['a', 'b']);
  });

  it('says what is new about a subject, and everything again once it had recovered', () => {
    const { lines, once: log } = once();
    for (const line of ['a', 'a', 'b', 'a']) log.warnOfChange(line, 'disk');
    log.warnOfChange('a', 'other');
    log.clear('disk');
    log.warnOfChange('a', 'disk');
    assert.deepEqual(lines, ['a', 'b', 'a', 'a', 'a']);
  });

  it('says one thing about a subject, whatever its text, until it recovers', () => {
    const { lines, once: log } = once();
    for (const line of ['temp 1', 'temp 2']) log.warn(line, 'disk');
    log.clear('disk');
    log.warn('temp 3', 'disk');
    assert.deepEqual(lines, ['temp 1', 'temp 3']);
  });

  it('says, of all that holds now, what did not hold before', () => {
    const { lines, once: log } = once();
    log.warnAll(['a', 'b']);
    log.warnAll(['b', 'c']);
    log.warnAll(['a', 'b']);
    assert.deepEqual(lines, ['a', 'b', 'c', 'a']);
  });

  it('writes to another log on request', () => {
    const errors: string[] = [];
    const log = { info: () => {}, warn: () => assert.fail(), error: () => {} };
    const other = logOnce(log, (line) => errors.push(line));
    other.warn('a');
    other.warn('a');
    assert.deepEqual(errors, ['a']);
  });
});
