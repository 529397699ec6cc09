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
interface Described
  extends Pick<
    ForeignServer,
    'record' | 'named' | 'members' | 'above' | 'launcher' | 'idleSince' | 'folder' | 'terminal' | 'dependsOn'
  > {
  readonly entry: ProcessEntry;
  /** Undefined where a live client above makes the question irrelevant. */
  readonly probe: Probe | undefined;
}

interface Probe {
  readonly peer: StdinPeer;
  readonly at: number;
  readonly ppid: number;
  readonly goneSince: number | undefined;
  /** Whether it holds for a while: "gone", which may end a server, and "unknown" on a busy machine need two scans. */
  readonly confirmed: boolean;
}

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

/** Finds foreign MCP servers, and what can be proven about them. */
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

  /** Finds foreign servers in a scan. Probes only those without a live client. */
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
      // Awaited below, with all other descriptions.
      description.catch(() => {});
      described.push(description);
    }
    const found = await this.compare(snapshot, await Promise.all(described), recogniser, shared, startedAt);
    const after = [...shared.values()];
    const isChanged = after.length !== before.length || after.some((probe) => !before.includes(probe));
    if (folder && isChanged) writeSharedProbes(folder, platform.scope, after);
    return found;
  }

  /** A session for a foreign server, which has none: it only gives its members their scope. */
  sessionOf(record: ServerRecord): SessionFile {
    // No such session exists; rows of foreign servers have keys of their records.
    const id: string = record.id;
    const whose = { id, home: '', owner: this.parts.self, editor: '' };
    return newSession({ ...whose, startedAt: 0, automatic: 'off', neverReap: [], records: [record] });
  }

  /** The present state of a record: its container may have been noted since. */
  current(record: ServerRecord): ServerRecord {
    return [...this.records.values()].find(({ id }) => id === record.id) ?? record;
  }

  /** Records which container a living server's client runs. */
  noteContainer(record: ServerRecord, container: ContainerRun): void {
    for (const [key, known] of this.records) if (known.id === record.id) this.records.set(key, { ...known, container });
  }

  /** For the kill policy: whether a known client runs above a process; undefined where there is no recogniser (any more). */
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
      // The first scan compares every process with every entry.
      await yieldIfBusy();
      if (entry.zombie || !entry.args || entry.uid !== uid || taken.has(entry.pid) || entry.pid === this.parts.self.pid)
        continue;
      const known = this.recognised.get(entry.pid);
      // A recognised process stays recognised: the folder behind a placeholder may be gone with its client.
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

  /** Folders that known clients run in. The root and the home are no projects. */
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
    // Cached here, because hundreds of rows are made at once.
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
   * Finds the orphans among the servers without a client: no outside process holds their stdin or is connected to them.
   * Examines holders and users of each probable orphan again.
   * @param startedAt when this scan began, ms by the clock
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
        // There may be hundreds at the same time.
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

  /** For how many ms all scans have found that only orphans hold its stdin. */
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

  /** Drops all findings so far: a person wants to see the present state. */
  forget(): void {
    this.probes.clear();
    this.heldSince.clear();
    this.forgottenAt = Date.now();
  }

  /**
   * @param shared the findings of all windows; a new probe is added
   * @param isFresh whether to ignore earlier findings
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
    // Only "alive" is shared: "gone" needs a second scan of this window, and another window's "unknown" may be known here.
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
    // A probe may take seconds, but counts as one scan.
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

/** The arguments of a young process are read each time, into another array. */
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

/** Whether its parent and all holders of its stdin are still there. */
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

/** Whether one of them may be a client, or runs below one. Invisible processes may be clients. */
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
