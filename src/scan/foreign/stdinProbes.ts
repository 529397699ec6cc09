import type { Clock } from '../../common/clock';
import { CONFIRM_FOREIGN_MS, PROBE_INTERVAL_MS } from '../../common/limits';
import { identityOf, type Member } from '../../judgement/members';
import { holdersOf, joinStdinPeers } from '../../judgement/stdinStatus';
import { identityKey } from '../../os/identity';
import type { Platform, ProcessEntry, Snapshot, StdinPeer } from '../../os/platform';
import type { SharedProbe } from '../../registry/sharedProbes';
import type { ProbeSharing } from './probeSharing';

/** What was found at the other end of a server's stdin. */
export interface StdinProbe {
  readonly peer: StdinPeer;
  /** ms by the clock. */
  readonly at: number;
  /** Its parent at that time: a change invalidates the finding. */
  readonly ppid: number;
  /** ms by the clock: when it was first found to be gone; undefined where it is not. */
  readonly goneSince: number | undefined;
  /** Whether it holds for a while: "gone", which may end a server, and "unknown" on a busy machine need two scans. */
  readonly confirmed: boolean;
}

/** A server whose stdin is probed. */
export interface ProbedServer {
  /** Its root process. */
  readonly entry: ProcessEntry;
  readonly members: readonly Member[];
}

/** Probes the stdin of foreign servers. A probe is expensive: a confirmed one holds for a while, that of another window too. */
export class StdinProbes {
  private readonly known = new Map<string, StdinProbe>();
  /** Epoch ms. */
  private forgottenAt = 0;

  constructor(
    private readonly platform: Pick<Platform, 'stdinPeer'>,
    private readonly clock: Clock,
  ) {}

  /** What this window or another has found about a server's stdin, while it holds; otherwise a new probe. */
  async probe(snapshot: Snapshot, server: ProbedServer, sharing: ProbeSharing): Promise<StdinProbe> {
    const { entry } = server;
    const identity = identityOf(snapshot, entry);
    const key = identityKey(identity);
    const now = this.clock.now();
    const own = this.known.get(key);
    if (own) return isLasting(own, snapshot, entry, now) ? own : this.probeAgain(snapshot, server, sharing);
    const theirs = this.ofOtherWindows(sharing.of(identity), now);
    if (!theirs || !isUpToDate(theirs, snapshot, entry)) return this.probeAgain(snapshot, server, sharing);
    this.known.set(key, theirs);
    return theirs;
  }

  /** Probes a server's stdin, whatever is known of it. */
  async probeAgain(snapshot: Snapshot, { entry, members }: ProbedServer, sharing: ProbeSharing): Promise<StdinProbe> {
    const identity = identityOf(snapshot, entry);
    const key = identityKey(identity);
    const before = this.known.get(key);
    const askedAt = this.clock.now();
    const pids = new Set(members.map((member) => member.entry.pid));
    const peer = joinStdinPeers([await this.platform.stdinPeer(identity)], pids);
    const probe = nextProbe(before, { peer, ppid: entry.ppid, askedAt, answeredAt: this.clock.now() });
    this.known.set(key, probe);
    sharing.note(identity, probe);
    return probe;
  }

  /** Forgets all servers whose root is not among `living`, which are identity keys. */
  retain(living: ReadonlySet<string>): void {
    for (const key of this.known.keys()) if (!living.has(key)) this.known.delete(key);
  }

  /** Forgets all findings so far, those of other windows too. */
  forget(): void {
    this.known.clear();
    this.forgottenAt = Date.now();
  }

  /** @param now ms by the clock */
  private ofOtherWindows(shared: SharedProbe | undefined, now: number): StdinProbe | undefined {
    if (shared?.peer.kind !== 'alive' || shared.at <= this.forgottenAt) return undefined;
    const { peer, ppid, at } = shared;
    return { peer, ppid, at: now - (Date.now() - at), goneSince: undefined, confirmed: true };
  }
}

/** One answer of the system about a stdin. */
interface Answer extends Pick<StdinProbe, 'peer' | 'ppid'> {
  /** ms by the clock. A probe may take seconds, but counts as one scan. */
  readonly askedAt: number;
  readonly answeredAt: number;
}

/** What an answer amounts to after the probe before it. */
export function nextProbe(before: StdinProbe | undefined, { peer, ppid, askedAt, answeredAt }: Answer): StdinProbe {
  const goneSince = peer.kind === 'gone' ? (before?.goneSince ?? answeredAt) : undefined;
  const confirmed =
    peer.kind === 'alive' ||
    (peer.kind === 'unknown' && before?.peer.kind === 'unknown') ||
    (goneSince !== undefined && askedAt - goneSince >= CONFIRM_FOREIGN_MS);
  return { peer, at: answeredAt, ppid, goneSince, confirmed };
}

/** Whether a server does not have to be probed again. @param now ms by the clock */
export function isLasting(probe: StdinProbe, snapshot: Snapshot, entry: ProcessEntry, now: number): boolean {
  return probe.confirmed && now - probe.at < PROBE_INTERVAL_MS && isUpToDate(probe, snapshot, entry);
}

/** Whether its parent and all holders of its stdin are still there. */
function isUpToDate({ ppid, peer }: StdinProbe, snapshot: Snapshot, entry: ProcessEntry): boolean {
  return ppid === entry.ppid && holdersOf(peer).every((pid) => snapshot.processes.get(pid)?.zombie === false);
}
