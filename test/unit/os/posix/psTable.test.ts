import assert from 'node:assert/strict';
import { parsePsTable, psTableArguments } from '../../../../src/os/posix/psTable';
import { parseCpuTime, parseStartDate } from '../../../../src/os/posix/psTime';
import { fixture } from '../fixture';

const linux = () => new Map(parsePsTable(fixture('linux-ps.txt'), 'linux').map((row) => [row.pid, row]));
const macos = () => new Map(parsePsTable(fixture('macos-ps.txt'), 'darwin').map((row) => [row.pid, row]));

describe('the table of `ps`', () => {
  it('Linux: reads every line, whatever names and arguments contain', () => {
    const rows = linux();
    assert.equal(rows.size, 15);
    assert.deepEqual(rows.get(28736), {
      pid: 28736,
      ppid: 28734,
      pgid: 28736,
      sid: 28736,
      uid: 0,
      hasTerminal: true,
      zombie: false,
      startSeconds: Date.UTC(2026, 10, 21, 6, 59, 6) / 1000,
      memory: 1676 * 1024,
      cpuTime: 0,
      name: 'sh',
      args: 'sh -c /bin/sleep 61',
    });
    assert.equal(rows.get(28733)?.memory, 315472 * 1024);
    assert.deepEqual([rows.get(28739)?.name, rows.get(28739)?.args], ['odd (name) Z', 'odd (name) Z']);
    assert.deepEqual([rows.get(28744)?.name, rows.get(28744)?.args], ['Überlänge-文', 'Überlänge-文 60']);
  });

  it('L15 L25 Linux: a zombie is dead, unless it has living threads', () => {
    assert.equal(linux().get(28731)?.zombie, true);
    assert.equal(linux().get(28732)?.zombie, false);
  });

  it('K09 Linux: a process just being removed has group -1; the rest of the table holds', () => {
    const text = fixture('linux-ps.txt').replace(/^( *28736 +28734) +28736 +28736 /m, '$1 -1 -1 ');
    const rows = new Map(parsePsTable(text, 'linux').map((row) => [row.pid, row]));
    assert.equal(rows.size, 15);
    assert.deepEqual([rows.get(28736)?.pgid, rows.get(28736)?.sid], [undefined, undefined]);
  });

  it('K15 a user is certain only when real, effective and saved user agree', () => {
    assert.equal(linux().get(28735)?.uid, undefined);
    assert.equal(linux().get(28737)?.uid, 65534);
    assert.equal(macos().get(850)?.uid, undefined);
    assert.equal(macos().get(851)?.uid, 4294967294);
  });

  it('macOS: reads blanks in names and paths, no state, no session', () => {
    const rows = macos();
    assert.equal(rows.size, 8);
    assert.deepEqual(rows.get(412), {
      pid: 412,
      ppid: 1,
      pgid: 412,
      sid: undefined,
      uid: 501,
      hasTerminal: false,
      zombie: false,
      startSeconds: Date.UTC(2024, 10, 7, 8, 2, 11) / 1000,
      memory: 1234567 * 1024,
      cpuTime: (123 * 60 + 45) * 1000 + 670,
      name: 'Code Helper (Plu',
      args: '/Applications/Visual Studio Code.app/Contents/Frameworks/Code Helper (Plugin).app/Contents/MacOS/Code Helper (Plugin) --type=utility',
    });
    assert.equal(rows.get(734)?.zombie, true);
    assert.equal(rows.get(801)?.hasTerminal, true);
    assert.deepEqual([rows.get(851)?.zombie, rows.get(851)?.name], [false, 'mdworker']);
    assert.equal(rows.get(900)?.args, '/Users/ann/Überprüfungsgerät --ähnlich');
  });

  it('K09 no output, a broken line or a heading is an error', () => {
    const text = fixture('linux-ps.txt');
    for (const bad of [
      '',
      '\n',
      text.slice(0, -60),
      `  PID TTY\n${text}`,
      text.replace('Nov 21', 'Nov 32'),
      'sh: ps\n',
    ]) {
      assert.throws(() => parsePsTable(bad, 'linux'), /unreadable-output/, bad.slice(0, 40));
    }
    assert.throws(() => parsePsTable(text, 'darwin'));
    assert.throws(() => parsePsTable(fixture('macos-ps.txt'), 'linux'));
    // Control: the same table without these changes is read.
    assert.equal(parsePsTable(text, 'linux').length, 15);
  });

  it('asks for all processes, or for some', () => {
    assert.deepEqual(psTableArguments('darwin', [1, 2]).slice(0, 5), ['-ww', '-p', '1,2', '-o', 'pid=']);
    assert.ok(psTableArguments('linux').includes('-ax'));
  });
});

describe('K27 times of `ps`', () => {
  const starts: [string, number | undefined][] = [
    ['Thu Nov  7 08:01:02 2024', Date.UTC(2024, 10, 7, 8, 1, 2) / 1000],
    ['Sat Feb 29 23:59:59 2020', Date.UTC(2020, 1, 29, 23, 59, 59) / 1000],
    ['Thu Jan  1 00:00:00 1970', 0],
    ['Sat Feb 31 00:00:00 2020', undefined],
    ['Wed Dec 31 23:59:59 1969', undefined],
    ['Do  Nov  7 08:01:02 2024', undefined],
    ['Thu Nov  7 08:01:02 CET 2024', undefined],
    ['Thu Nov  7 24:01:02 2024', undefined],
    ['Thu Okt  7 08:01:02 2024', undefined],
    ['2024-11-07 08:01:02', undefined],
    ['', undefined],
  ];
  for (const [text, expected] of starts) {
    it(`start "${text}"`, () => {
      const zone = process.env.TZ;
      try {
        for (process.env.TZ of ['UTC', 'Asia/Kathmandu', 'America/New_York']) {
          assert.equal(parseStartDate(text), expected, process.env.TZ);
        }
      } finally {
        if (zone === undefined) delete process.env.TZ;
        else process.env.TZ = zone;
      }
    });
  }

  it('CPU time in each form', () => {
    const forms = { '00:00:01': 1_000, '1-02:03:04': 93_784_000, '123:45.67': 7_425_670, '0:01.20': 1_200 };
    for (const [text, expected] of Object.entries(forms)) assert.equal(parseCpuTime(text), expected, text);
    for (const text of ['', '-', '1', '1:2', 'x:00']) assert.equal(parseCpuTime(text), undefined, text);
  });
});
