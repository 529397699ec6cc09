import { createHash } from 'node:crypto';
import type { Recogniser } from '../clients/recogniser';
import type { ReapSettings } from '../model/settings';

/**
 * What decides what a window's scan finds, as far as it is not on the machine: only windows with the same share scans.
 * @returns undefined where nothing can tell
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
