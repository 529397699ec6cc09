import type { StdinPeer } from '../platform';
import { processName, seen } from '../users';
import type { OpenFile } from './lsofOutput';

/** What macOS's `lsof` says about one stdin: an answer, or the kernel address of the other end to search for. */
export type StdinEnd = StdinPeer | { readonly kind: 'peer'; readonly address: string };

/**
 * Reads a stdin out of `lsof -a -p PID -d 0`, macOS only.
 *
 * The kernel reports a pipe's peer address until the last descriptor of the other end is closed, in any process; then
 * none. `lsof` prints ` ->0x…` for the former, no arrow for the latter; for a socket of a socket pair `->0x…`, then
 * `->(none)`. So it is the kernel that reports a missing peer, not a failure of ours to see it. Without permission,
 * `lsof` prints neither type nor address.
 */
export function stdinEnd(files: readonly OpenFile[], pid: number): StdinEnd {
  const [stdin, ...more] = files.filter((file) => file.pid === pid && file.descriptor === '0');
  if (!stdin) return { kind: 'unknown', reason: { kind: 'stdin-not-shown', program: 'lsof' } };
  if (more.length > 0) return { kind: 'unknown', reason: { kind: 'stdin-shown-twice', program: 'lsof' } };
  if (stdin.type !== 'PIPE' && stdin.type !== 'unix') {
    return { kind: 'unknown', reason: { kind: 'stdin-no-connection' } };
  }
  if (!isAddress(stdin.device)) return { kind: 'unknown', reason: { kind: 'stdin-no-address', program: 'lsof' } };
  const peer = /^->(0x[0-9a-f]+)\b/.exec(stdin.name)?.[1];
  if (peer && isAddress(peer)) return { kind: 'peer', address: peer };
  if (stdin.type === 'PIPE' && /^(?:, cnt=\d+)?$/.test(stdin.name)) {
    return { kind: 'gone', proof: 'no peer', detail: 'lsof: no peer' };
  }
  if (stdin.type === 'unix' && stdin.name === '->(none)') {
    return { kind: 'gone', proof: 'no peer', detail: 'lsof: (none)' };
  }
  return { kind: 'unknown', reason: { kind: 'stdin-odd', type: stdin.type } };
}

/** The holder of the other end. It may be invisible: `lsof` shows an ordinary user only their own processes. */
export function holderOf(files: readonly OpenFile[], address: string): StdinPeer {
  const holding = files.filter((file) => file.device === address && (file.type === 'PIPE' || file.type === 'unix'));
  if (holding.length > 0) {
    const names = new Map(holding.map(({ pid, command }) => [pid, processName(pid, command)]));
    return { kind: 'alive', by: seen(...names.values()) };
  }
  // Closed since, or held by a process that we may not see: the next probe may succeed.
  return { kind: 'unknown', reason: { kind: 'stdin-holder-hidden' }, failure: 'failed' };
}

function isAddress(text: string): boolean {
  return /^0x[0-9a-f]+$/.test(text) && !/^0x0+$/.test(text);
}
