import { knownClientOf } from '../clients/knownClients';
import { JoinedRuns } from '../common/async';
import { nextTick } from '../common/eventLoop';
import type { Log } from '../common/log';
import type { ConfiguredRun } from '../containers/configuredContainer';
import { runsUnlabelled } from '../containers/engineClients';
import type { RecordedContainers } from '../containers/recordedContainers';
import { CONFIRM_FOREIGN_MS } from '../judgement/kindRules';
import { findAlive, membersOf } from '../judgement/members';
import type { GuardState } from '../launch/guardProcess';
import {
  type GuardView,
  type Inventory,
  MAX_HISTORY,
  type Problem,
  type ReapPreview,
  type ReapResult,
  type ServerView,
} from '../model/inventory';
import { foreignKey, recordKey } from '../model/keys';
import type { Refusal } from '../model/refusal';
import type { Snapshot } from '../os/platform';
import type { Users } from '../os/users';
import type { Reaper } from '../reaping/reaper';
import { LadderQueue, type ReapOptions } from '../reaping/reapQueue';
import { hasContent, logResult } from '../reaping/results';
import { wholeSets } from '../reaping/wholeSets';
import { type HistoryEntry, readHistory } from '../registry/history';
import type { AutomaticReap, ServerRecord } from '../registry/schema';
import { isLabelled } from '../registry/schema';
import { ContainerScan } from '../scan/containerScan';
import type { ForeignServer, ForeignServers } from '../scan/foreignServers';
import { censusOf, isUnfinished, joinCensus, type Scan, type ScannedSession, scanMachine } from '../scan/scan';
import { type Findings, ScanSharing, type ScanSharingParts } from '../scan/scanSharing';
import { EndingRows } from './endingRows';
import { foreignRows, rowsOfSession, type SparedReasons } from './rows';
import { withEnding, withFormerVerdicts, withoutRecorded } from './shownRows';

export interface SweeperParts extends ScanSharingParts {
  readonly reaper: Reaper;
  readonly containers: RecordedContainers;
  readonly log: Log;
  readonly settings: () => {
    readonly automatic: AutomaticReap;
    readonly neverReap: readonly string[];
    /** What sweeps do about other clients' proven orphans; `report` unless told. */
    readonly reapForeign?: 'report' | 'ask' | 'auto';
    readonly maxPerSweep?: number;
  };
  /** Rows of this window; the command line has none. */
  readonly rowsOfThisWindow: (snapshot: Snapshot) => readonly ServerView[];
  readonly problems: () => readonly Problem[];
  readonly guard?: () => GuardState;
  /** Absent where other clients are not looked at. */
  readonly foreignServers?: ForeignServers;
  /** What configurations run in containers. */
  readonly containerRuns?: () => readonly ConfiguredRun[];
}

const NO_GUARD: GuardView = { state: 'off', pid: undefined, memory: undefined, problem: undefined };
/** What the panel tells about the past. */
const HISTORY = { entries: MAX_HISTORY, ms: 24 * 3_600_000 };

/** A second look comes a little later than it has to; where findings change from look to look, later and later. */
const CONFIRM_AFTER_MS = CONFIRM_FOREIGN_MS + 50;
const MAX_CONFIRM_DOUBLINGS = 5;

/** Looks, judges, reaps what may be reaped without asking, and publishes the picture that everything shows. */
export class Sweeper {
  private readonly listeners = new Set<(inventory: Inventory) => void>();
  private current: Inventory = {
    scanned: false,
    sweptAt: 0,
    servers: [],
    problems: [],
    reapForeign: 'report',
    guard: NO_GUARD,
    containersWithoutClient: [],
    history: [],
  };
  private seen: Scan | undefined;
  /** What this window's own rows are made of: the last survey's, or a look at its own processes only. */
  private snapshot: Snapshot | undefined;
  /** What another window has found, until this one looks at that itself. */
  private reused: Partial<Findings> = {};
  /** What was published last, this window's own aside. */
  private shown: Findings = { sessions: [], foreign: [], problems: [] };
  private spared = new Map<string, SparedReasons>();
  /** Who is connected to dead sessions' servers that are kept for it, by the keys of their rows. */
  private usedBy: ReadonlyMap<string, Users> = new Map();
  /** Sessions of which somebody could be ended now. */
  private endable: ReadonlySet<string> = new Set();
  private foreign: readonly ForeignServer[] = [];
  /** When the look was made that other clients' servers were last found in; epoch ms. */
  private foreignSeenAt = 0;
  private history: readonly HistoryEntry[] = [];
  private sweeping: Promise<Inventory> | undefined;
  private scanning: Promise<Inventory> | undefined;
  /** Two that look at once would overwrite each other's findings. */
  private readonly looks = new JoinedRuns(() => this.lookOnce());
  private readonly finds = new JoinedRuns(() => this.findForeignOnce());
  private confirming: NodeJS.Timeout | undefined;
  private confirmations = 0;
  private readonly ending = new EndingRows(() => this.publish());
  private acting: Promise<unknown> = Promise.resolve();
  private isActing = false;
  private isEnding = false;
  private takingOver: Promise<Inventory | undefined> | undefined;
  /** Whether other clients' servers could not be looked at. */
  private hasFailed = false;

  private readonly containerScan: ContainerScan;
  private readonly scanSharing: ScanSharing;

  constructor(private readonly parts: SweeperParts) {
    this.scanSharing = new ScanSharing(parts);
    this.containerScan = new ContainerScan(parts);
  }

  get inventory(): Inventory {
    return this.current;
  }

  onDidChange(listener: (inventory: Inventory) => void): { dispose(): void } {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  }

  /** From now on nothing is reaped any more: this session is going, and a claim would go with it. */
  end(): void {
    this.isEnding = true;
    clearTimeout(this.confirming);
    this.scanSharing.forget();
  }

  /**
   * One pass: snapshot → census → verdicts → (reap) → publish. One at a time; a call during one joins it.
   * @throws what kept it from being done; nothing was signalled then.
   */
  sweep(): Promise<Inventory> {
    this.sweeping ??= this.sweepOnce().finally(() => {
      this.sweeping = undefined;
    });
    return this.sweeping;
  }

  /**
   * A sweep that a person asks for: it trusts no earlier finding about other clients' servers, and takes the second look
   * that a proof needs. Until that is done, every row keeps its verdict.
   */
  scanAfresh(): Promise<Inventory> {
    this.scanning ??= this.scanAfreshOnce().finally(() => {
      this.scanning = undefined;
    });
    return this.scanning;
  }

  private async scanAfreshOnce(): Promise<Inventory> {
    // One that is under way may have looked at somebody already.
    while (this.sweeping) await this.sweeping.catch(() => {});
    this.parts.foreignServers?.forget();
    this.sweeping = this.sweepOnce(true).finally(() => {
      this.sweeping = undefined;
    });
    return this.sweeping;
  }

  /**
   * A sweep in its turn. Where another window of the same manner has just made one, this one takes over what that has
   * found, and looks at its own processes only. Whoever is to be signalled is looked at anew all the same.
   * @param youngerThan ms that the other's sweep may be old
   */
  sweepInTurn(youngerThan: number): Promise<Inventory> {
    if (this.sweeping) return this.sweeping;
    this.takingOver ??= this.reuse(youngerThan)
      .catch((error: Error) => {
        this.parts.log.warn(`Another window's sweep could not be taken over: ${error.message}`);
        return undefined;
      })
      .finally(() => {
        this.takingOver = undefined;
      });
    return this.takingOver.then((inventory) => inventory ?? this.sweep());
  }

  private async reuse(youngerThan: number): Promise<Inventory | undefined> {
    const { own, folder } = this.parts;
    const { seen } = this;
    if (!seen || this.isActing || this.containerScan.withoutClient.length > 0) return undefined;
    const before = new Map(own.session.records.map((record) => [record.id, record]));
    const found = await this.scanSharing.reuse(youngerThan, this.foreignSeenAt);
    if (!found) return undefined;
    // Looked itself in the meantime, which is newer.
    if (this.seen !== seen || this.isActing) return this.current;
    // Whether an adopted one has ended, only a look at everything can tell.
    if (this.keepCensus(found.snapshot, before).some(({ kind }) => kind === 'adopted')) return undefined;
    this.history = readHistory(folder, Date.now() - HISTORY.ms, HISTORY.entries);
    this.reused = found.findings;
    this.snapshot = found.snapshot;
    return this.publish();
  }

  /** What was published a moment ago, for the other windows; never what a second look is still to prove. */
  private async share(): Promise<void> {
    // Who waits for the event loop shall have his turn in between.
    await nextTick();
    const { seen, shown, reused, foreign } = this;
    const { own, log } = this.parts;
    if (!seen || this.isEnding || reused.foreign || this.hasFailed) return;
    if (!this.isProven || foreign.some(({ members }) => runsUnlabelled(members))) return;
    // What this window could not look at, because of its PATH perhaps, another may prove.
    if (foreign.some(({ stdin }) => stdin?.kind === 'unknown' && stdin.failure)) return;
    if (this.containerScan.withoutClient.length > 0) return;
    const ours = this.sessionRows(seen.sessions.filter(({ session }) => session.id === own.session.id));
    const records = [...own.session.records, ...seen.sessions.flatMap(({ session }) => session.records)];
    try {
      this.scanSharing.share({ ...shown, sessions: [...shown.sessions, ...ours] }, records, seen.snapshot.takenAt);
    } catch (error) {
      log.warn(`This sweep could not be shared: ${(error as Error).message}`);
    }
  }

  /** @param isConfirming whether it waits for the second look that a finding may take; else that comes later */
  private async sweepOnce(isConfirming = false): Promise<Inventory> {
    let seen = await this.look();
    this.publish();
    await this.findOthers();
    if (isConfirming && !this.isProven) {
      seen = await this.lookLater();
      await this.findOthers();
    }
    const due: ScannedSession[] = [];
    for (const judged of seen.sessions) {
      if (!this.isReapable(judged) || judged.session.automatic !== 'on') continue;
      // Where everything would be kept there is nothing to claim; it is shown with its reasons.
      if (
        this.endable.has(judged.session.id) ||
        judged.records.some(({ record, members }) => isLabelled(record) && members.length === 0)
      ) {
        due.push(judged);
      }
    }
    if (due.length > 0) {
      await this.ending.during(keysOf(due), async () => {
        await this.act(async () => {
          if (!this.isEnding) await this.reap(due, false);
        });
        await this.look();
      });
    }
    if (this.mayReapOthers()) await this.act(() => this.reapForeignUnasked());
    await this.share();
    return this.current;
  }

  /** One reap at a time: two that hold the same session's file would each write down what only the other has left. */
  private act<T>(reap: () => Promise<T>): Promise<T> {
    const acted = this.acting.then(async () => {
      this.isActing = true;
      try {
        return await reap();
      } finally {
        this.isActing = false;
      }
    });
    this.acting = acted.catch(() => {});
    return acted;
  }

  /** Finds, in the last look at everything, and shows other clients' servers. */
  private async findOthers(): Promise<void> {
    await this.finds.ask();
    this.reused = { ...this.reused, foreign: undefined };
    this.publish();
    this.confirmLater();
  }

  /** Whether what was found of other clients' servers stands, or takes a second look. */
  private get isProven(): boolean {
    return this.foreign.every(({ isProven }) => isProven);
  }

  /** A second look, in the background: nobody has to wait an interval to learn that a client is gone. */
  private confirmLater(): void {
    clearTimeout(this.confirming);
    if (this.isProven) this.confirmations = 0;
    if (this.isProven || this.isEnding) return;
    const delay = CONFIRM_AFTER_MS * 2 ** Math.min(this.confirmations, MAX_CONFIRM_DOUBLINGS);
    this.confirming = setTimeout(() => void this.confirm(), delay).unref();
  }

  private async confirm(): Promise<void> {
    this.confirmations++;
    try {
      await this.look();
      await this.findOthers();
    } catch (error) {
      this.parts.log.warn(`A second look failed: ${(error as Error).message}`);
      this.confirmLater();
    }
  }

  /** A failure leaves none: what is not certain is not shown as orphaned. */
  private async findForeignOnce(): Promise<void> {
    const { foreignServers, log } = this.parts;
    const { seen } = this;
    if (!foreignServers || !seen) return;
    this.foreignSeenAt = seen.snapshot.takenAt;
    try {
      this.hasFailed = false;
      this.foreign = await foreignServers.find(seen);
    } catch (error) {
      this.foreign = [];
      this.hasFailed = true;
      log.warn(`Other clients' servers could not be looked at: ${(error as Error).message}`);
    }
  }

  /** Looks that confirm what is found take seconds; meanwhile the user may have said otherwise. */
  private mayReapOthers(): boolean {
    return this.parts.settings().reapForeign === 'auto' && !this.isEnding;
  }

  /** Reaps other clients' orphans without being asked, so many of them as the setting allows. */
  private async reapForeignUnasked(): Promise<void> {
    const { maxPerSweep = 0 } = this.parts.settings();
    const endable = await this.endableOthers(maxPerSweep);
    const queue = new LadderQueue({ mayBegin: () => this.mayReapOthers() });
    await this.reapForeign(endable.slice(0, maxPerSweep), false, queue);
  }

  /** Where there are more than may be reaped, those that are kept anyway must not stand before the others for ever. */
  private async endableOthers(limit: number): Promise<readonly ForeignServer[]> {
    const { foreignServers, reaper } = this.parts;
    const orphaned = this.foreign.filter(({ isOrphaned }) => isOrphaned);
    if (!foreignServers || limit === 0 || orphaned.length <= limit) return orphaned;
    const set = reaper.foreignSet(recordsOf(orphaned), foreignServers);
    const previews = await Promise.all(
      orphaned.map(({ record }) => reaper.previewForeign(record, foreignServers, set)),
    );
    const endable = orphaned.filter((_, index) =>
      previews[index]?.processes.some(({ spared }) => spared === undefined),
    );
    const keyed = endable.map((server) => ({ server, key: server.record.id, heldWith: server.heldWith }));
    return wholeSets(keyed, limit).map(({ server }) => server);
  }

  private async reapForeign(
    chosen: readonly ForeignServer[],
    isAsked: boolean,
    queue?: LadderQueue,
  ): Promise<ReapResult[]> {
    const { foreignServers, reaper, log } = this.parts;
    if (!foreignServers || chosen.length === 0) return [];
    const keys = chosen.map(({ record }) => foreignKey(record));
    const set = reaper.foreignSet(recordsOf(chosen), foreignServers);
    return this.ending.during(keys, async () => {
      const reaped = await Promise.all(
        chosen.map(({ record }) => reaper.reapForeign(record, foreignServers, set, queue, isAsked)),
      );
      const results = reaped.filter((result) => result !== undefined);
      for (const result of results) logResult(log, result);
      await this.look();
      await this.findOthers();
      return results;
    });
  }

  /**
   * Reaps every session that is provably dead, or only the rows named. Other clients' servers only when named.
   */
  reapOrphans(options: ReapOptions = {}): Promise<ReapResult[]> {
    // Also while another reap has its turn first.
    return this.ending.during(options.only ?? [], () => this.act(() => this.reapNamed(options)));
  }

  /** What {@link reapOrphans} would do with the same rows; signals nothing. */
  previewOrphans(only?: readonly string[]): Promise<ReapPreview[]> {
    return this.act(async () => {
      const { foreignServers, reaper } = this.parts;
      const { seen, due, foreign, isMeant } = await this.lookFor(only);
      const previews = (await Promise.all(due.map((judged) => reaper.preview(seen, judged)))).flat();
      const set = foreignServers && reaper.foreignSet(recordsOf(foreign), foreignServers);
      const ofOthers = foreignServers
        ? await Promise.all(foreign.map(({ record }) => reaper.previewForeign(record, foreignServers, set)))
        : [];
      const ofSessions = previews.filter(({ of }) => of.kind === 'session' && isMeant(of.session, of.record));
      return [...ofSessions, ...ofOthers];
    });
  }

  /** What of the rows named, or of all that is ours, may be reaped by what a fresh look says. */
  private async lookFor(named: readonly string[] | undefined) {
    const seen = await this.look();
    const only = named && new Set(named);
    const isMeant = (sessionId: string, recordId: string) => !only || only.has(recordKey(sessionId, recordId));
    const due = seen.sessions.filter(
      (judged) => this.isReapable(judged) && judged.records.some(({ record }) => isMeant(judged.session.id, record.id)),
    );
    // Another window has found them, and this one has no findings of its own yet.
    if (this.reused.foreign?.some(({ key }) => only?.has(key))) await this.finds.ask();
    const foreign = only ? this.foreign.filter(({ record }) => only.has(foreignKey(record))) : [];
    return { seen, only, due, foreign, isMeant };
  }

  private async reapNamed(options: ReapOptions): Promise<ReapResult[]> {
    const { only, due, foreign, isMeant } = await this.lookFor(options.only);
    const meant = due.flatMap(({ session, records }) => records.filter(({ record }) => isMeant(session.id, record.id)));
    const queue = new LadderQueue(options, meant.length + foreign.length);
    const keys = only ? [] : keysOf(due);
    const [own, ofOthers] = await this.ending.during(keys, async () => {
      const reaped = await Promise.all([this.reap(due, true, only, queue), this.reapForeign(foreign, true, queue)]);
      this.scanSharing.forget();
      if (foreign.length === 0)
        this.reused = { ...this.reused, foreign: this.reused.foreign?.filter(({ key }) => !only?.has(key)) };
      await this.look();
      return reaped;
    });
    this.publish();
    return [...own, ...ofOthers].filter(hasContent);
  }

  /**
   * Looks at everything without reaping anything, at other clients' servers twice and so far apart that what is
   * orphaned is proven. @throws when the process table or the data folder cannot be read.
   */
  async lookTwice(): Promise<Inventory> {
    await this.look();
    await this.findOthers();
    if (this.foreign.some(({ stdin, heldBy }) => stdin?.kind === 'gone' || heldBy === 'orphans')) {
      await this.lookLater();
      await this.findOthers();
    }
    // Nobody looks again later: what engines say, of other clients' servers too, must be there now.
    await this.containerScan.settled();
    if (this.seen) await this.containerScan.scan(this.seen, this.foreign, () => {});
    return this.publish();
  }

  /** As {@link lookAgain}, at other clients' servers, too: somebody was ended, or a client of theirs has. */
  async lookAfterEnd(): Promise<void> {
    this.scanSharing.forget();
    this.confirmations = 0;
    try {
      await this.look();
      await this.findOthers();
    } catch (error) {
      this.parts.log.warn(`A look failed: ${(error as Error).message}`);
      this.publish();
    }
  }

  /** Looks anew and publishes; a failure leaves the picture as it was. */
  async lookAgain(): Promise<void> {
    await this.look().catch((error) => this.parts.log.warn(`A look failed: ${(error as Error).message}`));
    this.publish();
  }

  /** Publishes again from what is known; for changes of ours between looks. */
  publish(): Inventory {
    const { seen, snapshot, reused, parts } = this;
    if (!seen || !snapshot) return this.current;
    const rows =
      reused.sessions ?? this.sessionRows(seen.sessions.filter(({ session }) => session.id !== parts.own.session.id));
    const ofThisWindow = parts.rowsOfThisWindow(snapshot);
    const found = reused.foreign ?? withFormerVerdicts(this.foreignRows(), this.shown.foreign);
    const foreignServers = withoutRecorded(found, [...ofThisWindow, ...rows]);
    const problems = reused.problems ?? seen.problems;
    this.shown = { sessions: rows, foreign: foreignServers, problems };
    const [ofSessions, ofOthers] = [withEnding(rows, this.ending), withEnding(foreignServers, this.ending)];
    this.current = {
      scanned: true,
      sweptAt: Date.now(),
      servers: [
        ...ofSessions.filter(({ group }) => group === 'orphaned'),
        ...ofThisWindow,
        ...ofSessions.filter(({ group }) => group !== 'orphaned'),
        ...ofOthers,
      ],
      problems: [
        ...parts.problems(),
        ...problems.map((message) => ({ file: undefined, line: undefined, column: undefined, message })),
      ],
      reapForeign: parts.settings().reapForeign ?? 'report',
      guard: this.guardView(snapshot),
      containersWithoutClient: this.containerScan.withoutClient,
      history: this.history,
    };
    for (const listener of this.listeners) {
      try {
        listener(this.current);
      } catch (error) {
        parts.log.error(`A listener failed: ${(error as Error).message}`);
      }
    }
    return this.current;
  }

  private sessionRows(sessions: readonly ScannedSession[]): ServerView[] {
    const { containers } = this.parts;
    return sessions.flatMap((judged) =>
      rowsOfSession(
        judged,
        (key) => this.spared.get(key) ?? new Map(),
        (id) => containers.seenOf(id),
        (owner) => {
          const entry = this.seen && findAlive(this.seen.snapshot, owner);
          return entry && knownClientOf(entry.args, entry.name)?.title;
        },
        (key) => this.usedBy.get(key),
      ),
    );
  }

  private foreignRows(): ServerView[] {
    return foreignRows(this.foreign, (id) => this.parts.containers.seenOf(id));
  }

  private guardView(snapshot: Snapshot): GuardView {
    const guard = this.parts.guard?.();
    if (!guard) return NO_GUARD;
    const memory = guard.pid === undefined ? undefined : snapshot.processes.get(guard.pid)?.memory;
    return { state: guard.kind, pid: guard.pid, memory, problem: guard.problem };
  }

  private async reap(
    due: readonly ScannedSession[],
    isAsked: boolean,
    only?: ReadonlySet<string>,
    queue?: LadderQueue,
  ): Promise<ReapResult[]> {
    const { reaper } = this.parts;
    const reaps = due.map((judged) => reaper.reap(judged, only, undefined, queue, isAsked));
    const results = (await Promise.all(reaps)).flat();
    for (const result of results) logResult(this.parts.log, result);
    return results;
  }

  private isReapable({ session, verdict, claimedBy, records }: ScannedSession): boolean {
    return (
      verdict.kind === 'dead' &&
      session.id !== this.parts.own.session.id &&
      (!claimedBy || claimedBy.pid === this.parts.self.pid) &&
      records.some(isUnfinished)
    );
  }

  private look(): Promise<Scan> {
    return this.looks.ask();
  }

  /** A second look, so much later that what both find is proven. */
  private async lookLater(): Promise<Scan> {
    // This is the look that was to come in the background.
    clearTimeout(this.confirming);
    await new Promise((resolve) => setTimeout(resolve, CONFIRM_AFTER_MS));
    try {
      return await this.look();
    } catch (error) {
      this.confirmLater();
      throw error;
    }
  }

  private async lookOnce(): Promise<Scan> {
    const { platform, folder, own, settings, reaper, log } = this.parts;
    const before = new Map(own.session.records.map((record) => [record.id, record]));
    const seen = await scanMachine(platform, folder, own.session.id, settings());
    // Said once for as long as it lasts.
    const said = new Set(this.seen?.problems);
    for (const problem of seen.problems.filter((one) => !said.has(one))) log.warn(problem);
    for (const { id, kind } of this.keepCensus(seen.snapshot, before)) if (kind === 'adopted') own.remove(id);
    this.history = readHistory(folder, Date.now() - HISTORY.ms, HISTORY.entries);
    const spared = new Map<string, SparedReasons>();
    const usedBy = new Map<string, Users>();
    const endable = new Set<string>();
    const reapable = seen.sessions.filter((one) => this.isReapable(one));
    // Together: each `run` is a session, and what they ask the system for at one moment they share.
    const plans = await Promise.all(reapable.map((judged) => reaper.plan(seen, judged)));
    for (const [index, { session }] of reapable.entries()) {
      for (const [recordId, decided] of plans[index] ?? []) {
        if (decided.some(({ decision }) => 'permit' in decision)) endable.add(session.id);
        const reasons = decided.flatMap(({ member, decision }): [number, Refusal][] =>
          'spared' in decision ? [[member.entry.pid, decision.spared]] : [],
        );
        spared.set(recordKey(session.id, recordId), new Map(reasons));
        const use = decided.find((one) => one.use?.kind === 'used')?.use;
        if (use?.kind === 'used' && reasons.length === decided.length)
          usedBy.set(recordKey(session.id, recordId), use.by);
      }
    }
    this.usedBy = usedBy;
    this.spared = spared;
    this.endable = endable;
    this.seen = seen;
    this.snapshot = seen.snapshot;
    this.reused = { foreign: this.reused.foreign };
    // Not awaited: an engine that hangs must not hold up a sweep.
    void this.containerScan.scan(seen, this.foreign, () => this.publish());
    return seen;
  }

  /**
   * Writes down who of this session's servers is there.
   * @param before its records when the look began: those adopted since may be missing in it
   * @returns those of which nothing is there; that their editor ended them, only a look at everything can tell
   */
  private keepCensus(snapshot: Snapshot, before: ReadonlyMap<string, ServerRecord>): ServerRecord[] {
    const { own } = this.parts;
    return own.session.records.filter((record) => {
      const then = before.get(record.id);
      if (!then) return false;
      const members = membersOf(snapshot, own.session, record);
      // Whoever was added meanwhile may be missing in the snapshot, too.
      const added = record.census.filter((one) => !then.census.includes(one));
      if (members.length > 0) own.update(record.id, { census: joinCensus(censusOf(members), added) });
      return members.length === 0;
    });
  }
}

/** Keys of the rows of whole sessions. */
function keysOf(sessions: readonly ScannedSession[]): string[] {
  return sessions.flatMap(({ session, records }) => records.map(({ record }) => recordKey(session.id, record.id)));
}

function recordsOf(servers: readonly ForeignServer[]): ServerRecord[] {
  return servers.map(({ record }) => record);
}
