import assert from 'node:assert/strict';
import { isServiceMain } from '../../../src/os/serviceRole';

describe('main process of a service', () => {
  it('K06 is the process whose environment has its own pid from systemd; what it starts inherits a pid that is not its own', () => {
    const environment = (...entries: string[]) => Buffer.from(entries.map((entry) => `${entry}\0`).join(''));
    for (const others of [[], ['A=1'], ['A=1', 'B=SYSTEMD_EXEC_PID=41']]) {
      assert.ok(isServiceMain(environment(...others, 'SYSTEMD_EXEC_PID=42'), 42));
      assert.ok(isServiceMain(environment('SYSTEMD_EXEC_PID=42', ...others), 42));
      for (const pid of [4, 41, 421]) {
        assert.equal(isServiceMain(environment(...others, 'SYSTEMD_EXEC_PID=42'), pid), false);
      }
      for (const none of [[], ['SYSTEMD_EXEC_PID='], ['SYSTEMD_EXEC_PID=x42'], ['XSYSTEMD_EXEC_PID=41']]) {
        assert.equal(isServiceMain(environment(...others, ...none), 42), undefined, none[0]);
      }
    }
    // Set twice: one value with its own pid is enough.
    for (const twice of [
      ['SYSTEMD_EXEC_PID=41', 'SYSTEMD_EXEC_PID=42'],
      ['SYSTEMD_EXEC_PID=42', 'SYSTEMD_EXEC_PID=41'],
    ]) {
      assert.ok(isServiceMain(environment(...twice), 42));
    }
  });
});
