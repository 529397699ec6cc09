import type { ConfiguredServer } from '../clients/configuredServer';
import type { Recogniser } from '../clients/recogniser';
import { ADOPTED_GRACE, DEACTIVATE_MS } from '../common/limits';
import type { Log } from '../common/log';
import type { ConfiguredRun } from '../containers/configuredContainer';
import { Adopter } from '../launch/adopter';
import { GuardProcess } from '../launch/guardProcess';
import { LaunchedServers } from '../launch/launchedServers';
import type { ContainerOutcome } from '../model/containerOutcome';
import type { EndPreview } from '../model/endPreview';
import type { Inventory, Problem, ReapResult } from '../model/inventory';
import type { Settings } from '../model/settings';
import type { ProcessIdentity } from '../os/identity';
import type { Platform } from '../os/platform';
import { ContainerActions } from '../reaping/containerActions';
import { type ChosenProcess, type EndParts, endChosen, previewEnd } from '../reaping/endProcesses';
import type { ReapOptions } from '../reaping/reapQueue';
import type { Crash } from '../registry/crashes';
import type { DataFolder } from '../registry/dataFolder';
import type { OwnSession } from '../registry/ownSession';
import type { Grace } from '../registry/schema';
import type { SessionMemory } from '../registry/sessionMemory';
import { ClientWatch } from '../scan/clientWatch';
import { ForeignServers } from '../scan/foreignServers';
import { configFingerprint } from './configFingerprint';
import { buildCore, type Core } from './core';
import { type CrashReport, FormerCrashes } from './formerCrashes';
import type { RequestedReap } from './requestedReap';
import type { Sweeps } from './sweeps';

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
  /** A second source of records; absent where there is none. */
  readonly memory?: SessionMemory | undefined;
  /** One redacted line of a launched server's stderr. */
  readonly onOutput: (server: string, line: string) => void;
}

/** One activation in one extension host: its servers, its sweeps, its guard. Awaits nothing of the editor. */
export class Tracker {
  readonly guard: GuardProcess;
  readonly crashes: FormerCrashes;
  readonly servers: LaunchedServers;
  readonly containers: ContainerActions;
  readonly sweeps: Sweeps;
  readonly requestedReap: RequestedReap;
  private readonly core: Core;
  private readonly adopter: Adopter;
  private readonly clientWatch: ClientWatch;
  /** The user's list at the last scan because of it. */
  private listed: string;

  constructor(private readonly parts: TrackerParts) {
    const { platform, folder, self, own, log, version, settings, configured, recogniser } = parts;
    this.listed = settings().neverReap.join('\n');
    this.crashes = new FormerCrashes(folder, () => own.session);
    this.core = buildCore({
      ...{ platform, folder, self, own, log, settings, by: 'window' },
      configuration: () => ({ configured: configured(), problems: parts.configurationProblems() }),
      foreignServers: recogniser && this.foreignServers(recogniser),
      containerRuns: parts.containerRuns,
      memory: parts.memory,
      configFingerprint: () => configFingerprint(version, recogniser?.(), settings()),
    });
    const { store, cycle, reaper, containers } = this.core;
    this.sweeps = this.core.sweeps;
    this.requestedReap = this.core.requestedReap;
    store.set({ remembered: parts.memory?.sessions() ?? [] });
    this.guard = new GuardProcess({
      ...{ folder, log, version, script: parts.guardScript, node: parts.node, shell: parts.guardShell },
      isEnabled: () => settings().guard,
      onChange: (guard) => store.set({ guard }),
    });
    this.servers = new LaunchedServers({
      ...{ platform, own, reaper, log, version, configured, guard: this.guard, scans: cycle },
      launchTimeout: () => settings().launchTimeout,
      onOutput: parts.onOutput,
      onChange: (launched) => store.set({ launched }),
    });
    this.clientWatch = new ClientWatch({ platform, onEnd: () => void cycle.rescanAll() });
    this.adopter = new Adopter({
      ...{ platform, self, own, log, scans: cycle },
      adoptable: () => [
        ...configured().filter(({ managedBy }) => managedBy === 'editor'),
        ...(parts.adoptable?.() ?? []),
      ],
      graceOf: (server) => settings().graceOf(server, ADOPTED_GRACE),
    });
    this.containers = new ContainerActions({
      ...{ platform, containers, homeTag: folder.homeTag },
      inventory: () => store.inventory,
    });
    store.onDidChange(({ servers }) => this.clientWatch.watch(servers.flatMap((one) => one.dependsOn ?? [])));
    own.onChange((session) => {
      parts.memory?.remember(session);
      // A launch arms it before its spawn; here it is armed for what was adopted.
      if (session.records.length === 0) this.guard.standDown();
      else void this.guard.arm(session.id);
    });
  }

  /** The workspace folder of this window, as its session says it. */
  get ownFolder(): string | undefined {
    return this.parts.own.session.folder;
  }

  /** See {@link FormerCrashes.take}. What a window announces, its panel shows, too: the guard may have ended it after the last scan. */
  takeCrashes(found: readonly Crash[]): CrashReport | undefined {
    const report = this.crashes.take(found);
    if (report) void this.core.cycle.rescan();
    return report;
  }

  get platform(): Platform {
    return this.parts.platform;
  }

  get inventory(): Inventory {
    return this.core.store.inventory;
  }

  onDidChange(listener: (inventory: Inventory) => void): { dispose(): void } {
    return this.core.store.onDidChange(listener);
  }

  /** See {@link Sweeps.sweep}. */
  sweep(): Promise<Inventory> {
    return this.sweeps.sweep();
  }

  /** See {@link Sweeps.scanNow}. */
  scanNow(): Promise<Inventory> {
    return this.sweeps.scanNow();
  }

  /** See {@link Sweeps.sweepOrReuse}. */
  sweepOrReuse(youngerThan: number): Promise<Inventory> {
    return this.sweeps.sweepOrReuse(youngerThan);
  }

  /** See {@link RequestedReap.reap}. */
  reapOrphans(options: ReapOptions = {}): Promise<ReapResult[]> {
    return this.requestedReap.reap(options);
  }

  /** Shows what the configuration says now; for changes of it between sweeps. */
  refresh(): Inventory {
    const { configured, configurationProblems, settings } = this.parts;
    const { store, cycle } = this.core;
    this.adopter.reconsider();
    store.set({
      configured: configured(),
      problems: configurationProblems(),
      reapForeign: settings().reapForeign ?? 'report',
    });
    // What a change of the user's list spares is shown at once; this scan reaps nothing.
    const listed = settings().neverReap.join('\n');
    if (listed !== this.listed) void cycle.rescan();
    this.listed = listed;
    return store.inventory;
  }

  /** See {@link previewEnd}. */
  previewEnd(chosen: readonly ChosenProcess[]): Promise<EndPreview> {
    return previewEnd(chosen, this.userEnd);
  }

  /** See {@link endChosen}. */
  async endChosen(server: string, chosen: readonly ChosenProcess[]): Promise<ReapResult> {
    const settled = this.servers.expectEnd(chosen.map(({ pid }) => pid));
    const result = await endChosen(server, chosen, this.userEnd).finally(settled);
    await this.core.cycle.rescanAll();
    return result;
  }

  /** See {@link ContainerActions.stop}. */
  async stopContainer(id: string): Promise<ContainerOutcome> {
    const outcome = await this.containers.stop(id);
    this.parts.log.info(`Container ${id.slice(0, 12)} (${outcome.image}): ${outcome.outcome}, on the user's word.`);
    await this.core.cycle.rescan();
    return outcome;
  }

  private foreignServers(recogniser: () => Recogniser | undefined): ForeignServers {
    const { platform, self, folder, settings } = this.parts;
    const graceOf = (name: string, standard: Grace) => settings().graceOf(name, standard);
    return new ForeignServers({ platform, self, folder, recogniser, graceOf });
  }

  private get userEnd(): EndParts {
    const { platform, folder, self, log, own, settings } = this.parts;
    return { platform, folder, self, log, ownSessionId: own.session.id, neverReap: () => settings().neverReap };
  }

  /** Ends what this session launched; what takes longer than there is time for is handed over. */
  async deactivate(): Promise<void> {
    this.core.end();
    this.adopter.dispose();
    this.clientWatch.dispose();
    const { own } = this.parts;
    const guarded = this.guard.state.kind === 'armed';
    await this.servers.handOver(guarded ? DEACTIVATE_MS.guarded : DEACTIVATE_MS.unguarded);
    if (own.session.records.length > 0) own.handOver();
    else this.guard.standDown();
  }
}
