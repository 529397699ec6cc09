import { homedir } from 'node:os';
import { observe } from '../clients/observed';
import type { NamedServer, Recogniser } from '../clients/recogniser';
import { commandLineOf } from '../clients/shownCommandLine';
import { type Clock, systemClock } from '../common/clock';
import { nextTick, yieldIfBusy } from '../common/eventLoop';
import { CONFIRM_FOREIGN_MS, FOREIGN_GRACE, PROBE_INTERVAL_MS } from '../common/limits';
import { abandonedTogether, type HeldServer } from '../judgement/abandonedTogether';
import { clientAbove, launcherOf, runsUnderOtherUser } from '../judgement/clientAbove';
import { isEditorProcess } from '../judgement/editors';
import type { ClientAbove } from '../judgement/facts';
import { identityOf, type Member, membersOf } from '../judgement/members';
import { ancestorsOf } from '../judgement/processTree';
import { holdersOf, joinStdinPeers } from '../judgement/stdinStatus';
import { identityKey, type ProcessIdentity } from '../os/identity';
import type { OutsideUse, Platform, ProcessEntry, Snapshot, StdinPeer } from '../os/platform';
import type { DataFolder } from '../registry/dataFolder';
import { newRecord, newSession } from '../registry/newRecord';
import type { ContainerRun, Grace, ServerRecord, SessionFile } from '../registry/schema';
import { readSharedProbes, type SharedProbe, writeSharedProbes } from '../registry/sharedProbes';
import { IdleTracker } from './idleTracker';
import { askOutsideUses } from './outsideUses';
import type { Scan } from './scan';

/** A running server that no session of ours launched or adopted. */
export interface ForeignServer {
  readonly record: ServerRecord;
  readonly named: NamedServer;
  readonly members: readonly Member[];
  readonly above: ClientAbove;
  /** Who runs it, where that is no known client. */
  readonly launcher: ProcessEntry | undefined;
  /** Undefined where a live client above makes the question idle. */
  readonly stdin: StdinPeer | undefined;
  /** Who holds its stdin, where that is no client: other orphans only (L29), or somebody who merely has it open. */
  readonly heldBy: 'orphans' | 'strangers' | undefined;
  /** Ids of the records of those orphans that hold its stdin. */
  readonly heldWith: readonly string[];
  /** Who is connected to it; asked at each look where nobody can talk to it by its stdin any more. */
  readonly use: OutsideUse | undefined;
  /** Whether what is said of its stdin stands: some findings take a second look. */
  readonly isProven: boolean;
  /** Nobody can ask it anything any more, twice looked at. */
  readonly isOrphaned: boolean;
  /** Epoch ms since when it has used no CPU time; undefined where it works, or has been seen only once. */
  readonly idleSince: number | undefined;
  /** Those whose end may make it an orphan: the client above it or whoever runs it, and who holds its stdin. */
  readonly dependsOn: readonly ProcessIdentity[];
  /** Of whoever runs it: what tells thirteen identical rows apart, as far as the system says. */
  readonly folder: string | undefined;
  readonly terminal: string | undefined;
}

/** What one look has found of a server, before it is compared with the others. */
interface Described
  extends Pick<
    ForeignServer,
    'record' | 'named' | 'members' | 'above' | 'launcher' | 'idleSince' | 'folder' | 'terminal' | 'dependsOn'
  > {
  readonly entry: ProcessEntry;
  /** Undefined where a live client above makes the question idle. */
  readonly probe: Probe | undefined;
}

interface Probe {
  readonly peer: StdinPeer;
  readonly at: number;
  readonly ppid: number;
  readonly goneSince: number | undefined;
  /** It may stand for a while: what costs somebody's life, and what a busy machine could not tell, takes two looks. */
  readonly confirmed: boolean;
}

export interface ForeignServersParts {
  readonly platform: Platform;
  readonly self: ProcessIdentity;
  readonly recogniser: () => Recogniser | undefined;
  /** The user's waits for a server; `standard` where there are none. */
  readonly graceOf?: (server: string, standard: Grace) => Grace;
  readonly clock?: Clock;
  /** Where windows share what costs: their probes. Absent where they are not to be shared. */
  readonly folder?: DataFolder;
}

/** Finds the MCP servers of other clients, and what can be proven about them. */
export class ForeignServers {
  private readonly records = new Map<string, ServerRecord>();
  private readonly probes = new Map<string, Probe>();
  private readonly heldSince = new Map<string, number>();
  private readonly idle = new IdleTracker();
  private readonly recognised = new Map<number, { entry: ProcessEntry; named: NamedServer }>();
  private last: Recogniser | undefined;
  private readonly clock: Clock;
  /** Epoch ms. */
  private forgottenAt = 0;

  constructor(private readonly parts: ForeignServersParts) {
    this.clock = parts.clock ?? systemClock;
  }

  /** One look over a survey's snapshot. Probes only candidates without a live client. */
  async find({ snapshot, sessions }: Scan): Promise<ForeignServer[]> {
    const recogniser = this.parts.recogniser();
    if (!recogniser) return [];
    const taken = new Set(
      sessions.flatMap(({ records }) => records.flatMap(({ members }) => members.map(({ entry }) => entry.pid))),
    );
    const roots = await this.rootsIn(snapshot, recogniser, taken);
    const { folder, platform } = this.parts;
    const shared = folder
      ? readSharedProbes(folder, platform.scope, PROBE_INTERVAL_MS)
      : new Map<string, SharedProbe>();
    const before = [...shared.values()];
    const living = new Set(roots.map(({ entry }) => identityKey(identityOf(snapshot, entry))));
    for (const key of this.records.keys()) if (!living.has(key)) this.records.delete(key);
    for (const key of this.probes.keys()) if (!living.has(key)) this.probes.delete(key);
    this.idle.retain(new Set([...this.records.values()].map(({ id }) => id)));
    for (const key of this.heldSince.keys()) if (!living.has(key)) this.heldSince.delete(key);
    const startedAt = this.clock.now();
    const described: Promise<Described>[] = [];
    for (const root of roots) {
      await yieldIfBusy();
      const description = this.describe(snapshot, root, recogniser, shared);
      // Awaited below, with all others.
      description.catch(() => {});
      described.push(description);
    }
    const found = await this.compare(snapshot, await Promise.all(described), recogniser, shared, startedAt);
    const after = [...shared.values()];
    const isChanged = after.length !== before.length || after.some((probe) => !before.includes(probe));
    if (folder && isChanged) writeSharedProbes(folder, platform.scope, after);
    return found;
  }

  /** Foreign servers have no session; this one gives their members their scope, and nothing more. */
  sessionOf(record: ServerRecord): SessionFile {
    // There is no such session; its rows are known by their record.
    const id: string = record.id;
    const whose = { id, home: '', owner: this.parts.self, editor: '' };
    return newSession({ ...whose, startedAt: 0, automatic: 'off', neverReap: [], records: [record] });
  }

  /** The record as it is now: its container may have been noted since. */
  current(record: ServerRecord): ServerRecord {
    return [...this.records.values()].find(({ id }) => id === record.id) ?? record;
  }

  /** Keeps which container a living server's client runs. */
  noteContainer(record: ServerRecord, container: ContainerRun): void {
    for (const [key, known] of this.records) if (known.id === record.id) this.records.set(key, { ...known, container });
  }

  /** For the kill policy: whether a known client runs above a process; undefined where nobody can tell (any more). */
  clientAbove(snapshot: Snapshot, entry: ProcessEntry): ClientAbove | undefined {
    const recogniser = this.parts.recogniser();
    return recogniser && clientAbove(snapshot, entry, (one) => recogniser.clientOf(one));
  }

  private async rootsIn(snapshot: Snapshot, recogniser: Recogniser, taken: ReadonlySet<number>) {
    const uid = snapshot.processes.get(this.parts.self.pid)?.uid;
    const found = new Map<number, NamedServer>();
    if (recogniser !== this.last) this.recognised.clear();
    this.last = recogniser;
    const clientFolders = once(() => this.clientFoldersIn(snapshot, recogniser));
    for (const entry of snapshot.processes.values()) {
      // The first look compares every process with every entry.
      await yieldIfBusy();
      if (entry.zombie || !entry.args || entry.uid !== uid || taken.has(entry.pid) || entry.pid === this.parts.self.pid)
        continue;
      const known = this.recognised.get(entry.pid);
      // What closed a placeholder may be gone with its client: a process that was recognised stays so.
      const isKnown = known?.entry.start === entry.start && sameArgs(known.entry.args, entry.args);
      const named = isKnown
        ? known.named
        : recogniser.serverOf(entry.args, observe(this.parts.platform, snapshot, entry, clientFolders));
      if (!named) continue;
      if (!isKnown) this.recognised.set(entry.pid, { entry, named });
      found.set(entry.pid, named);
    }
    for (const pid of this.recognised.keys()) if (!snapshot.processes.has(pid)) this.recognised.delete(pid);
    // `npx` and what it runs may both match: the upper one is the server's root.
    return [...found].flatMap(([pid, named]) => {
      const entry = snapshot.processes.get(pid) as ProcessEntry;
      return ancestorsOf(snapshot, entry).some((above) => found.has(above.pid)) ? [] : [{ entry, named }];
    });
  }

  /** Folders that known clients run in. One that was started from the root or a home says nothing about projects. */
  private clientFoldersIn(snapshot: Snapshot, recogniser: Recogniser): ReadonlySet<string> {
    const folders = new Set<string>();
    for (const entry of snapshot.processes.values()) {
      if (entry.zombie || recogniser.clientOf(entry) === undefined) continue;
      const folder = this.parts.platform.folderOf?.(entry.pid);
      if (folder !== undefined && folder !== '/' && folder !== homedir()) folders.add(folder);
    }
    return folders;
  }

  private async describe(
    snapshot: Snapshot,
    { entry, named }: { entry: ProcessEntry; named: NamedServer },
    recogniser: Recogniser,
    shared: Map<string, SharedProbe>,
  ): Promise<Described> {
    const record = this.recordOf(snapshot, entry, named);
    const members = membersOf(snapshot, this.sessionOf(record), record);
    const above = clientAbove(snapshot, entry, (one) => recogniser.clientOf(one));
    const cpu = members.reduce((sum, one) => sum + (one.entry.cpuTime ?? 0), 0);
    const idleSince = this.idle.observe(record.id, cpu, snapshot.takenAt);
    // Kept for the rows, of which hundreds are made at once.
    for (const member of members) commandLineOf(member.entry);
    const launcher = launcherOf(snapshot, entry);
    const owner = (above.kind === 'client' ? above.pid : launcher?.pid) ?? entry.pid;
    const { platform } = this.parts;
    const [folder, terminal] = [platform.folderOf?.(owner), platform.terminalOf?.(owner)];
    const dependsOn = identitiesOf(snapshot, owner === entry.pid ? [] : [owner]);
    const base = { record, named, members, above, launcher, idleSince, folder, terminal, dependsOn, entry };
    if (above.kind === 'client') return { ...base, probe: undefined };
    return { ...base, probe: await this.probe(snapshot, entry, members, shared) };
  }

  /**
   * Which of those without a client are orphans: nobody outside holds their stdin, and nobody is connected to them. For
   * who is about to be called one, who holds it and who uses it is looked at anew.
   * @param startedAt when this look began
   */
  private async compare(
    snapshot: Snapshot,
    described: readonly Described[],
    recogniser: Recogniser,
    shared: Map<string, SharedProbe>,
    startedAt: number,
  ): Promise<ForeignServer[]> {
    const candidates = described.flatMap(({ probe, ...one }) =>
      probe ? [{ ...one, ...heldServerOf(snapshot, one, probe.peer), probe }] : [],
    );
    const probed = await Promise.all(
      [...abandonedTogether(candidates)].map(async (one) => {
        // Hundreds at one moment.
        await nextTick();
        const isOld = one.probe.peer.kind === 'alive' && one.probe.at < startedAt;
        const probe = isOld ? await this.probe(snapshot, one.entry, one.members, shared, true) : one.probe;
        return { ...one, probe, peers: [probe.peer], use: await this.useOf(snapshot, one) };
      }),
    );
    const probes = new Map(probed.map(({ record, probe }) => [record.id, probe]));
    const uses = new Map(probed.map(({ record, use }) => [record.id, use]));
    const abandoned = abandonedTogether(probed.filter(({ use }) => use.kind === 'none'));
    const byId = new Map([...abandoned].map((one) => [one.record.id, one]));
    const now = this.clock.now();
    return described.map(({ entry, probe: before, ...base }): ForeignServer => {
      const probe = probes.get(base.record.id) ?? before;
      const orphan = byId.get(base.record.id);
      const holders = holdersOf(probe?.peer);
      const isHeld = orphan !== undefined && orphan.endable.size > 0 && holders.length > 0;
      const heldFor = this.heldFor(identityKey(identityOf(snapshot, entry)), isHeld, now);
      const isProven = isHeld ? heldFor >= CONFIRM_FOREIGN_MS : (probe?.confirmed ?? true);
      return {
        ...base,
        dependsOn: [...base.dependsOn, ...identitiesOf(snapshot, holders)],
        stdin: probe?.peer,
        heldBy: isHeld ? 'orphans' : isClientAmong(snapshot, holders, recogniser) ? undefined : 'strangers',
        heldWith: isHeld
          ? [...byId.values()].flatMap(({ record, pids }) =>
              record.id !== base.record.id && holders.some((pid) => pids.has(pid)) ? [record.id] : [],
            )
          : [],
        use: uses.get(base.record.id),
        isProven,
        isOrphaned: isProven && orphan !== undefined && (isHeld || probe?.peer.kind === 'gone'),
      };
    });
  }

  private async useOf(
    snapshot: Snapshot,
    { record, members }: Pick<Described, 'record' | 'members'>,
  ): Promise<OutsideUse> {
    const insiders = new Set(members.map(({ entry }) => entry.pid));
    const asked = { snapshot, members, rootSession: record.posixSession, insiders, isAskedWhole: true };
    return (await askOutsideUses(this.parts.platform, asked)).server;
  }

  /** For how many ms every look has found that only orphans hold its stdin. */
  private heldFor(key: string, isHeld: boolean, now: number): number {
    if (!isHeld) this.heldSince.delete(key);
    else if (!this.heldSince.has(key)) this.heldSince.set(key, now);
    return now - (this.heldSince.get(key) ?? now);
  }

  private recordOf(snapshot: Snapshot, entry: ProcessEntry, named: NamedServer): ServerRecord {
    const root = identityOf(snapshot, entry);
    const key = identityKey(root);
    const known = this.records.get(key);
    if (known) return known;
    const record = newRecord({
      server: named.name,
      client: named.client,
      kind: 'foreign',
      commandLine: commandLineOf(entry),
      root,
      posixSession: entry.sid,
      census: [root],
      grace: this.parts.graceOf?.(named.name, FOREIGN_GRACE) ?? FOREIGN_GRACE,
    });
    this.records.set(key, record);
    return record;
  }

  /** From the next look on, nothing counts that was found out before: somebody wants to know how it is now. */
  forget(): void {
    this.probes.clear();
    this.heldSince.clear();
    this.forgottenAt = Date.now();
  }

  /**
   * @param shared what all windows have found out; a new probe is added
   * @param isFresh whether what was found out before does not count
   */
  private async probe(
    snapshot: Snapshot,
    entry: ProcessEntry,
    members: readonly Member[],
    shared: Map<string, SharedProbe>,
    isFresh = false,
  ): Promise<Probe> {
    const identity = identityOf(snapshot, entry);
    const key = identityKey(identity);
    const now = this.clock.now();
    const known = this.probes.get(key);
    const isKnown = !isFresh && known?.confirmed && isUpToDate(known, snapshot, entry);
    if (isKnown && now - known.at < PROBE_INTERVAL_MS) return known;
    const theirs = shared.get(key);
    // "gone" takes two looks, and somebody has to take the second; what one window cannot tell, another may.
    const isOfUse = !isFresh && !known && theirs?.peer.kind === 'alive' && theirs.at > this.forgottenAt;
    if (isOfUse && isUpToDate(theirs, snapshot, entry)) {
      const at = now - (Date.now() - theirs.at);
      const probe = { peer: theirs.peer, at, ppid: entry.ppid, goneSince: undefined, confirmed: true };
      this.probes.set(key, probe);
      return probe;
    }
    const peer = joinStdinPeers(
      [await this.parts.platform.stdinPeer(identity)],
      new Set(members.map((member) => member.entry.pid)),
    );
    // A probe may take seconds, and is one look all the same.
    const at = this.clock.now();
    const goneSince = peer.kind === 'gone' ? (known?.goneSince ?? at) : undefined;
    const confirmed =
      peer.kind === 'alive' ||
      (peer.kind === 'unknown' && known?.peer.kind === 'unknown') ||
      (goneSince !== undefined && now - goneSince >= CONFIRM_FOREIGN_MS);
    const probe = { peer, at, ppid: entry.ppid, goneSince, confirmed };
    this.probes.set(key, probe);
    if (peer.kind === 'alive') shared.set(key, { identity, ppid: entry.ppid, peer, at: Date.now() });
    else if (peer.kind === 'gone') shared.delete(key);
    return probe;
  }
}

/** The arguments of a young process are read anew each time. */
function sameArgs(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  return a === b || (a?.length === b?.length && (a?.every((word, at) => word === b?.[at]) ?? false));
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function identitiesOf(snapshot: Snapshot, pids: readonly number[]): ProcessIdentity[] {
  return pids.flatMap((pid) => {
    const entry = snapshot.processes.get(pid);
    return entry ? [identityOf(snapshot, entry)] : [];
  });
}

/** Whether neither its parent nor any of those that held its stdin has gone since. */
function isUpToDate({ ppid, peer }: Pick<Probe, 'ppid' | 'peer'>, snapshot: Snapshot, entry: ProcessEntry): boolean {
  return ppid === entry.ppid && holdersOf(peer).every((pid) => snapshot.processes.get(pid)?.zombie === false);
}

function heldServerOf(
  snapshot: Snapshot,
  { entry, members }: Pick<Described, 'entry' | 'members'>,
  peer: StdinPeer,
): HeldServer {
  const pids = new Set(members.map((member) => member.entry.pid));
  return { pids, endable: runsUnderOtherUser(snapshot, entry) ? new Set() : pids, peers: [peer] };
}

/** Whether one of them may be a client, or runs for one. Of those who are not seen nobody knows. */
function isClientAmong(snapshot: Snapshot, pids: readonly number[], recogniser: Recogniser): boolean {
  const titleOf = (one: ProcessEntry) => recogniser.clientOf(one) ?? (isEditorProcess(one) ? one.name : undefined);
  return (
    pids.length === 0 ||
    pids.some((pid) => {
      const entry = snapshot.processes.get(pid);
      return !entry || titleOf(entry) !== undefined || clientAbove(snapshot, entry, titleOf).kind === 'client';
    })
  );
}
