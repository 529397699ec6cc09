import { knownClientOf } from '../clients/knownClients';
import { FOREIGN_LOOKS_APART_MS } from '../judgement/columns';
import { findAlive, membersOf } from '../judgement/members';
import type { ProcessIdentity } from '../os/identity';
import { JoinedRuns } from '../os/joinedRuns';
import type { Platform, Snapshot } from '../os/platform';
import type { DataFolder } from '../registry/dataFolder';
import { type HistoryEntry, readHistory } from '../registry/history';
import type { AutomaticReap } from '../registry/schema';
import type { GuardState } from './armedGuard';
import type { ConfiguredRun } from './configuredRun';
import { type Containers, isLabelled } from './containers';
import { ContainerWatch } from './containerWatch';
import { LadderQueue, type ReapOptions } from './ladderQueue';
import type { Log } from './log';
import type { GuardView, Picture, Problem, ReapResult, ServerView } from './model';
import type { OtherServer, OtherServers } from './others';
import type { OwnSession } from './ownSession';
import { foreignKey, type KeptReasons, recordKey, rowsOfOthers, rowsOfSession } from './picture';
import type { Reaper } from './reaper';
import { logResult } from './result';
import { censusOf, isUnfinished, type JudgedSession, joinCensus, type Survey, survey } from './sweep';

export interface SweeperParts {
  readonly platform: Platform;
  readonly folder: DataFolder;
  readonly self: ProcessIdentity;
  readonly own: OwnSession;
  readonly reaper: Reaper;
  readonly containers: Containers;
  readonly log: Log;
  readonly settings: () => {
    readonly automatic: AutomaticReap;
    readonly neverReap: readonly string[];
    /** What sweeps do about other clients' proven orphans; `report` unless told. */
    readonly reapOthers?: 'report' | 'ask' | 'auto';
    readonly maxPerSweep?: number;
  };
  /** Rows of this window; the command line has none. */
  readonly rowsOfThisWindow: (snapshot: Snapshot) => readonly ServerView[];
  readonly problems: () => readonly Problem[];
  readonly guard?: () => GuardState;
  /** Absent where other clients are not looked at. */
  readonly others?: OtherServers;
  /** What configurations run in containers. */
  readonly containerRuns?: () => readonly ConfiguredRun[];
}

const NO_GUARD: GuardView = { state: 'off', pid: undefined, memory: undefined, problem: undefined };
/** What the panel tells about the past. */
const HISTORY = { entries: 20, ms: 24 * 3_600_000 };

/** Looks, judges, reaps what may be reaped without asking, and publishes the picture that everything shows. */
export class Sweeper {
  private readonly listeners = new Set<(picture: Picture) => void>();
  private current: Picture = {
    scanned: false,
    sweptAt: 0,
    servers: [],
    problems: [],
    reapOthers: 'report',
    guard: NO_GUARD,
    containersWithoutClient: [],
    history: [],
  };
  private seen: Survey | undefined;
  private kept = new Map<string, KeptReasons>();
  /** Sessions of which somebody could be ended now. */
  private endable: ReadonlySet<string> = new Set();
  private foreign: readonly OtherServer[] = [];
  private history: readonly HistoryEntry[] = [];
  private sweeping: Promise<Picture> | undefined;
  /** Two that look at once would overwrite each other's findings. */
  private readonly looks = new JoinedRuns(() => this.lookOnce());
  private acting: Promise<unknown> = Promise.resolve();
  private isEnding = false;

  private readonly containerWatch: ContainerWatch;

  constructor(private readonly parts: SweeperParts) {
    this.containerWatch = new ContainerWatch(parts);
  }

  get picture(): Picture {
    return this.current;
  }

  onDidChange(listener: (picture: Picture) => void): { dispose(): void } {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  }

  /** From now on nothing is reaped any more: this session is going, and a claim would go with it. */
  end(): void {
    this.isEnding = true;
  }

  /**
   * One pass: snapshot → census → verdicts → (reap) → publish. One at a time; a call during one joins it.
   * @throws what kept it from being done; nothing was signalled then.
   */
  sweep(): Promise<Picture> {
    this.sweeping ??= this.sweepOnce().finally(() => {
      this.sweeping = undefined;
    });
    return this.sweeping;
  }

  private async sweepOnce(): Promise<Picture> {
    const seen = await this.look();
    this.publish();
    await this.findOthers(seen);
    const due: JudgedSession[] = [];
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
      await this.act(async () => {
        if (!this.isEnding) await this.reap(due);
      });
      await this.look();
      this.publish();
    }
    const { reapOthers = 'report', maxPerSweep = 0 } = this.parts.settings();
    if (reapOthers === 'auto' && !this.isEnding) {
      const orphaned = this.foreign.filter(({ isOrphaned }) => isOrphaned).slice(0, maxPerSweep);
      await this.act(() => this.reapForeign(orphaned));
    }
    return this.current;
  }

  /** One reap at a time: two that hold the same session's file would each write down what only the other has left. */
  private act<T>(reap: () => Promise<T>): Promise<T> {
    const acted = this.acting.then(reap);
    this.acting = acted.catch(() => {});
    return acted;
  }

  /** Finds other clients' servers. A failure leaves none: what is not certain is not shown as orphaned. */
  private async findOthers(seen: Survey): Promise<void> {
    const { others, log } = this.parts;
    if (!others) return;
    try {
      this.foreign = await others.find(seen);
    } catch (error) {
      this.foreign = [];
      log.warn(`Other clients' servers could not be looked at: ${(error as Error).message}`);
    }
    this.publish();
  }

  private async reapForeign(chosen: readonly OtherServer[], queue?: LadderQueue): Promise<ReapResult[]> {
    const { others, reaper, log } = this.parts;
    if (!others || chosen.length === 0) return [];
    const reaped = await Promise.all(chosen.map(({ record }) => reaper.reapForeign(record, others, queue)));
    const results = reaped.filter((result) => result !== undefined);
    for (const result of results) logResult(log, result);
    await this.findOthers(await this.look());
    return results;
  }

  /**
   * Reaps every session that is provably dead, or only the rows named. Other clients' servers only when named.
   */
  reapOrphans(options: ReapOptions = {}): Promise<ReapResult[]> {
    return this.act(() => this.reapNamed(options));
  }

  private async reapNamed(options: ReapOptions): Promise<ReapResult[]> {
    const seen = await this.look();
    const only = options.only && new Set(options.only);
    const isMeant = (sessionId: string, recordId: string) => !only || only.has(recordKey(sessionId, recordId));
    const due = seen.sessions.filter(
      (judged) => this.isReapable(judged) && judged.records.some(({ record }) => isMeant(judged.session.id, record.id)),
    );
    const { others, reaper } = this.parts;
    const foreign = only ? this.foreign.filter(({ record }) => only.has(foreignKey(record.id))) : [];
    if (options.dryRun) {
      const previews = (await Promise.all(due.map((judged) => reaper.preview(seen, judged)))).flat();
      const ofOthers = others
        ? await Promise.all(foreign.map(({ record }) => reaper.previewForeign(record, others)))
        : [];
      return [...previews.filter((result) => isMeant(result.sessionId, result.recordId)), ...ofOthers];
    }
    const meant = due.flatMap(({ session, records }) => records.filter(({ record }) => isMeant(session.id, record.id)));
    const queue = new LadderQueue(options, meant.length + foreign.length);
    const [own, ofOthers] = await Promise.all([this.reap(due, only, queue), this.reapForeign(foreign, queue)]);
    await this.look();
    this.publish();
    return [...own, ...ofOthers].filter(({ processes, containers }) => processes.length + containers.length > 0);
  }

  /**
   * Looks at everything without reaping anything, at other clients' servers twice and so far apart that what is
   * orphaned is proven. @throws when the process table or the data folder cannot be read.
   */
  async lookTwice(): Promise<Picture> {
    await this.findOthers(await this.look());
    if (this.foreign.some(({ stdin }) => stdin?.kind === 'gone')) {
      await new Promise((resolve) => setTimeout(resolve, FOREIGN_LOOKS_APART_MS + 50));
      await this.findOthers(await this.look());
    }
    // Nobody looks again later: what engines say, of other clients' servers too, must be there now.
    await this.containerWatch.settled();
    if (this.seen) await this.containerWatch.look(this.seen, this.foreign, () => {});
    return this.publish();
  }

  /** Looks anew and publishes; a failure leaves the picture as it was. */
  async lookAgain(): Promise<void> {
    await this.look().catch((error) => this.parts.log.warn(`A look failed: ${(error as Error).message}`));
    this.publish();
  }

  /** Publishes again from what is known; for changes of ours between looks. */
  publish(): Picture {
    const { seen, parts } = this;
    if (!seen) return this.current;
    const others = seen.sessions.filter(({ session }) => session.id !== parts.own.session.id);
    const rows = others.flatMap((judged) =>
      rowsOfSession(
        judged,
        (key) => this.kept.get(key) ?? new Map(),
        (id) => parts.containers.seenOf(id),
        (owner) => {
          const entry = findAlive(seen.snapshot, owner);
          return entry && knownClientOf(entry.args, entry.name)?.title;
        },
      ),
    );
    this.current = {
      scanned: true,
      sweptAt: Date.now(),
      servers: [
        ...rows.filter(({ group }) => group === 'orphaned'),
        ...parts.rowsOfThisWindow(seen.snapshot),
        ...rows.filter(({ group }) => group !== 'orphaned'),
        ...rowsOfOthers(this.foreign, parts.platform, (id) => parts.containers.seenOf(id)),
      ],
      problems: [
        ...parts.problems(),
        ...seen.problems.map((message) => ({ file: undefined, line: undefined, column: undefined, message })),
      ],
      reapOthers: parts.settings().reapOthers ?? 'report',
      guard: this.guardView(seen.snapshot),
      containersWithoutClient: this.containerWatch.withoutClient,
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

  private guardView(snapshot: Snapshot): GuardView {
    const guard = this.parts.guard?.();
    if (!guard) return NO_GUARD;
    const memory = guard.pid === undefined ? undefined : snapshot.processes.get(guard.pid)?.memory;
    return { state: guard.kind, pid: guard.pid, memory, problem: guard.problem };
  }

  private async reap(
    due: readonly JudgedSession[],
    only?: ReadonlySet<string>,
    queue?: LadderQueue,
  ): Promise<ReapResult[]> {
    const { reaper } = this.parts;
    const results = (await Promise.all(due.map((judged) => reaper.reap(judged, only, undefined, queue)))).flat();
    for (const result of results) logResult(this.parts.log, result);
    return results;
  }

  private isReapable({ session, verdict, claimedBy, records }: JudgedSession): boolean {
    return (
      verdict.kind === 'dead' &&
      session.id !== this.parts.own.session.id &&
      (!claimedBy || claimedBy.pid === this.parts.self.pid) &&
      records.some(isUnfinished)
    );
  }

  private look(): Promise<Survey> {
    return this.looks.ask();
  }

  private async lookOnce(): Promise<Survey> {
    const { platform, folder, own, settings, reaper, log } = this.parts;
    const before = new Map(own.session.records.map((record) => [record.id, record]));
    const seen = await survey(platform, folder, own.session.id, settings());
    for (const problem of seen.problems) log.warn(problem);
    for (const record of own.session.records) {
      const then = before.get(record.id);
      // Adopted while the snapshot was taken, which may not show it.
      if (!then) continue;
      const members = membersOf(seen.snapshot, own.session, record);
      // Whoever was added meanwhile may be missing in the snapshot, too.
      const added = record.census.filter((one) => !then.census.includes(one));
      if (members.length > 0) own.update(record.id, { census: joinCensus(censusOf(members), added) });
      // Its editor ended it, and nothing is left of it.
      else if (record.kind === 'adopted') own.remove(record.id);
    }
    this.history = readHistory(folder, Date.now() - HISTORY.ms, HISTORY.entries);
    const kept = new Map<string, KeptReasons>();
    const endable = new Set<string>();
    for (const judged of seen.sessions.filter((one) => this.isReapable(one))) {
      for (const [recordId, ruled] of await reaper.plan(seen, judged)) {
        if (ruled.some(({ ruling }) => 'permit' in ruling)) endable.add(judged.session.id);
        const reasons = ruled.flatMap(({ member, ruling }): [number, string][] =>
          'kept' in ruling ? [[member.entry.pid, ruling.kept]] : [],
        );
        kept.set(recordKey(judged.session.id, recordId), new Map(reasons));
      }
    }
    this.kept = kept;
    this.endable = endable;
    this.seen = seen;
    // Not awaited: an engine that hangs must not hold up a sweep.
    void this.containerWatch.look(seen, this.foreign, () => this.publish());
    return seen;
  }
}
