import * as l10n from '@vscode/l10n';
import type { StdinPeer } from '../platform';
import { processName, seen } from '../users';
import type { OpenFile } from './lsofOutput';

/** What macOS's `lsof` says about one stdin: an answer, or the kernel address of the other end to look for. */
export type StdinEnd = StdinPeer | { readonly kind: 'peer'; readonly address: string };

/**
 * Reads a stdin out of `lsof -a -p PID -d 0`, macOS only.
 *
 * The kernel gives a pipe its peer's address until the last descriptor of the other end is closed, in whatever
 * process; then none. `lsof` prints ` ->0x…` for the one, no arrow for the other. The same with a socket of a socket
 * pair: `->0x…`, then `->(none)`. So a missing peer is what the kernel says, not what we failed to see. When `lsof`
 * may not look, it prints neither type nor address.
 */
export function stdinEnd(files: readonly OpenFile[], pid: number): StdinEnd {
  const [stdin, ...more] = files.filter((file) => file.pid === pid && file.descriptor === '0');
  if (!stdin) return { kind: 'unknown', reason: l10n.t('`lsof` does not show its stdin') };
  if (more.length > 0) return { kind: 'unknown', reason: l10n.t('`lsof` shows its stdin twice') };
  if (stdin.type !== 'PIPE' && stdin.type !== 'unix') {
    return {
      kind: 'unknown',
      reason: l10n.t('its stdin is neither a pipe nor a socket pair ({0})', stdin.type || '?'),
    };
  }
  if (!isAddress(stdin.device))
    return { kind: 'unknown', reason: l10n.t('`lsof` does not tell the address of its stdin') };
  const peer = /^->(0x[0-9a-f]+)\b/.exec(stdin.name)?.[1];
  if (peer && isAddress(peer)) return { kind: 'peer', address: peer };
  if (stdin.type === 'PIPE' && /^(?:, cnt=\d+)?$/.test(stdin.name)) {
    return { kind: 'gone', proof: 'no peer', detail: '`lsof` shows no peer' };
  }
  if (stdin.type === 'unix' && stdin.name === '->(none)') {
    return { kind: 'gone', proof: 'no peer', detail: '`lsof` shows `->(none)`' };
  }
  return { kind: 'unknown', reason: l10n.t('its stdin is a {0} of an unexpected form', stdin.type) };
}

/** Who holds the other end. Nobody visible is not nobody: `lsof` shows an ordinary user only their own processes. */
export function holderOf(files: readonly OpenFile[], address: string): StdinPeer {
  const holding = files.filter((file) => file.device === address && (file.type === 'PIPE' || file.type === 'unix'));
  if (holding.length > 0) {
    const names = new Map(holding.map(({ pid, command }) => [pid, processName(pid, command)]));
    return { kind: 'alive', by: seen(...names.values()) };
  }
  // Closed since, or held by a process that we may not see: the next look may tell.
  return {
    kind: 'unknown',
    reason: l10n.t('its stdin has another end, but who holds it cannot be seen'),
    failure: 'failed',
  };
}

function isAddress(text: string): boolean {
  return /^0x[0-9a-f]+$/.test(text) && !/^0x0+$/.test(text);
}
