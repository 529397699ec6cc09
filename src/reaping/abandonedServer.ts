import { systemClock } from '../common/clock';
import { CONFIRM_FOREIGN_MS } from '../common/limits';
import { RecordedContainers } from '../containers/recordedContainers';
import { findAlive } from '../judgement/members';
import type { Evidence } from '../model/evidence';
import type { ReapResult } from '../model/reapResult';
import type { OutsideUse, StdinPeer } from '../os/platform';
import { findOpenInput } from '../os/procfs/openInput';
import type { SessionId } from '../registry/ids';
import { isLabelled } from '../registry/schema';
import { removeSession } from '../registry/sessionStore';
import { type ScannedSession, scanMachine } from '../scan/scan';
import { evidenceSentence } from '../wording/evidence';
import type { DeadSessionParts } from './deadSession';
import { Reaper } from './reaper';

/**
 * Ends a server of `mcp-processes run` that no client can reach although its owner lives: a client that reconnects
 * abandons the old server (L12). It takes two proofs, 2 s apart; in doubt the server is spared. Where the owner is dead,
 * too, {@link reapDeadSession} does the work.
 * @param input the link of the server's stdin at its start, from `/proc`: `pipe:[1234]`, `socket:[1234]`
 */
export async function reapAbandonedServer(
  sessionId: SessionId,
  input: string,
  parts: DeadSessionParts,
): Promise<ReapResult[]> {
  const { platform, folder, log, clock = systemClock } = parts;
  const judgeOnce = async (): Promise<{ judged: ScannedSession; peer: StdinPeer; use: OutsideUse } | undefined> => {
    const seen = await scanMachine(platform, folder, undefined, { automatic: 'off', neverReap: [] });
    const judged = seen.sessions.find(({ session }) => session.id === sessionId);
    if (!judged?.found || judged.verdict.kind !== 'live' || judged.claimedBy) return undefined;
    const claimer = judged.found.claimer;
    if (claimer && findAlive(seen.snapshot, claimer)) return undefined;
    return { judged, peer: await peerOf(judged, input, parts), use: await useOf(judged, parts) };
  };
  const first = await judgeOnce();
  if (!first) return [];
  const { session, found, records } = first.judged;
  if (found && records.every(({ members }) => members.length === 0)) {
    if (records.some(({ record }) => isLabelled(record))) return endContainers(first.judged, parts);
    removeSession(found.path);
    return [];
  }
  if (session.automatic !== 'on') return [];
  const spare = (why: Evidence): ReapResult[] => {
    log.info(`Session ${sessionId} is spared: ${evidenceSentence(why)}.`);
    return [];
  };
  const before = judgeUse(first.peer, first.use);
  if ('spared' in before) return spare(before.spared);
  await clock.sleep(CONFIRM_FOREIGN_MS);
  const second = await judgeOnce();
  if (!second) return [];
  const now = judgeUse(second.peer, second.use);
  if ('spared' in now) return spare(now.spared);
  log.info(`Session ${sessionId}: ${evidenceSentence(now.gone)}; its owner, pid ${session.owner.pid}, runs.`);
  // No person asked for it, so what the user wants to keep is spared.
  const requester = { by: 'own session', owner: session.owner, unasked: true } as const;
  const reaper = new Reaper({ ...parts, containers: new RecordedContainers(log), neverReap: () => [] });
  return reaper.reap(second.judged, undefined, requester);
}

/** What was found of its stdin: that nothing is left to use it, or why it is spared. */
function judgeUse(peer: StdinPeer, use: OutsideUse): { readonly gone: Evidence } | { readonly spared: Evidence } {
  if (peer.kind === 'alive') return { spared: { kind: 'stdin-held', by: peer.by, heldBy: 'clients' } };
  if (peer.kind === 'unknown') return { spared: { kind: 'stdin-unknown', reason: peer.reason } };
  if (use.kind === 'used') return { spared: { kind: 'in-use', by: use.by } };
  if (use.kind === 'unknown') return { spared: { kind: 'use-unknown', reason: use.reason } };
  return { gone: { ...peer, kind: 'stdin-gone' } };
}

/** Whether clients use it in another way: a server may also serve HTTP, or its daemon other clients (K20). */
function useOf({ records }: ScannedSession, { platform }: DeadSessionParts): Promise<OutsideUse> {
  const pids = records.flatMap(({ members }) => members.map(({ entry }) => entry.pid));
  return platform.outsideUse(pids, new Set(pids));
}

/** Its client has ended, its owner lives: a container is left that no client can reach (L07). */
async function endContainers(judged: ScannedSession, parts: DeadSessionParts): Promise<ReapResult[]> {
  const { session, found } = judged;
  const containers = new RecordedContainers(parts.log);
  if (session.automatic !== 'on') {
    await containers.refresh([session]);
    if (found && session.records.every(({ id }) => containers.isGone(id))) removeSession(found.path);
    else parts.log.info(`Session ${session.id}: the container that its client left waits for a click.`);
    return [];
  }
  const requester = { by: 'own session', owner: session.owner, unasked: true } as const;
  return new Reaper({ ...parts, containers, neverReap: () => [] }).reap(judged, undefined, requester);
}

/** The holder of the other end of the server's original stdin. */
async function peerOf({ records }: ScannedSession, input: string, { platform }: DeadSessionParts): Promise<StdinPeer> {
  const members = records.flatMap((one) => one.members);
  const open = findOpenInput(
    input,
    members.map(({ entry }) => entry.pid),
  );
  if (open.kind === 'unknown') return open;
  const root = members.find(({ by }) => by === 'root');
  if (open.holders.length === 0) {
    // A server that closed its own stdin may serve in another way; a server that has ended cannot.
    return root ? { kind: 'unknown', reason: { kind: 'stdin-closed' } } : { kind: 'gone', proof: 'not open' };
  }
  const one = root ?? members.find(({ entry }) => open.asStdin.includes(entry.pid));
  if (!one || !open.asStdin.includes(one.entry.pid)) {
    return { kind: 'unknown', reason: { kind: 'stdin-moved' } };
  }
  return platform.stdinPeer(one.identity);
}
