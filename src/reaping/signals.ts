import { codeOf } from '../common/errors';
import { type Permit, spendPermit } from '../judgement/killPolicy';
import { sameProcess } from '../os/identity';
import type { Identification, Inspection, Platform } from '../os/platform';
import { type Reason, systemReason } from '../os/reason';

export type SignalOutcome = 'sent' | 'gone' | { readonly failed: Reason };

/**
 * Sends one signal to one process. The only place that signals. Never signals a group, nor a pid without an identity.
 * Reads the identity once more and awaits nothing before the signal, so that only microseconds lie in between.
 */
export async function sendSignal(
  platform: Platform,
  permit: Permit,
  signal: 'SIGTERM' | 'SIGKILL',
): Promise<SignalOutcome> {
  if (!spendPermit(permit)) return { failed: { kind: 'no-permit' } };
  const { identity } = permit;
  const now = platform.identify?.(identity.pid) ?? identificationOf(await platform.inspect(identity.pid));
  if (now.kind === 'gone') return 'gone';
  if (now.kind === 'error') return { failed: now.reason };
  if (now.zombie) return 'gone';
  if (!sameProcess({ pid: now.pid, start: now.start, scope: platform.scope }, identity)) return 'gone';
  try {
    process.kill(identity.pid, signal);
    return 'sent';
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ESRCH') return 'gone';
    return { failed: code === 'EPERM' ? { kind: 'not-permitted' } : systemReason(error) };
  }
}

function identificationOf(inspection: Inspection): Identification {
  if (inspection.kind !== 'present') return inspection;
  const { pid, start, zombie } = inspection.entry;
  return { kind: 'present', pid, start, zombie };
}
