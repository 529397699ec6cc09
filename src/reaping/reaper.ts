import * as l10n from '@vscode/l10n';
import { commandLineOf } from '../clients/shownCommandLine';
import { FreshRun } from '../common/async';
import { type Clock, systemClock } from '../common/clock';
import { UserError } from '../common/errors';
import { nextTick } from '../common/eventLoop';
import { CONFIRM_FOREIGN_MS } from '../common/limits';
import { type Log, logOnce, type OnceLog } from '../common/log';
import { isEngineClient, runsUnlabelled } from '../containers/engineClients';
import type { ContainersSeen, RecordedContainers } from '../containers/recordedContainers';
import type { ServerRequester } from '../judgement/facts';
import { findAlive } from '../judgement/members';
import type { Reaped, ReapedProcess, ReapPreview, ReapProblem, ReapResult } from '../model/inventory';
import { recordKey } from '../model/keys';
import { awaitsSecondScan, isStillHeld } from '../model/refusal';
import { identityKey, type ProcessIdentity } from '../os/identity';
import type { Platform, Snapshot } from '../os/platform';
import { reasonOf } from '../os/reason';
import { noteCrash } from '../registry/crashes';
import type { DataFolder } from '../registry/dataFolder';
import type { EndCause, Reapers } from '../registry/history';
import type { RecordId } from '../registry/ids';
import type { LadderProgress, ServerRecord, SessionFile } from '../registry/schema';
import type { SessionMemory } from '../registry/sessionMemory';
import {
  claimLost,
  claimSession,
  type FoundSession,
  releaseClaim,
  removeSession,
  writeClaimed,
} from '../registry/sessionStore';
import type { ForeignServers } from '../scan/foreignServers';
import { liveOwnersOf, type Scan, type ScannedSession, scanMachine } from '../scan/scan';
import { errorText } from '../wording/reasons';
import { problemSentence } from '../wording/results';
import { endContainers } from './endContainers';
import { type DecidedMember, runLadder, type TreeScan } from './ladder';
import { OrphanedSet } from './orphanedSet';
import { ReapQueue } from './reapQueue';
import { describeProcess, type Ending, freedBy, isFinished, isStillThere, joinResults, recordResult } from './results';
import { StdinWatch } from './stdinWatch';
import { type DecisionContext, heldServerIn, scanOf, scanTree, type Tree, treeOf } from './treeScan';

export interface ReaperParts {
  readonly platform: Platform;
  readonly folder: DataFolder;
  readonly self: ProcessIdentity;
  readonly log: Log;
  readonly containers: RecordedContainers;
  readonly clock?: Clock;
  /** Forgets a session of which nothing is left. */
  readonly memory?: Pick<SessionMemory, 'forget'>;
  /** Which part of MCP Processes this is, for the history. */
  readonly by: Reapers;
  /** Patterns of the setting, joined with those of the dead session. */
  readonly neverReap: () => readonly string[];
}

/** Nested wrappers, each of which holds its server's stdin, are ended layer by layer; more layers do not occur. */
const MAX_ROUNDS = 5;

/** Foreign servers that are ended together, by the ids of their records. */
export type ForeignSet = OrphanedSet<string>;

/** Ends server trees: those of dead sessions, after claiming them, and our own on request. */
export class Reaper {
  private readonly clock: Clock;
  private readonly stdinWatch: StdinWatch;
  /** Shared: hundreds of ladders may scan at once. */
  private readonly scans: FreshRun<Scan>;
  private readonly snapshots: FreshRun<Snapshot>;
  /** Logs each session that cannot be claimed once. */
  private readonly unclaimable: OnceLog;

  constructor(private readonly parts: ReaperParts) {
    this.clock = parts.clock ?? systemClock;
    this.unclaimable = logOnce(parts.log, (message) => parts.log.error(message));
    this.stdinWatch = new StdinWatch(this.clock);
    const { platform, folder } = parts;
    this.scans = new FreshRun(() => scanMachine(platform, folder, undefined, { automatic: 'off', neverReap: [] }));
    this.snapshots = new FreshRun(() => platform.snapshot());
  }

  /** Decides what a reap would signal in a dead session, and what it would spare and why. Signals nothing. */
  async plan(seen: Scan, judged: ScannedSession): Promise<Map<string, DecidedMember[]>> {
    const plans = new Map<string, DecidedMember[]>();
    this.stdinWatch.retain((identity) => findAlive(seen.snapshot, identity) !== undefined);
    const context = this.context({ by: 'reaper' }, judged.session, ownersIn(seen));
    // In parallel, so that simultaneous questions to the system share one run.
    const decided = await Promise.all(
      judged.records.map(({ record }) => {
        const scan = scanTree(context, seen.snapshot, judged.session, record);
        return scan.decide(scan.members);
      }),
    );
    for (const [index, { record }] of judged.records.entries()) plans.set(record.id, [...(decided[index] ?? [])]);
    return plans;
  }

  /** The plan, for people. */
  async preview(seen: Scan, judged: ScannedSession): Promise<ReapPreview[]> {
    const plans = await this.plan(seen, judged);
    return judged.records
      .map(({ record }) => ({ record, decided: plans.get(record.id) ?? [] }))
      .filter(({ record, decided }) => decided.length > 0 || record.container)
      .map(({ record, decided }) => preview(record, judged.session, decided, this.parts.containers.seenOf(record.id)));
  }

  /**
   * Reaps a session that was judged dead: claims its file, runs each record's ladder, and removes the finished records.
   * Spared and surviving processes stay recorded, so that they stay visible. Never rejects: a sweep has other sessions.
   * @param requester the session itself, where it ends while its owner lives
   * @param isAsked whether a person asked for it
   * @returns none when another process holds the claim; where the claim or the reap fails, the results say why
   */
  async reap(
    judged: ScannedSession,
    only?: ReadonlySet<string>,
    requester: ServerRequester = { by: 'reaper' },
    queue = new ReapQueue(),
    isAsked = false,
  ): Promise<ReapResult[]> {
    const { log, folder } = this.parts;
    const claimed = this.tryClaim(judged);
    if (claimed && 'reason' in claimed) return unreaped(judged, only, claimed);
    if (!claimed) return [];
    let left = claimed;
    try {
      const written = new Set(claimed.session.records.map(({ id }) => id));
      const lost = judged.session.records.filter(({ id }) => !written.has(id));
      const session = { ...claimed.session, records: [...claimed.session.records, ...lost] };
      const chosen = session.records.filter((record) => !only || only.has(recordKey(session.id, record.id)));
      const ladders = await Promise.all(
        chosen.map((record) => queue.run(() => this.reapRecord(session, record, requester))),
      );
      const reaped = ladders.filter((one) => one !== undefined);
      const begun = new Set(reaped.map(({ record }) => record.id));
      const results = reaped.map(({ result }) => result);
      const cause = isAsked ? 'user' : session.handedOver === undefined ? 'orphaned' : 'close';
      const unfinished = new Map(reaped.filter(({ isDone }) => !isDone).map(({ record }) => [record.id, record]));
      const records = session.records.flatMap((record) =>
        begun.has(record.id) ? (unfinished.get(record.id) ?? []) : record,
      );
      try {
        left = writeClaimed(folder, claimed, { ...session, records });
      } catch (error) {
        // The ladders have run, and their results must be reported.
        log.error(`Session ${session.id} could not be written: ${errorText(error)}`);
      }
      for (const { result, record } of reaped) {
        await nextTick();
        this.remember(result, { cause, commandLine: record.commandLine });
      }
      // Last: a window that finds the crash then finds the history, too.
      if (judged.found && cause === 'orphaned') noteCrash(folder, session);
      return results;
    } catch (error) {
      const problem = { kind: 'failed', session: claimed.session.id, reason: reasonOf(error) } as const;
      log.error(problemSentence(problem));
      return unreaped(judged, only, problem);
    } finally {
      this.letGo(left);
    }
  }

  /**
   * Ends one server of our own session.
   * @param cause with any but `user`, the list of processes that are never reaped applies
   * @param exitOf called when the ladder is done
   * @param onStep called with each step of the ladder and its wait in ms
   * @returns `isDone`: whether certainly nothing of it is left
   * @throws UserError when the server has no record
   */
  async stopOwn(
    session: () => SessionFile,
    recordId: RecordId,
    cause: EndCause,
    exitOf: () => Promise<Pick<Ending, 'exit' | 'lastLine'>>,
    closeStdin: () => void,
    onStep?: (step: LadderProgress['step'], wait: number) => void,
  ): Promise<{ readonly result: ReapResult; readonly isDone: boolean }> {
    const requester: ServerRequester = { by: 'own session', owner: session().owner, unasked: cause !== 'user' };
    const record = session().records.find(({ id }) => id === recordId);
    if (!record) throw new UserError(l10n.t('This server has no record. Scan again.'));
    // Processes of another live session below a server of ours are not ours. The scan runs while stdin is being closed.
    // An unreadable data folder must not prevent a window from ending its own servers.
    const owners = this.scans.ask().then(ownersIn, () => []);
    const ladders = await this.runLadder(record, session(), closeStdin, onStep, async (seen) => {
      const current = session();
      const snapshot = await this.snapshots.ask();
      const now = current.records.find(({ id }) => id === recordId) ?? record;
      return scanTree(this.context(requester, current, await owners), snapshot, current, withSeen(now, seen));
    });
    this.remember(ladders.result, { cause, ...(await exitOf()), commandLine: record.commandLine });
    return ladders;
  }

  /**
   * Reaps a foreign server that the user or a setting chose. Scans it twice, 2 s apart, before the ladder begins: a
   * client may be handing its servers over.
   * @returns undefined when the reap was cancelled before that
   */
  async reapForeign(
    record: ServerRecord,
    foreignServers: ForeignServers,
    set: ForeignSet = this.foreignSet([record], foreignServers),
    queue = new ReapQueue(),
    isAsked = false,
  ): Promise<ReapResult | undefined> {
    const first = await this.scanForeign(record, foreignServers, set);
    await first.decide(first.members);
    await this.clock.sleep(CONFIRM_FOREIGN_MS);
    return queue.run(() => this.endForeign(record, foreignServers, set, isAsked ? 'user' : 'orphaned'));
  }

  /** A set of chosen foreign servers: those that only hold each other's stdin are ended together. */
  foreignSet(records: readonly ServerRecord[], foreignServers: ForeignServers): ForeignSet {
    const byId = new Map(records.map((record) => [record.id, record]));
    return new OrphanedSet([...byId.keys()], async (id) =>
      heldServerIn(await this.foreignTree(byId.get(id) as ServerRecord, foreignServers)),
    );
  }

  private async endForeign(
    record: ServerRecord,
    foreignServers: ForeignServers,
    set: ForeignSet,
    cause: EndCause,
  ): Promise<ReapResult> {
    const runLadder = (one: ServerRecord) =>
      this.runLadder(one, foreignServers.sessionOf(one), undefined, undefined, (seen) =>
        this.scanForeign(withSeen(one, seen), foreignServers, set),
      );
    const startedAt = this.clock.now();
    let { result, record: left } = await runLadder(foreignServers.current(record));
    for (let round = 0; round < MAX_ROUNDS; round++) {
      // A server below a wrapper is topmost now, and one scan of its stdin is not enough to kill it. And a wrapper that
      // was just exiting could not be examined.
      const isPassing = ({ outcome, reason }: ReapedProcess) =>
        awaitsSecondScan(reason) ||
        (round === 0 && outcome === 'survived') ||
        // Another orphan of its set, which held its stdin, was just exiting, too.
        (round === 0 && set.size > 1 && isStillHeld(reason));
      const waiting = result.processes.filter((one) => isStillThere(one) && isPassing(one));
      if (waiting.length === 0) break;
      await this.clock.sleep(CONFIRM_FOREIGN_MS);
      const isTermed = waiting.every(({ outcome }) => outcome === 'survived');
      const later = await runLadder({
        ...left,
        ladder: isTermed ? { step: 'kill', remaining: 0 } : { step: 'term', remaining: record.grace.term },
      });
      left = later.record;
      result = joinResults(result, later.result, new Set(left.census.map(({ pid }) => pid)));
    }
    result = { ...result, milliseconds: Math.round(this.clock.now() - startedAt) };
    await nextTick();
    this.remember(result, { cause, commandLine: record.commandLine });
    return result;
  }

  /** What {@link reapForeign} would do; scans twice, too, and signals nothing. */
  async previewForeign(
    record: ServerRecord,
    foreignServers: ForeignServers,
    set: ForeignSet = this.foreignSet([record], foreignServers),
  ): Promise<ReapPreview> {
    const first = await this.scanForeign(record, foreignServers, set);
    await first.decide(first.members);
    await this.clock.sleep(CONFIRM_FOREIGN_MS);
    const second = await this.scanForeign(record, foreignServers, set);
    const session = foreignServers.sessionOf(record);
    return preview(record, session, await second.decide(second.members), this.parts.containers.seenOf(record.id));
  }

  private async scanForeign(record: ServerRecord, foreignServers: ForeignServers, set: ForeignSet): Promise<TreeScan> {
    return scanOf(await this.foreignTree(record, foreignServers, () => set.companionsOf(record.id)));
  }

  private async foreignTree(
    record: ServerRecord,
    foreignServers: ForeignServers,
    companions?: DecisionContext['companions'],
  ): Promise<Tree> {
    const seen = await this.scans.ask();
    const session = foreignServers.sessionOf(record);
    const context: DecisionContext = {
      ...this.context({ by: 'reaper' }, session, ownersIn(seen)),
      named: true,
      clientAbove: (snapshot, entry) => foreignServers.clientAbove(snapshot, entry),
      ...(companions && { companions }),
    };
    return treeOf(context, seen.snapshot, session, record);
  }

  private async reapRecord(session: SessionFile, record: ServerRecord, requester: ServerRequester): Promise<LadderRun> {
    return this.runLadder(record, session, undefined, undefined, async (seen) => {
      const now = await this.scans.ask();
      return scanTree(this.context(requester, session, ownersIn(now)), now.snapshot, session, withSeen(record, seen));
    });
  }

  private async runLadder(
    record: ServerRecord,
    session: Pick<SessionFile, 'id' | 'home'>,
    closeStdin: (() => void) | undefined,
    onStep: ((step: LadderProgress['step'], wait: number) => void) | undefined,
    scan: (seen: Seen) => Promise<TreeScan>,
  ): Promise<LadderRun> {
    const { platform } = this.parts;
    const startedAt = this.clock.now();
    const seen = new Map<string, ProcessIdentity>();
    let isCertain = false;
    let { container } = record;
    // A launched server's container has our labels; any other is identifiable only while its client lives.
    let isNoted = record.kind === 'launched' || container !== undefined;
    const processes = await runLadder({
      platform,
      clock: this.clock,
      grace: record.grace,
      from: record.ladder,
      closeStdin,
      scan: async () => {
        isCertain = false;
        let found = await scan(seen);
        if (!isNoted && runsUnlabelled(found.members)) {
          const noted = await this.parts.containers.note(platform, record.server, found.members);
          container = typeof noted === 'string' ? undefined : noted;
          found = await scan(seen);
        }
        isNoted = true;
        isCertain = true;
        for (const { identity } of found.members) seen.set(identityKey(identity), identity);
        return found;
      },
      ...(onStep && { onStep }),
    });
    // A spared client spares its container; and after a failed scan a client may be spared.
    const isSpared = !isCertain || processes.some((one) => isStillThere(one) && isEngineClient(one.member.entry));
    const unseen = container && ({ code: 'processes not seen' } as const);
    const ended = isSpared
      ? { containers: [], problem: isCertain ? undefined : unseen }
      : await endContainers(this.parts.containers, { ...record, container }, session, this.clock);
    const result: ReapResult = {
      server: record.server,
      of: reapedOf(record, session),
      processes: processes.map(describeProcess),
      containers: ended.containers,
      containerProblem: ended.problem,
      memoryFreed: freedBy(processes.map(describeProcess)),
      milliseconds: Math.round(this.clock.now() - startedAt),
    };
    const left = processes.filter(isStillThere).map(({ member }) => member.identity);
    const isDone = isCertain && isFinished(result);
    // The progress of this ladder says nothing about the next one, which begins with SIGTERM again.
    const rest = { ...record, ladder: undefined };
    return { result, isDone, record: isCertain ? { ...rest, census: left } : rest };
  }

  private context(
    requester: ServerRequester,
    session: Pick<SessionFile, 'neverReap'>,
    liveOwners: readonly ProcessIdentity[],
  ): DecisionContext {
    const { platform, self, neverReap } = this.parts;
    return {
      platform,
      self,
      requester,
      liveOwners,
      neverReap: [...session.neverReap, ...neverReap()],
      stdinWatch: this.stdinWatch,
    };
  }

  /** Logs each result and writes it into the history: the only place that does so for reaps. */
  private remember(result: ReapResult, ending: Ending): void {
    recordResult(this.parts, this.parts.by, result, ending);
  }

  /** Removes a session of which nothing is left, and releases any other. Never throws: other sessions' ladders still run. */
  private letGo(left: FoundSession): void {
    const { folder, log, memory } = this.parts;
    try {
      if (left.session.records.length === 0) {
        removeSession(left.path);
        memory?.forget(left.session.id);
      } else releaseClaim(folder, left);
    } catch (error) {
      log.error(`The file of session ${left.session.id} stays claimed: ${errorText(error)}`);
    }
  }

  /** @returns undefined when another process holds the claim; the problem when the session cannot be claimed */
  private tryClaim({ session, found }: ScannedSession): FoundSession | undefined | ReapProblem {
    const { folder, self } = this.parts;
    try {
      return found ? claimSession(folder, found, self) : claimLost(folder, session, self);
    } catch (error) {
      const problem: ReapProblem = {
        ...{ kind: 'unclaimable' as const, session: session.id },
        // Not the message: it names another file at each try, and would be logged each time.
        ...{ folder: folder.sessions, reason: reasonOf(error) },
      };
      // Once, not in every sweep.
      this.unclaimable.warn(problemSentence(problem), session.id);
      return problem;
    }
  }
}

function ownersIn({ snapshot, sessions }: Scan): ProcessIdentity[] {
  return liveOwnersOf(snapshot, sessions);
}

/** Members that earlier scans of a ladder have seen, by identity. */
type Seen = ReadonlyMap<string, ProcessIdentity>;

/** The result for a record, and the record with the census of the processes that are still there. */
interface LadderRun {
  readonly result: ReapResult;
  /** Whether nothing is left. Never after a failed scan, which may have missed a process. */
  readonly isDone: boolean;
  readonly record: ServerRecord;
}

/** Adds members that a ladder has seen: after their parent's end, only the census names those without a cookie. */
function withSeen(record: ServerRecord, seen: Seen): ServerRecord {
  return { ...record, census: [...record.census, ...seen.values()] };
}

/** Results with a problem, for servers that could not be reaped. */
function unreaped(
  { session, records }: ScannedSession,
  only: ReadonlySet<string> | undefined,
  problem: ReapProblem,
): ReapResult[] {
  return records
    .filter(({ record }) => !only || only.has(recordKey(session.id, record.id)))
    .map(({ record }) => ({
      ...{ server: record.server, of: reapedOf(record, session), processes: [], containers: [] },
      ...{ containerProblem: undefined, problem, memoryFreed: 0, milliseconds: 0 },
    }));
}

/** Other clients' servers have a record of ours, and no session. */
function reapedOf(record: ServerRecord, session: Pick<SessionFile, 'id'>): Reaped {
  if (record.kind === 'foreign') return { kind: 'foreign', record: record.id };
  return { kind: 'session', session: session.id, record: record.id };
}

function preview(
  record: ServerRecord,
  session: Pick<SessionFile, 'id'>,
  decided: readonly DecidedMember[],
  seen: ContainersSeen | undefined,
): ReapPreview {
  return {
    server: record.server,
    of: reapedOf(record, session),
    processes: decided.map(({ member: { entry }, decision }) => ({
      pid: entry.pid,
      name: entry.name,
      commandLine: commandLineOf(entry),
      spared: 'spared' in decision ? decision.spared : undefined,
      memory: entry.memory,
    })),
    containers: seen?.containers ?? [],
    containerProblem: seen?.problem === undefined ? undefined : { code: 'engine', failure: seen.problem },
  };
}
