import assert from 'node:assert/strict';
import { judgeLsofConnections } from '../../../../src/os/posix/lsofConnections';
import { parseLsof } from '../../../../src/os/posix/lsofOutput';
import { holderOf, stdinEnd } from '../../../../src/os/posix/lsofStdin';
import { seen } from '../../../../src/os/users';
import { fixture } from '../fixture';

describe('stdin in macOS’s `lsof`', () => {
  const files = parseLsof(fixture('macos-lsof-stdin.txt'));
  const kindOf = (pid: number) => stdinEnd(files, pid).kind;

  it('a pipe or socket pair with another end names it', () => {
    assert.deepEqual(stdinEnd(files, 733), { kind: 'peer', address: '0x1c9e55aa07f2b3d4' });
    assert.deepEqual(stdinEnd(files, 740), { kind: 'peer', address: '0xb2c3d4e5f6071829' });
    assert.deepEqual(stdinEnd(files, 748), { kind: 'peer', address: '0xdeaddeaddeaddead' });
  });

  it('K05 gone is only what the kernel says: no peer of a pipe, `->(none)` of a socket', () => {
    assert.equal(kindOf(741), 'gone');
    assert.equal(kindOf(742), 'gone');
    assert.equal(kindOf(743), 'gone');
  });

  it('K09 anything else is unknown: device, hidden, named socket, file, no address, missing', () => {
    for (const pid of [744, 745, 746, 747, 749, 1]) assert.equal(kindOf(pid), 'unknown', String(pid));
    assert.equal(stdinEnd(parseLsof(''), 733).kind, 'unknown');
    assert.equal(stdinEnd([...files, ...files], 741).kind, 'unknown');
  });

  it('names the holder of the other end; no visible holder is unknown, not gone', () => {
    const all = parseLsof(fixture('macos-lsof-all.txt'));
    assert.deepEqual(holderOf(all, '0x1c9e55aa07f2b3d4'), {
      kind: 'alive',
      by: seen({ pid: 412, name: 'Code\\x20H' }),
    });
    assert.deepEqual(holderOf(all, '0xb2c3d4e5f6071829'), {
      kind: 'alive',
      by: seen({ pid: 412, name: 'Code\\x20H' }),
    });
    assert.equal(holderOf(all, '0xdeaddeaddeaddead').kind, 'unknown');
  });
});

describe('connections in macOS’s `lsof`', () => {
  const sockets = parseLsof(fixture('macos-lsof-sockets.txt'));
  const judge = (pids: number[], members = pids) =>
    judgeLsofConnections(
      sockets.filter(({ pid }) => pids.includes(pid)),
      sockets,
      pids,
      new Set(members),
    );

  it('K23 a database with a stranger’s client is in use; with a member’s it is not', () => {
    assert.deepEqual(judge([500]), { kind: 'used', by: seen({ pid: 501, name: 'psql' }) });
    assert.deepEqual(judge([500], [500, 501]), { kind: 'none' });
  });

  it('connections of its own, and socket pairs, do not count as use', () => {
    assert.deepEqual(judge([501]), { kind: 'none' });
    assert.deepEqual(judge([600]), { kind: 'none' });
    assert.deepEqual(judge([705]), { kind: 'none' });
  });

  it('K21 a named socket with a client is in use; without one it is unknown', () => {
    assert.deepEqual(judge([700]), { kind: 'used', by: seen({ pid: 701, name: 'tmux' }) });
    assert.equal(judge([702]).kind, 'unknown');
  });

  it('a client that cannot be seen counts', () => {
    assert.equal(judge([703]).kind, 'used');
  });

  it('K09 what `lsof` may not read is unknown', () => {
    assert.equal(judge([704]).kind, 'unknown');
    assert.equal(judge([705, 9999]).kind, 'unknown');
    // A visible connection counts, whatever is hidden.
    assert.equal(judge([500, 9999]).kind, 'used');
  });
});
