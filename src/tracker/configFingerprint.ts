import { createHash } from 'node:crypto';
import type { Recogniser } from '../clients/recogniser';
import type { ReapSettings } from '../model/settings';

/**
 * A hash of everything that affects a window's findings and is not a state of the machine: only windows with the same
 * fingerprint share scans.
 * @returns undefined where the recogniser has no fingerprint
 */
export function configFingerprint(
  version: string,
  recogniser: Recogniser | undefined,
  { automatic, neverReap, reapForeign, maxPerSweep }: ReapSettings,
): string | undefined {
  if (recogniser && recogniser.fingerprint === undefined) return undefined;
  const parts = [version, recogniser?.fingerprint, automatic, neverReap, reapForeign, maxPerSweep];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
