import { commandLineOf } from '../clients/shownCommandLine';
import { FreshRun } from '../common/async';
import { type Clock, systemClock } from '../common/clock';
import type { Log } from '../common/log';
import { isEngineClient, runsUnlabelled } from '../containers/engineClients';
import type { ContainersSeen, RecordedContainers } from '../containers/recordedContainers';
import type { ServerRequester } from '../judgement/facts';
import { findAlive } from '../judgement/members';
import type { Reaped, ReapPreview, ReapResult } from '../model/reapResult';
import { identityKey, type ProcessIdentity } from '../os/identity';
import type { Platform, Snapshot } from '../os/platform';
import type { DataFolder } from '../registry/dataFolder';
import type { Reapers } from '../registry/history';
import type { LadderProgress, ServerRecord, SessionFile } from '../registry/schema';
import { liveOwnersOf, type Scan, scanMachine } from '../scan/scan';
import { endContainers } from './endContainers';
import { type DecidedMember, runLadder, type TreeScan } from './ladder';
import { describeProcess, type Ending, freedBy, isFinished, isStillThere, recordResult } from './results';
import { StdinWatch } from './stdinWatch';
import type { DecisionContext } from './treeScan';

export interface RecordLaddersParts {
  readonly platform: Platform;
  readonly folder: DataFolder;
  readonly self: ProcessIdentity;
  readonly log: Log;
  readonly containers: RecordedContainers;
  readonly clock?: Clock;
  /** Which part of MCP Processes this is, for the history. */
  readonly by: Reapers;
  /** Patterns of the setting, joined with those of the session. */
  readonly neverReap: () => readonly string[];
}

/** Members that earlier scans of a ladder have seen, by identity. */
export type SeenMembers = ReadonlyMap<string, ProcessIdentity>;

/** The result for a record, and the record with the census of the processes that are still there. */
export interface LadderRun {
  readonly result: ReapResult;
  /** Whether nothing is left. Never after a failed scan, which may have missed a process. */
  readonly isDone: boolean;
  readonly record: ServerRecord;
}

interface LadderRunOptions {
  /** Scans the record's tree, with the members that earlier scans have seen. */
  readonly scan: (seen: SeenMembers) => Promise<TreeScan>;
  /** See LadderOptions. */
  readonly closeStdin?: () => void;
  readonly onStep?: (step: LadderProgress['step'], wait: number) => void;
}

/** Runs the ladders of records: the processes first, then the containers. Whose server it is, the callers know. */
export class RecordLadders {
  readonly clock: Clock;
  private readonly stdinWatch: StdinWatch;
  /** Shared: hundreds of ladders may scan at once. */
  private readonly scans: FreshRun<Scan>;
  private readonly snapshots: FreshRun<Snapshot>;

  constructor(private readonly parts: RecordLaddersParts) {
    this.clock = parts.clock ?? systemClock;
    this.stdinWatch = new StdinWatch(this.clock);
    const { platform, folder } = parts;
    this.scans = new FreshRun(() => scanMachine(platform, folder, undefined, { automatic: 'off', neverReap: [] }));
    this.snapshots = new FreshRun(() => platform.snapshot());
  }

  /** @throws when the process table or the data folder cannot be read */
  scan(): Promise<Scan> {
    return this.scans.ask();
  }

  /** @throws when the process table cannot be read */
  snapshot(): Promise<Snapshot> {
    return this.snapshots.ask();
  }

  /** Forgets what earlier scans found about stdins of processes that are gone. */
  forgetGone({ snapshot }: Scan): void {
    this.stdinWatch.retain((identity) => findAlive(snapshot, identity) !== undefined);
  }

  /** What decisions on a session's servers need. */
  contextOf(
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

  /** Never rejects: after a failed scan nothing is signalled, and the result says so. */
  async run(
    record: ServerRecord,
    session: Pick<SessionFile, 'id' | 'home'>,
    { scan, closeStdin, onStep }: LadderRunOptions,
  ): Promise<LadderRun> {
    const { platform, containers } = this.parts;
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
          const noted = await containers.note(platform, record.server, found.members);
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
      : await endContainers(containers, { ...record, container }, session, this.clock);
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

  /** Logs each result and writes it into the history: the only place that does so for reaps. */
  remember(result: ReapResult, ending: Ending): void {
    recordResult(this.parts, this.parts.by, result, ending);
  }

  /** What a reap of a record would do, for people. */
  previewOf(record: ServerRecord, session: Pick<SessionFile, 'id'>, decided: readonly DecidedMember[]): ReapPreview {
    const seen: ContainersSeen | undefined = this.parts.containers.seenOf(record.id);
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
}

export function ownersIn({ snapshot, sessions }: Scan): ProcessIdentity[] {
  return liveOwnersOf(snapshot, sessions);
}

/** Adds members that a ladder has seen: after their parent's end, only the census names those without a cookie. */
export function withSeen(record: ServerRecord, seen: SeenMembers): ServerRecord {
  return { ...record, census: [...record.census, ...seen.values()] };
}

/** Other clients' servers have a record of ours, and no session. */
export function reapedOf(record: ServerRecord, session: Pick<SessionFile, 'id'>): Reaped {
  if (record.kind === 'foreign') return { kind: 'foreign', record: record.id };
  return { kind: 'session', session: session.id, record: record.id };
}
