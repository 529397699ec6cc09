import type { NamedServer } from '../../clients/recogniser';
import type { ClientAbove } from '../../judgement/facts';
import type { Member } from '../../judgement/members';
import type { ProcessIdentity } from '../../os/identity';
import type { OutsideUse, ProcessEntry, StdinPeer } from '../../os/platform';
import type { ServerRecord } from '../../registry/schema';
import type { StdinProbe } from './stdinProbes';

/** A running server that no session of ours launched or adopted. */
export interface ForeignServer {
  readonly record: ServerRecord;
  readonly named: NamedServer;
  readonly members: readonly Member[];
  readonly above: ClientAbove;
  /** The process that runs it, where that is no known client. */
  readonly launcher: ProcessEntry | undefined;
  /** Undefined where a live client above makes the question irrelevant. */
  readonly stdin: StdinPeer | undefined;
  /** What holds its stdin, where that is no client: only other orphans (L29), or processes that merely have it open. */
  readonly heldBy: 'orphans' | 'strangers' | undefined;
  /** Record ids of the orphans that hold its stdin. */
  readonly heldWith: readonly string[];
  /** What is connected to it; examined in each scan where no client can reach it through its stdin. */
  readonly use: OutsideUse | undefined;
  /** Whether the finding about its stdin is final: some findings need a second scan. */
  readonly isProven: boolean;
  /** Two scans have shown that no client can reach it. */
  readonly isOrphaned: boolean;
  /** Epoch ms since when it has used no CPU time; undefined where it works, or has been seen only once. */
  readonly idleSince: number | undefined;
  /** Processes whose end may make it an orphan: the client or launcher above it, and the holders of its stdin. */
  readonly dependsOn: readonly ProcessIdentity[];
  /** Of the process that runs it, to distinguish rows that are otherwise identical; undefined where unknown. */
  readonly folder: string | undefined;
  readonly terminal: string | undefined;
}

/** One scan's findings about a server, before the comparison with the other servers. */
export interface DescribedServer
  extends Omit<ForeignServer, 'stdin' | 'heldBy' | 'heldWith' | 'use' | 'isProven' | 'isOrphaned'> {
  /** Its root process. */
  readonly entry: ProcessEntry;
  /** Undefined where a live client above makes the question irrelevant. */
  readonly probe: StdinProbe | undefined;
}
