import * as v from 'valibot';
import { identityKey, type ProcessIdentity } from '../os/identity';
import type { StdinPeer } from '../os/platform';
import type { DataFolder } from './dataFolder';
import { reason, stdinGone, users } from './findingShapes';
import { pid, read, startToken, variant } from './shapes';
import { readShared, writeShared } from './sharedFile';

/** One window's finding about the stdin of a foreign server, for all windows of this machine. */
export interface SharedProbe {
  readonly identity: ProcessIdentity;
  /** Its parent at that time: a change invalidates the finding. */
  readonly ppid: number;
  readonly peer: StdinPeer;
  /** Epoch ms. */
  readonly at: number;
}

const FILE = 'probes.json';

const stdinPeer: v.GenericSchema<unknown, StdinPeer> = variant('kind', [
  v.object({ kind: v.literal('gone'), proof: stdinGone }),
  v.object({ kind: v.literal('unknown'), reason }),
  v.object({ kind: v.literal('alive'), by: users }),
]);
const integer = v.pipe(v.number(), v.integer());
const sharedProbe = v.object({ pid, start: startToken, ppid: integer, at: integer, peer: stdinPeer });

/**
 * Findings of other windows, by identity, without those that are too old or from the future.
 * @param youngerThan ms
 */
export function readSharedProbes(
  folder: DataFolder,
  scope: string,
  youngerThan: number,
  now = Date.now(),
): Map<string, SharedProbe> {
  const written = readShared(folder, FILE, scope)?.probes;
  const probes = (Array.isArray(written) ? written : []).flatMap((each): SharedProbe[] => {
    const probe = read(sharedProbe, each);
    if (!probe.ok) return [];
    const { pid, start, ppid, at, peer } = probe.value;
    return at <= now && now - at < youngerThan ? [{ identity: { pid, start, scope }, ppid, at, peer }] : [];
  });
  return new Map(probes.map((probe) => [identityKey(probe.identity), probe]));
}

/** Writes all known findings, including those of other windows. */
export function writeSharedProbes(folder: DataFolder, scope: string, probes: readonly SharedProbe[]): void {
  const entries = probes.map(({ identity: { pid, start }, ppid, peer, at }) => ({ pid, start, ppid, peer, at }));
  writeShared(folder, FILE, scope, { probes: entries });
}
