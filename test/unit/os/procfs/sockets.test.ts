import assert from 'node:assert/strict';
import { judgeConnections, parseTcpConnections, parseUnixConnections } from '../../../../src/os/outsideUse';
import { servedUnixSockets, tcpConnections } from '../../../../src/os/procfs/servedConnections';
import { judgeUnixSocket, parseUnixSockets } from '../../../../src/os/procfs/unixSockets';
import { seen } from '../../../../src/os/users';

// As `ss -H -a -x -p -n -e` of iproute2 6.1 prints them.
const SERVED = [
  'u_str ESTAB 0      0      * 219929 * 219928 users:(("sleep",pid=8687,fd=0)) <->',
  'u_str ESTAB 0      0      * 219928 * 219929 users:(("node",pid=8680,fd=19),("sh",pid=8690,fd=4)) <->',
];
const ABANDONED = 'u_str ESTAB 0      0      * 219929 * 0      users:(("sleep",pid=8687,fd=0)) ---';

describe('the stdin peer of a socket pair, from the lines of ss', () => {
  const judge = (lines: string[], inode = '219929') => judgeUnixSocket(parseUnixSockets(lines.join('\n')), inode);

  const cases: [string, string[], string][] = [
    ['its peer has holders', SERVED, 'alive'],
    ['its peer has a holder that cannot be seen', [SERVED[0] as string], 'alive'],
    ['its peer is closed', [ABANDONED], 'gone'],
    ['no line', ['u_str ESTAB 0 0 * 1 * 2 users:(("a",pid=1,fd=1)) <->'], 'unknown'],
    ['nothing at all', [''], 'unknown'],
    ['only the peer’s line', [SERVED[1] as string], 'unknown'],
    ['two lines for one socket', [ABANDONED, ABANDONED], 'unknown'],
    ['K09 peer 0 without directions, as from /proc/net/unix', [ABANDONED.replace(' ---', '')], 'unknown'],
    ['K09 peer 0 and open: not accepted yet', [ABANDONED.replace('---', '<->')], 'unknown'],
    ['peer 0 and half open', [ABANDONED.replace('---', '-->')], 'unknown'],
    [
      'a name that imitates the end of a line',
      [ABANDONED.replace('"sleep"', '")) <->"').replace(/---$/, '<->')],
      'unknown',
    ],
    [
      'a socket with a file',
      ['u_str ESTAB 0 0 /run/a b 219929 * 0 users:(("x",pid=1,fd=0)) --- ino:7 dev:0/65024'],
      'gone',
    ],
  ];
  for (const [what, lines, expected] of cases) {
    it(`${expected}: ${what}`, () => assert.equal(judge(lines).kind, expected));
  }

  it('names each holder once', () => {
    const peer = judge(SERVED);
    assert.deepEqual(peer, { kind: 'alive', by: seen({ pid: 8680 }, { pid: 8690 }) });
  });
});

describe('connections without ss', () => {
  it('K23 finds accepted Unix sockets by their listener’s path; pairs, clients and listeners do not count', () => {
    const table = [
      'Num       RefCount Protocol Flags    Type St Inode Path',
      '0000000000000000: 00000002 00000000 00010000 0001 01 11 /run/listener',
      '0000000000000000: 00000003 00000000 00000000 0001 03 12 /run/listener',
      '0000000000000000: 00000003 00000000 00000000 0001 03 13',
      '0000000000000000: 00000003 00000000 00000000 0005 03 14 @abstract name',
    ].join('\n');
    assert.deepEqual(servedUnixSockets(table), ['12', '14']);
  });

  it('K23 finds TCP sockets of a port that is listened on', () => {
    const row = (local: string, remote: string, state: string, inode: number) =>
      `   0: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0`;
    const table = [
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
      row('0100007F:1F90', '00000000:0000', '0A', 21),
      row('0100007F:1F90', '0100007F:C001', '01', 22),
      row('0100007F:C001', '0100007F:1F90', '01', 23),
    ].join('\n');
    const served = tcpConnections(table, new Map()).filter(({ serves }) => serves);
    assert.deepEqual(
      served.map(({ inode }) => inode),
      ['22'],
    );
  });

  it('K09 refuses lines of ss without directions', () => {
    const line = 'u_str ESTAB 0 0 /run/db 12 * 13 users:(("db",pid=5,fd=4))';
    assert.throws(() => parseUnixConnections(line), /peers-unknown/);
    const parsed = parseUnixConnections(`${line} <-> ino:7 dev:0/65024`);
    assert.deepEqual(parsed, [{ local: 'unix:12', peer: 'unix:13', pids: [5], serves: true }]);
    assert.equal(judgeConnections(parsed, [5], new Set([5])).kind, 'used');
  });

  it('K33 one address may end several connections: each has its own holder', () => {
    const lines = [
      'LISTEN 0 1 127.0.0.1:80 0.0.0.0:* users:(("server",pid=5,fd=3))',
      'LISTEN 0 1 127.0.0.1:90 0.0.0.0:* users:(("other",pid=6,fd=3))',
      'ESTAB 0 0 127.0.0.1:80 127.0.0.1:5000 users:(("server",pid=5,fd=4))',
      'ESTAB 0 0 127.0.0.1:5000 127.0.0.1:80 users:(("stranger",pid=7,fd=3))',
      // A member of the server's tree has the same port in a connection to another program.
      'ESTAB 0 0 127.0.0.1:5000 127.0.0.1:90 users:(("member",pid=8,fd=3))',
    ];
    for (const some of [lines, lines.toReversed()]) {
      const use = judgeConnections(parseTcpConnections(some.join('\n')), [5, 8], new Set([5, 8]));
      assert.deepEqual(use, { kind: 'used', by: seen({ pid: 7 }) });
    }
  });

  it('K33 a half-closed connection counts while another process holds its end; so does one not accepted yet', () => {
    const judge = (...lines: string[]) =>
      judgeConnections(
        parseTcpConnections(
          ['LISTEN 0 1 [::ffff:127.0.0.1]:80 *:* users:(("server",pid=5,fd=3))', ...lines].join('\n'),
        ),
        [5],
        new Set([5]),
      ).kind;
    const served = 'CLOSE-WAIT 0 0 [::ffff:127.0.0.1]:80 [::ffff:127.0.0.1]:5000 users:(("server",pid=5,fd=4))';
    const client = 'FIN-WAIT-2 0 0 127.0.0.1:5000 127.0.0.1:80';
    assert.equal(judge(served, `${client} users:(("nc",pid=7,fd=3))`), 'used');
    assert.equal(judge(served, client), 'none', 'it is dead');
    assert.equal(judge(served), 'none');
    assert.equal(judge(served.replace('CLOSE-WAIT', 'ESTAB')), 'used', 'one that cannot be seen');
    const waiting = 'ESTAB 0 0 127.0.0.1:80 127.0.0.1:5000';
    assert.equal(judge(waiting, 'ESTAB 0 0 127.0.0.1:5000 127.0.0.1:80 users:(("nc",pid=7,fd=3))'), 'used');
  });
});
