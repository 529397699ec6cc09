import { isGenuinePermit, type Permit } from '../judgement/killBar';
import { sameProcess } from '../os/identity';
import type { Platform } from '../os/platform';

export type SignalOutcome = 'sent' | 'gone' | { readonly failed: string };

/**
 * Sends one signal to one process. The only place that signals.
 * The identity is read once more, and nothing is awaited between that reading and the signal: what remains is the
 * microseconds in between. Never a group, never a pid without an identity.
 */
export async function sendSignal(
  platform: Platform,
  permit: Permit,
  signal: 'SIGTERM' | 'SIGKILL',
): Promise<SignalOutcome> {
  if (!isGenuinePermit(permit)) return { failed: 'there is no permit' };
  const { identity } = permit;
  const look = await platform.look(identity.pid);
  if (look.kind === 'gone') return 'gone';
  if (look.kind === 'error') return { failed: look.reason };
  if (look.entry.zombie) return 'gone';
  if (!sameProcess({ pid: look.entry.pid, start: look.entry.start, scope: platform.scope }, identity)) return 'gone';
  try {
    process.kill(identity.pid, signal);
    return 'sent';
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    return code === 'ESRCH' ? 'gone' : { failed: code === 'EPERM' ? 'not permitted' : String(code) };
  }
}
