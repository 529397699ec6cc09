import assert from 'node:assert/strict';
import { parseControlGroupLine } from '../../../../src/os/posix/controlGroupColumn';
import { environmentOf, parseEnvironmentLines } from '../../../../src/os/posix/psEnvironment';
import { parsePsTable } from '../../../../src/os/posix/psTable';
import { serviceRoleOfControlGroup } from '../../../../src/os/serviceRole';
import { fixture } from '../fixture';

const COOKIE =
  '1:0123456789abcdef:11111111-1111-4111-8111-111111111111:22222222-2222-4222-8222-222222222222:4242-e1795236000:e0123456789abcdef';
const READABLE = { environmentReadable: true, cookie: undefined };
const UNREADABLE = { environmentReadable: false, cookie: undefined };

describe('the environment in `ps`', () => {
  it('Linux: finds a cookie first or last; two different ones are none; an overwritten or closed one is unreadable', () => {
    const lines = parseEnvironmentLines(fixture('linux-ps-environment.txt'));
    const table = parsePsTable(fixture('linux-ps.txt'), 'linux');
    const found = Object.fromEntries(table.map(({ pid, args }) => [pid, environmentOf(args, lines.get(pid))]));
    const carrier = { environmentReadable: true, cookie: COOKIE };
    assert.deepEqual(found, {
      ...Object.fromEntries([28730, 28733, 28734, 28735, 28736, 28737, 28744].map((pid) => [pid, READABLE])),
      // Kernel thread, zombie, main thread gone, Perl's $0 (L17), empty environment.
      ...Object.fromEntries([2, 28731, 28732, 28739, 28742].map((pid) => [pid, UNREADABLE])),
      28740: carrier,
      28741: carrier,
      28743: READABLE,
    });
  });

  it('macOS: own processes only', () => {
    const lines = parseEnvironmentLines(fixture('macos-ps-environment.txt'));
    const table = parsePsTable(fixture('macos-ps.txt'), 'darwin');
    const found = new Map(table.map(({ pid, args }) => [pid, environmentOf(args, lines.get(pid))]));
    assert.deepEqual(found.get(733), {
      environmentReadable: true,
      cookie: COOKIE.replace('1795236000', '1731000000'),
    });
    for (const pid of [412, 801, 900]) assert.deepEqual(found.get(pid), READABLE, String(pid));
    for (const pid of [1, 734, 850, 851]) assert.deepEqual(found.get(pid), UNREADABLE, String(pid));
  });

  it('a cookie in the arguments is not one in the environment', () => {
    const args = `env MCP_PROCESSES_COOKIE=${COOKIE} server`;
    assert.deepEqual(environmentOf(args, args), UNREADABLE);
    assert.deepEqual(environmentOf(args, `${args} PATH=/bin`), READABLE);
    assert.deepEqual(environmentOf(args, `${args} MCP_PROCESSES_COOKIE=x`), { environmentReadable: true, cookie: 'x' });
    // It executed another program in between: the arguments cannot be subtracted.
    assert.deepEqual(environmentOf('server', `${args} PATH=/bin`), UNREADABLE);
    assert.deepEqual(environmentOf('server', undefined), UNREADABLE);
  });

  it('a line that `ps` may have truncated is unreadable', () => {
    assert.deepEqual(environmentOf('server', `server X=${'x'.repeat(131_000)} MCP_PROCESSES_COOKIE=x`), UNREADABLE);
  });

  it('K09 no output, or any other, is an error', () => {
    for (const text of ['', '\n', 'error: no such option\n']) assert.throws(() => parseEnvironmentLines(text));
  });
});

describe('K06 the control group in `ps`', () => {
  const START = 'Sat Nov 21 06:59:06 2026';
  const role = (column: string) => {
    const line = parseControlGroupLine(`${START} ${column}\n`);
    return line && serviceRoleOfControlGroup(line.controlGroups);
  };

  it('names a service in its last part only, in any hierarchy', () => {
    assert.deepEqual(role('0::/system.slice/postgresql.service'), { kind: 'service', name: 'postgresql.service' });
    assert.deepEqual(role('0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-code.scope'), {
      kind: 'none',
    });
    assert.deepEqual(role('12:cpu,cpuacct:/a,b,1:name=systemd:/system.slice/cron.service'), {
      kind: 'service',
      name: 'cron.service',
    });
    assert.deepEqual(role('0::/'), { kind: 'none' });
  });

  it('also gives the start time, and nothing that is missing', () => {
    assert.equal(parseControlGroupLine(`${START} 0::/\n`)?.startSeconds, Date.UTC(2026, 10, 21, 6, 59, 6) / 1000);
    for (const text of ['', START, `${START} -\n`, `${START} ?\n`, 'yesterday 0::/\n']) {
      assert.equal(parseControlGroupLine(text), undefined, text);
    }
  });
});
