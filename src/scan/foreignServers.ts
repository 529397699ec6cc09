import type { Recogniser } from '../clients/recogniser';
import { commandLineOf } from '../clients/shownCommandLine';
import { type Clock, systemClock } from '../common/clock';
import { yieldIfBusy } from '../common/eventLoop';
import { clientAbove, launcherOf } from '../judgement/clientAbove';
import type { ClientAbove } from '../judgement/facts';
import { identityOf, membersOf } from '../judgement/members';
import { identityKey, type ProcessIdentity } from '../os/identity';
import type { Platform, ProcessEntry, Snapshot } from '../os/platform';
import type { DataFolder } from '../registry/dataFolder';
import type { ContainerRun, Grace, ServerRecord, SessionFile } from '../registry/schema';
import { ForeignRecords, foreignSession } from './foreign/foreignRecords';
import { type ForeignRoot, ForeignRoots } from './foreign/foreignRoots';
import type { DescribedServer, ForeignServer } from './foreign/foreignServer';
import { holdersAmong } from './foreign/holders';
import { HoldTracker } from './foreign/holdTracker';
import { findOrphans, type OrphanSearch } from './foreign/orphanSearch';
import { ProbeSharing } from './foreign/probeSharing';
import { StdinProbes } from './foreign/stdinProbes';
import { IdleTracker } from './idleTracker';
import type { Scan, ScannedSession } from './scan';

export interface ForeignServersParts {
  readonly platform: Platform;
  readonly self: ProcessIdentity;
  readonly recogniser: () => Recogniser | undefined;
  /** The user's waits for a server; `standard` where the user set none. */
  readonly graceOf?: (server: string, standard: Grace) => Grace;
  readonly clock?: Clock;
  /** Where windows share their probes, which are expensive; absent where they do not. */
  readonly folder?: DataFolder;
}

/** What the steps of one scan share. */
interface Context {
  readonly snapshot: Snapshot;
  readonly recogniser: Recogniser;
  readonly sharing: ProbeSharing;
}

/** Finds foreign MCP servers, and what can be proven about them. */
export class ForeignServers {
  private readonly roots: ForeignRoots;
  private readonly records: ForeignRecords;
  private readonly probes: StdinProbes;
  private readonly holds = new HoldTracker();
  private readonly idle = new IdleTracker();
  private readonly clock: Clock;

  constructor(private readonly parts: ForeignServersParts) {
    const { platform, self, clock = systemClock, graceOf = (_server, standard) => standard } = parts;
    this.clock = clock;
    this.roots = new ForeignRoots(platform, self);
    this.records = new ForeignRecords(graceOf);
    this.probes = new StdinProbes(platform, clock);
  }

  /** Finds foreign servers in a scan. Probes only those without a live client. */
  async find({ snapshot, sessions }: Scan): Promise<ForeignServer[]> {
    const recogniser = this.parts.recogniser();
    if (!recogniser) return [];
    const { folder, platform } = this.parts;
    const roots = await this.roots.find(snapshot, recogniser, memberPids(sessions));
    this.retain(new Set(roots.map(({ entry }) => identityKey(identityOf(snapshot, entry)))));
    const sharing = new ProbeSharing(folder, platform.scope);
    const context = { snapshot, recogniser, sharing };
    const startedAt = this.clock.now();
    const described = await this.describeAll(roots, context);
    const probeAgain = (server: DescribedServer) => this.probes.probeAgain(snapshot, server, sharing);
    const search = await findOrphans(described, { snapshot, platform, probeAgain, startedAt });
    const now = this.clock.now();
    const found = described.map((server) => this.conclude(server, search, context, now));
    sharing.write();
    return found;
  }

  /** Drops all findings so far: a person wants to see the present state. */
  forget(): void {
    this.probes.forget();
    this.holds.forget();
  }

  /** A session for a foreign server, which has none: it only gives its members their scope. */
  sessionOf(record: ServerRecord): SessionFile {
    return foreignSession(record, this.parts.self);
  }

  /** The present state of a record: its container may have been noted since. */
  current(record: ServerRecord): ServerRecord {
    return this.records.current(record);
  }

  /** Records which container a living server's client runs. */
  noteContainer(record: ServerRecord, container: ContainerRun): void {
    this.records.noteContainer(record, container);
  }

  /** For the kill policy: whether a known client runs above a process; undefined where there is no recogniser (any more). */
  clientAbove(snapshot: Snapshot, entry: ProcessEntry): ClientAbove | undefined {
    const recogniser = this.parts.recogniser();
    return recogniser && clientAbove(snapshot, entry, (one) => recogniser.clientOf(one));
  }

  /** @param living identity keys of the roots */
  private retain(living: ReadonlySet<string>): void {
    this.probes.retain(living);
    this.holds.retain(living);
    this.idle.retain(this.records.retain(living));
  }

  private async describeAll(roots: readonly ForeignRoot[], context: Context): Promise<DescribedServer[]> {
    const described: Promise<DescribedServer>[] = [];
    for (const root of roots) {
      await yieldIfBusy();
      const description = this.describe(root, context);
      // Awaited below, with all other descriptions.
      description.catch(() => {});
      described.push(description);
    }
    return Promise.all(described);
  }

  private async describe(
    { entry, named }: ForeignRoot,
    { snapshot, recogniser, sharing }: Context,
  ): Promise<DescribedServer> {
    const { platform } = this.parts;
    const record = this.records.of(snapshot, entry, named);
    const members = membersOf(snapshot, this.sessionOf(record), record);
    const above = clientAbove(snapshot, entry, (one) => recogniser.clientOf(one));
    const cpu = members.reduce((sum, one) => sum + (one.entry.cpuTime ?? 0), 0);
    const idleSince = this.idle.observe(record.id, cpu, snapshot.takenAt);
    // Cached here, because hundreds of rows are made at once.
    for (const member of members) commandLineOf(member.entry);
    const launcher = launcherOf(snapshot, entry);
    const owner = (above.kind === 'client' ? above.pid : launcher?.pid) ?? entry.pid;
    const [folder, terminal] = [platform.folderOf?.(owner), platform.terminalOf?.(owner)];
    const dependsOn = identitiesOf(snapshot, owner === entry.pid ? [] : [owner]);
    const base = { record, named, members, above, launcher, idleSince, folder, terminal, dependsOn, entry };
    if (above.kind === 'client') return { ...base, probe: undefined };
    return { ...base, probe: await this.probes.probe(snapshot, { entry, members }, sharing) };
  }

  /** @param now ms by the clock, the same for all servers of a scan */
  private conclude(
    { entry, probe: before, ...base }: DescribedServer,
    { orphans, probes, uses }: OrphanSearch,
    { snapshot, recogniser }: Context,
    now: number,
  ): ForeignServer {
    const { id } = base.record;
    const probe = probes.get(id) ?? before;
    const asked = { id, peer: probe?.peer };
    const { pids, heldBy, heldWith } = holdersAmong(orphans, asked, snapshot, (one) => recogniser.clientOf(one));
    const isHeld = heldBy === 'orphans';
    const isHoldProven = this.holds.observe(identityKey(identityOf(snapshot, entry)), isHeld, now);
    const isProven = isHeld ? isHoldProven : (probe?.confirmed ?? true);
    return {
      ...base,
      dependsOn: [...base.dependsOn, ...identitiesOf(snapshot, pids)],
      stdin: probe?.peer,
      heldBy,
      heldWith,
      use: uses.get(id),
      isProven,
      isOrphaned: isProven && orphans.has(id) && (isHeld || probe?.peer.kind === 'gone'),
    };
  }
}

/** All processes of our sessions' servers. */
function memberPids(sessions: readonly ScannedSession[]): ReadonlySet<number> {
  return new Set(
    sessions.flatMap(({ records }) => records.flatMap(({ members }) => members.map(({ entry }) => entry.pid))),
  );
}

function identitiesOf(snapshot: Snapshot, pids: readonly number[]): ProcessIdentity[] {
  return pids.flatMap((pid) => {
    const entry = snapshot.processes.get(pid);
    return entry ? [identityOf(snapshot, entry)] : [];
  });
}
