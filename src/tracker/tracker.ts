import { createHash } from 'node:crypto';
import type { ConfiguredServer } from '../clients/configuredServer';
import type { LaunchDescription } from '../clients/launchDescription';
import type { Recogniser } from '../clients/recogniser';
import type { Log } from '../common/log';
import type { ConfiguredRun } from '../containers/configuredContainer';
import type { ContainerStats } from '../containers/engine';
import { RecordedContainers } from '../containers/recordedContainers';
import { Adopter } from '../launch/adopter';
import type { ServerTool } from '../launch/connection';
import { GuardProcess } from '../launch/guardProcess';
import { LaunchedServers } from '../launch/launchedServers';
import type { ContainerOutcome } from '../model/containerOutcome';
import type { EndPreview } from '../model/endPreview';
import type { Inventory, Problem, ReapPreview, ReapResult } from '../model/inventory';
import type { ProcessIdentity } from '../os/identity';
import type { Platform } from '../os/platform';
import { ContainerActions } from '../reaping/containerActions';
import { type ChosenProcess, type EndParts, endChosen, previewEnd } from '../reaping/endProcesses';
import { Reaper } from '../reaping/reaper';
import type { ReapOptions } from '../reaping/reapQueue';
import { logResult } from '../reaping/results';
import type { Crash } from '../registry/crashes';
import type { DataFolder } from '../registry/dataFolder';
import type { OwnSession } from '../registry/ownSession';
import type { AutomaticReap, Grace } from '../registry/schema';
import { ClientWatch } from '../scan/clientWatch';
import { ForeignServers } from '../scan/foreignServers';
import { type CrashReport, FormerCrashes } from './formerCrashes';
import { rowsOfThisWindow } from './rows';
import { Sweeper } from './sweeper';

export interface Settings {
  readonly automatic: AutomaticReap;
  readonly neverReap: readonly string[];
  /** ms that a server may take for its handshake. */
  readonly launchTimeout: number;
  readonly guard: boolean;
  /** What sweeps do about other clients' proven orphans. */
  readonly reapForeign?: 'report' | 'ask' | 'auto';
  /** Most of those that one sweep reaps. */
  readonly maxPerSweep?: number;
  /** Waits of one server's ladder; `standard` where the user set none. */
  readonly graceOf: (server: string, standard: Grace) => Grace;
}

export interface TrackerParts {
  readonly platform: Platform;
  readonly folder: DataFolder;
  readonly self: ProcessIdentity;
  readonly own: OwnSession;
  readonly log: Log;
  readonly version: string;
  /** The bundled guard. */
  readonly guardScript: string;
  /** The program that runs it; this process's own unless told. */
  readonly node?: string;
  /** The shell in which it waits; `/bin/sh` unless told. */
  readonly guardShell?: string;
  readonly settings: () => Settings;
  readonly configured: () => readonly ConfiguredServer[];
  /** What is known of other clients' servers; absent where they are not looked at. */
  readonly recogniser?: () => Recogniser | undefined;
  /** What configurations run in containers; absent where those are not looked for. */
  readonly containerRuns?: () => readonly ConfiguredRun[];
  /** What other extensions in this host may start; besides the editor's own entries among the configured. */
  readonly adoptable?: () => readonly ConfiguredServer[];
  readonly configurationProblems: () => readonly Problem[];
  /** One redacted line of a launched server's stderr. */
  readonly onOutput: (server: string, line: string) => void;
}

/** deactivate has 5 s in all. With a guard outside, nothing needs to be waited for. */
const DEACTIVATE_MS = { guarded: 500, unguarded: 4_000 };

/** Longer than for our own: their client closes their input when its host goes, and is not to be hurried. */
const ADOPTED_GRACE = { stdin: 5_000, term: 5_000 };

/** One activation in one extension host: its servers, its sweeps, its guard. Awaits nothing of the editor. */
export class Tracker {
  readonly guard: GuardProcess;
  readonly crashes: FormerCrashes;
  private readonly servers: LaunchedServers;
  private readonly sweeper: Sweeper;
  private readonly adopter: Adopter;
  private readonly containerActions: ContainerActions;
  private readonly clientWatch: ClientWatch;
  /** The user's list at the last look because of it. */
  private listed: string;

  constructor(private readonly parts: TrackerParts) {
    const { platform, folder, self, own, log, version, settings, configured } = parts;
    this.listed = settings().neverReap.join('\n');
    this.crashes = new FormerCrashes(folder, () => own.session);
    const containers = new RecordedContainers(log);
    const reaper = new Reaper({
      platform,
      folder,
      self,
      log,
      containers,
      by: 'window',
      neverReap: () => settings().neverReap,
    });
    this.servers = new LaunchedServers({
      platform,
      own,
      reaper,
      log,
      version,
      configured,
      launchTimeout: () => settings().launchTimeout,
      onOutput: parts.onOutput,
      onChange: () => this.sweeper.publish(),
      lookAgain: () => this.sweeper.lookAgain(),
      beforeSpawn: () => this.guard.arm(own.session.id),
    });
    const others =
      parts.recogniser &&
      new ForeignServers({
        platform,
        self,
        folder,
        recogniser: parts.recogniser,
        graceOf: (name, standard) => settings().graceOf(name, standard),
      });
    this.sweeper = new Sweeper({
      platform,
      folder,
      self,
      own,
      reaper,
      containers,
      log,
      settings,
      rowsOfThisWindow: (snapshot) =>
        rowsOfThisWindow(snapshot, {
          own,
          self,
          platform,
          launched: this.servers.all,
          configured: configured(),
          containersOf: (id) => containers.seenOf(id),
        }),
      problems: parts.configurationProblems,
      containerRuns: parts.containerRuns,
      guard: () => this.guard.state,
      foreignServers: others,
      configFingerprint: () => this.configFingerprint(),
    });
    this.clientWatch = new ClientWatch({ platform, onEnd: () => void this.sweeper.lookAfterEnd() });
    this.sweeper.onDidChange(({ servers }) => this.clientWatch.watch(servers.flatMap((one) => one.dependsOn ?? [])));
    this.guard = new GuardProcess({
      folder,
      log,
      version,
      script: parts.guardScript,
      node: parts.node,
      shell: parts.guardShell,
      isEnabled: () => settings().guard,
      onChange: () => this.sweeper.publish(),
    });
    this.adopter = new Adopter({
      platform,
      self,
      own,
      log,
      adoptable: () => [
        ...configured().filter(({ managedBy }) => managedBy === 'editor'),
        ...(parts.adoptable?.() ?? []),
      ],
      graceOf: (server) => settings().graceOf(server, ADOPTED_GRACE),
      onChange: () => void this.sweeper.lookAgain(),
    });
    this.containerActions = new ContainerActions({
      platform,
      containers,
      homeTag: folder.homeTag,
      inventory: () => this.sweeper.inventory,
    });
    own.onChange((session) => {
      if (session.records.length === 0) this.guard.standDown();
      else void this.guard.arm(session.id);
    });
  }

  /** The workspace folder of this window, as its session says it. */
  get ownFolder(): string | undefined {
    return this.parts.own.session.folder;
  }

  /** See {@link FormerCrashes.take}. What is told of is shown, too: the guard may have ended it after the last look. */
  takeCrashes(found: readonly Crash[]): CrashReport | undefined {
    const report = this.crashes.take(found);
    if (report) void this.sweeper.lookAgain();
    return report;
  }

  get platform(): Platform {
    return this.parts.platform;
  }

  get inventory(): Inventory {
    return this.sweeper.inventory;
  }

  onDidChange(listener: (inventory: Inventory) => void): { dispose(): void } {
    return this.sweeper.onDidChange(listener);
  }

  /** See {@link Sweeper.sweep} and, for `afresh`, {@link Sweeper.scanAfresh}. */
  sweep({ afresh = false } = {}): Promise<Inventory> {
    return afresh ? this.sweeper.scanAfresh() : this.sweeper.sweep();
  }

  /** See {@link Sweeper.sweepInTurn}. */
  sweepInTurn(youngerThan: number): Promise<Inventory> {
    return this.sweeper.sweepInTurn(youngerThan);
  }

  /** See {@link Sweeper.reapOrphans}. */
  reapOrphans(options: ReapOptions = {}): Promise<ReapResult[]> {
    return this.sweeper.reapOrphans(options);
  }

  /** See {@link Sweeper.previewOrphans}. */
  previewOrphans(only?: readonly string[]): Promise<ReapPreview[]> {
    return this.sweeper.previewOrphans(only);
  }

  /** Publishes again from what is known; for changes of configuration between sweeps. */
  refresh(): Inventory {
    this.adopter.considerAgain();
    this.noteListed();
    return this.sweeper.publish();
  }

  /** What a change of the user's list keeps is shown at once; this look reaps nothing. */
  private noteListed(): void {
    const listed = this.parts.settings().neverReap.join('\n');
    if (listed === this.listed) return;
    this.listed = listed;
    void this.sweeper.lookAgain();
  }

  /** See {@link LaunchedServers.start}. */
  start(key: string): Promise<void> {
    return this.servers.start(key);
  }

  /** See {@link LaunchedServers.launch}. */
  launch(description: LaunchDescription): Promise<void> {
    return this.servers.launch(description);
  }

  /** See {@link LaunchedServers.stop}. */
  stop(key: string): Promise<ReapResult> {
    return this.servers.stop(key);
  }

  restart(key: string): Promise<void> {
    return this.servers.restart(key);
  }

  listTools(key: string): Promise<ServerTool[]> {
    return this.servers.listTools(key);
  }

  async callTool(key: string, tool: string, args: Record<string, unknown>, signal?: AbortSignal): Promise<unknown> {
    return this.servers.callTool(key, tool, args, signal);
  }

  /** See {@link previewEnd}. */
  previewEnd(chosen: readonly ChosenProcess[]): Promise<EndPreview> {
    return previewEnd(chosen, this.userEnd);
  }

  /** See {@link endChosen}. */
  async endChosen(server: string, chosen: readonly ChosenProcess[]): Promise<ReapResult> {
    const settled = this.servers.expectEnd(chosen.map(({ pid }) => pid));
    const result = await endChosen(server, chosen, this.userEnd).finally(settled);
    logResult(this.parts.log, result);
    await this.sweeper.lookAfterEnd();
    return result;
  }

  /** See {@link ContainerActions.logs}. */
  containerLogs(id: string): Promise<string> {
    return this.containerActions.logs(id);
  }

  /** See {@link ContainerActions.stats}. */
  containerStats(id: string): Promise<ContainerStats | undefined> {
    return this.containerActions.stats(id);
  }

  /** See {@link ContainerActions.stop}. */
  async stopContainer(id: string): Promise<ContainerOutcome> {
    const outcome = await this.containerActions.stop(id);
    this.parts.log.info(`Container ${id.slice(0, 12)} (${outcome.image}): ${outcome.outcome}, on the user's word.`);
    await this.sweeper.lookAgain();
    return outcome;
  }

  /** What decides what a sweep of this window finds, as far as it is not on the machine. */
  private configFingerprint(): string | undefined {
    const { version, settings, recogniser } = this.parts;
    const known = recogniser?.();
    if (known && known.fingerprint === undefined) return undefined;
    const { automatic, neverReap, reapForeign, maxPerSweep } = settings();
    const configFingerprint = [version, known?.fingerprint, automatic, neverReap, reapForeign, maxPerSweep];
    return createHash('sha256').update(JSON.stringify(configFingerprint)).digest('hex');
  }

  private get userEnd(): EndParts {
    const { platform, folder, self, log, own, settings } = this.parts;
    return { platform, folder, self, log, ownSessionId: own.session.id, neverReap: () => settings().neverReap };
  }

  /** Ends what this session launched; what takes longer than there is time for is handed over. */
  async deactivate(): Promise<void> {
    this.sweeper.end();
    this.adopter.dispose();
    this.clientWatch.dispose();
    const { own } = this.parts;
    const guarded = this.guard.state.kind === 'armed';
    await this.servers.handOver(guarded ? DEACTIVATE_MS.guarded : DEACTIVATE_MS.unguarded);
    if (own.session.records.length > 0) own.handOver();
    else this.guard.standDown();
  }
}
