import assert from 'node:assert/strict';
import { isZombie, type ProcStat, parseStat, terminalName } from '../../../../src/os/procfs/stat';

/** A line as proc_pid_stat(5) describes it, 52 fields. */
function line(name: string, state = 'S', threads = 1): string {
  const from4 = '40 41 42 34816 43 4194304 100 0 0 0 70 30 0 0 20 0';
  const from21 = '0 9007199254740993 123456789 250 18446744073709551615 94000 95000 140724000000000';
  return `123 (${name}) ${state} ${from4} ${threads} ${from21}${' 0'.repeat(24)}\n`;
}

describe('/proc/PID/stat', () => {
  it('reads the fields', () => {
    const expected: ProcStat = {
      pid: 123,
      name: 'node',
      state: 'S',
      ppid: 40,
      pgid: 41,
      sid: 42,
      terminal: 34816,
      cpuTicks: 100,
      threads: 1,
      startTicks: '9007199254740993',
      residentPages: 250,
      stackStart: '140724000000000',
    };
    assert.deepEqual(parseStat(line('node')), expected);
  });

  it('K01 no process name can shift the fields', () => {
    for (const name of [
      '',
      ' ',
      'tmux: server',
      ')',
      '(',
      ') S 1 1 1',
      'a) R 1 (b',
      'two\nlines',
      '\n',
      '))))',
      'x) Z 1 1 1 0 -1 0',
    ]) {
      const stat = parseStat(line(name));
      assert.equal(stat?.name, name, JSON.stringify(name));
      assert.equal(stat.ppid, 40, JSON.stringify(name));
      assert.equal(stat.state, 'S', JSON.stringify(name));
      assert.equal(stat.startTicks, '9007199254740993', JSON.stringify(name));
    }
  });

  it('K09 refuses an incomplete line', () => {
    const whole = line('node');
    const others = ['', '123', '123 (node', '(node) S 1', ')(', whole.slice(0, 40), whole.slice(whole.indexOf(')'))];
    others.push(whole.replace('123 ', 'abc '), whole.replace('9007199254740993', '-5'));
    others.push(whole.replace('9007199254740993', '5x'), `${whole.split(' ').slice(0, 24).join(' ')}`);
    for (const text of others) assert.equal(parseStat(text), undefined, JSON.stringify(text));
  });

  it('L15 L25 Z is dead only when no thread is left', () => {
    const table: [string, number, boolean][] = [
      ['Z', 1, true],
      ['Z', 0, true],
      ['Z', 2, false],
      ['X', 1, true],
      ['x', 1, true],
      ['R', 1, false],
      ['S', 1, false],
      ['D', 1, false],
      ['T', 1, false],
      ['t', 1, false],
      ['I', 1, false],
    ];
    for (const [state, threads, dead] of table) {
      assert.equal(isZombie(parseStat(line('node', state, threads)) as ProcStat), dead, `${state} ${threads}`);
    }
  });

  it('names terminals as ps does', () => {
    // 34816 is 136:0; numbers above 255 have their upper bits elsewhere.
    const table: [number, string | undefined][] = [
      [34_816, 'pts/0'],
      [34_816 + 7, 'pts/7'],
      [(137 << 8) | 44, 'pts/300'],
      [(136 << 8) | (1 << 20) | 44, 'pts/300'],
      [(4 << 8) | 1, 'tty1'],
      [(4 << 8) | 65, 'ttyS1'],
      [0, undefined],
      [(99 << 8) | 1, undefined],
    ];
    for (const [device, name] of table) assert.equal(terminalName(device), name, String(device));
  });
});
