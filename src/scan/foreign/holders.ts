import type { Recogniser } from '../../clients/recogniser';
import type { HeldServer } from '../../judgement/abandonedTogether';
import { clientAbove } from '../../judgement/clientAbove';
import { isEditorProcess } from '../../judgement/editors';
import { holdersOf } from '../../judgement/stdinStatus';
import type { ProcessEntry, Snapshot, StdinPeer } from '../../os/platform';
import type { ForeignServer } from './foreignServer';

/** The holders of a server's stdin, and what they are. */
export interface Holders extends Pick<ForeignServer, 'heldBy' | 'heldWith'> {
  readonly pids: readonly number[];
}

/**
 * Compares the holders of a server's stdin with the orphans of the same scan.
 * @param id of its record
 * @param orphans by the ids of their records
 */
export function holdersAmong(
  orphans: ReadonlyMap<string, HeldServer>,
  { id, peer }: { readonly id: string; readonly peer: StdinPeer | undefined },
  snapshot: Snapshot,
  clientOf: Recogniser['clientOf'],
): Holders {
  const pids = holdersOf(peer);
  const orphan = orphans.get(id);
  if (orphan && orphan.endable.size > 0 && pids.length > 0) {
    const others = [...orphans].filter(([other, server]) => other !== id && pids.some((pid) => server.pids.has(pid)));
    return { pids, heldBy: 'orphans', heldWith: others.map(([other]) => other) };
  }
  return { pids, heldBy: isClientAmong(pids, snapshot, clientOf) ? undefined : 'strangers', heldWith: [] };
}

/** Whether one of them may be a client, or runs below one. Invisible processes may be clients. */
function isClientAmong(pids: readonly number[], snapshot: Snapshot, clientOf: Recogniser['clientOf']): boolean {
  const titleOf = (one: ProcessEntry) => clientOf(one) ?? (isEditorProcess(one) ? one.name : undefined);
  return (
    pids.length === 0 ||
    pids.some((pid) => {
      const entry = snapshot.processes.get(pid);
      return !entry || titleOf(entry) !== undefined || clientAbove(snapshot, entry, titleOf).kind === 'client';
    })
  );
}
