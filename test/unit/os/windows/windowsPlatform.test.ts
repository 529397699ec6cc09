import assert from 'node:assert/strict';
import { createPortablePlatform } from '../../../../src/os/portablePlatform';
import type { CommandResult } from '../../../../src/os/runCommand';
import { isScopeTag, scopeTag } from '../../../../src/os/scope';
import { readScopeParts } from '../../../../src/os/scopeParts';
import { parseWindowsDate, parseWindowsProcesses } from '../../../../src/os/windows/windowsProcesses';
import { fixture, recorded } from '../fixture';

const SCOPE = 'w0123456789abcdef';
/** The table, with this process in place of the extension host. */
const TABLE = fixture('windows-processes.json').replaceAll('7312', String(process.pid));
const FAILED: CommandResult = { code: 1, stdout: '', stderr: 'Access denied' };

function windows(answers: Record<string, string | CommandResult>) {
  const run = recorded(answers);
  const list = () => Promise.reject(new Error('`ps-list` is not for Windows'));
  return { run, platform: createPortablePlatform({ system: 'win32', scope: SCOPE, run, list }) };
}

describe('L21 processes in the Windows table', () => {
  it('are read in full; pseudo-processes are left out', () => {
    const rows = parseWindowsProcesses(fixture('windows-processes.json'));
    assert.deepEqual(
      rows.map(({ pid }) => pid),
      [4, 1044, 7312, 9040],
    );
    assert.deepEqual(rows.at(-1), {
      pid: 9040,
      ppid: 7312,
      name: 'cmd.exe',
      commandLine: 'C:\\WINDOWS\\system32\\cmd.exe /d /s /c "npx -y server ä文"',
      created: 1731003700777,
      memory: 5_242_880,
      cpuTime: 46,
    });
    assert.equal(rows[1]?.commandLine, undefined);
  });

  it('have the same start in each form in which PowerShell writes a date', () => {
    const moments = (name: string) => parseWindowsProcesses(fixture(name)).map(({ created }) => created);
    assert.deepEqual(moments('windows-processes-powershell5.json'), [1731003600500, 1731003700777]);
    assert.deepEqual(moments('windows-processes-iso.json'), [1731003600500, 1731003700777]);
    assert.deepEqual(moments('windows-process-single.json'), [1731003600500]);
  });

  const noDates = [
    null,
    undefined,
    '',
    0,
    -1,
    '20241107192000.500000+060',
    '2024-11-07T19:20:00',
    '/Date(x)/',
    {},
    '0',
  ];
  for (const value of noDates) {
    it(`take ${JSON.stringify(value)} for no date`, () => assert.equal(parseWindowsDate(value), undefined));
  }

  it('K09 are refused when the table is truncated, is empty or lacks identities', () => {
    const one = { ProcessId: 8, ParentProcessId: 7, Name: 'x.exe', CreationDate: 1731003600500 };
    const bad = [
      fixture('windows-processes-truncated.json'),
      '',
      '  ',
      '"text"',
      '[null]',
      '[{}]',
      JSON.stringify([{ ...one, CreationDate: null }]),
      JSON.stringify([{ ...one, CreationDate: '2024-11-07T19:20:00' }]),
      JSON.stringify([{ ...one, ProcessId: -8 }]),
      JSON.stringify([{ ...one, Name: null }]),
    ];
    for (const text of bad) assert.throws(() => parseWindowsProcesses(text), /PowerShell/, text.slice(-40));
    assert.equal(parseWindowsProcesses(JSON.stringify([one])).length, 1);
  });
});

describe('the portable platform on Windows, from recordings', () => {
  it('makes one call, the same on ARM64, and never uses `ps-list`', async () => {
    const arch = Object.getOwnPropertyDescriptor(process, 'arch') as PropertyDescriptor;
    try {
      for (const value of ['x64', 'arm64']) {
        Object.defineProperty(process, 'arch', { ...arch, value });
        const { platform, run } = windows({ Win32_Process: TABLE });
        const { processes } = await platform.snapshot();
        assert.deepEqual([processes.size, run.asked.length], [4, 1]);
        const entry = processes.get(9040);
        assert.deepEqual([entry?.ppid, entry?.start, entry?.uid], [process.pid, 'w1731003700777', undefined]);
        assert.deepEqual([entry?.environmentReadable, entry?.sid, entry?.hasTerminal], [false, undefined, undefined]);
      }
    } finally {
      Object.defineProperty(process, 'arch', arch);
    }
  });

  it('inspects: only a pid unknown to the system is gone', async () => {
    const { platform, run } = windows({ Win32_Process: TABLE });
    const found = await platform.inspectAll([9040, 4_194_304, process.ppid, 0]);
    assert.deepEqual(
      [...found].map(([pid, { kind }]) => [pid, kind]).sort(),
      [
        [0, 'error'],
        [9040, 'present'],
        [4_194_304, 'gone'],
        [process.ppid, 'error'],
      ].sort(),
    );
    assert.equal(run.asked.length, 1);
    assert.ok(run.asked[0]?.includes(`ProcessId=${process.pid}`), 'asks about itself too');
    assert.equal((await platform.self()).start, 'w1731003600500');
  });

  it('K09 says error, never gone, when PowerShell is missing, fails or does not list us', async () => {
    const broken: Record<string, string | CommandResult>[] = [
      {},
      { Win32_Process: FAILED },
      { Win32_Process: { code: 1, stdout: TABLE, stderr: '' } },
      { Win32_Process: fixture('windows-processes-truncated.json') },
      { Win32_Process: fixture('windows-process-single.json') },
    ];
    for (const answers of broken) {
      const { platform } = windows(answers);
      await assert.rejects(platform.snapshot());
      await assert.rejects(platform.self());
      assert.equal((await platform.inspect(4_194_304)).kind, 'error');
      assert.equal((await platform.stdinPeer({ pid: 9040, start: 'w1', scope: SCOPE })).kind, 'unknown');
      assert.equal((await platform.outsideUse([9040], new Set([9040]))).kind, 'unknown');
      assert.equal((await platform.serviceRole({ pid: 9040, start: 'w1', scope: SCOPE })).kind, 'unknown');
    }
  });

  it('K06 the process of a service is never free to end; a process without a service is', async () => {
    const identity = { pid: 9040, start: 'w1731003700777', scope: SCOPE };
    const role = (services: string | CommandResult, who = identity) =>
      windows({ Win32_Service: services, Win32_Process: TABLE }).platform.serviceRole(who);
    assert.deepEqual(await role('{"Services":[]}'), { kind: 'none' });
    assert.deepEqual(await role('{"Services":["Spooler"]}'), {
      kind: 'unknown',
      reason: { kind: 'runs-services', services: 'Spooler' },
    });
    for (const bad of ['{}', '{"Services":null}', '{"Services":[1]}', '[]', '', FAILED]) {
      assert.equal((await role(bad)).kind, 'unknown', JSON.stringify(bad));
    }
    assert.equal((await role('{"Services":[]}', { ...identity, start: 'w1731003700778' })).kind, 'unknown');
    assert.equal((await role('{"Services":[]}', { ...identity, pid: 4_194_304 })).kind, 'unknown');
  });

  it('K12 a scope needs machine and boot', async () => {
    const scopeOf = (text: string | CommandResult) => readScopeParts('win32', recorded({ MachineGuid: text }));
    const read = await scopeOf(fixture('windows-scope.json'));
    assert.deepEqual(read, {
      kind: 'parts',
      parts: { machine: '1b2c3d4e-5f60-4718-92a3-b4c5d6e7f809', boot: 'system-1731000000123', pidNamespace: 'only' },
    });
    assert.ok(read.kind === 'parts' && isScopeTag(scopeTag(read.parts, 'windows')));
    const machine = '"Machine":"{1b2c3d4e-5f60-4718-92a3-b4c5d6e7f809}"';
    const late = await scopeOf(`{${machine},"System":null,"Boot":"/Date(1731000001500)/"}`);
    assert.equal(late.kind === 'parts' && late.parts.boot, 'boot-1731000001');
    for (const bad of [`{${machine}}`, '{"Machine":null,"Boot":1731000001500}', '{}', 'null', 'x', '', FAILED]) {
      assert.equal((await scopeOf(bad)).kind, 'unknown', JSON.stringify(bad));
    }
  });
});
