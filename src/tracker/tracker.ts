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
import type { Inventory, Problem } from '../model/inventory';
import type { ReapResult } from '../model/reapResult';
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
  /** The program that runs it; this process's own by default. */
  readonly node?: string;
  /** The shell in which it waits; `/bin/sh` by default. */
  readonly guardShell?: string;
  readonly settings: () => Settings;
  readonly configured: () => readonly ConfiguredServer[];
  /** Recognises foreign servers; absent where they are not scanned. */
  readonly recogniser?: () => Recogniser | undefined;
  /** The configured containers; absent where there is no search for them. */
  readonly containerRuns?: () => readonly ConfiguredRun[];
  /** Servers that other extensions in this host may start, in addition to the editor's own among the configured ones. */
  readonly adoptable?: () => readonly ConfiguredServer[];
  readonly configurationProblems: () => readonly Problem[];
  /** A second source of records; absent where there is none. */
  readonly memory?: SessionMemory;
  /** One redacted line of a launched server's stderr. */
  readonly onOutput: (server: string, line: string) => void;
}

/** One activation in one extension host: its servers, its sweeps, its guard. Independent of the editor. */
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
  /** The user's list of processes that are never reaped, as of the last scan for it. */
  private listed: string;

  constructor(private readonly parts: TrackerParts) {
    const { platform, folder, self, own, log, version, settings, configured, recogniser, memory, node, guardShell } =
      parts;
    this.listed = settings().neverReap.join('\n');
    this.crashes = new FormerCrashes(folder, () => own.session);
    this.core = buildCore({
      ...{ platform, folder, self, own, log, settings, by: 'window' },
      configuration: () => ({ configured: configured(), problems: parts.configurationProblems() }),
      foreignServers: recogniser && this.foreignServers(recogniser),
      containerRuns: parts.containerRuns,
      ...(memory && { memory }),
      configFingerprint: () => configFingerprint(version, recogniser?.(), settings()),
    });
    const {
      store,
      cycle,
      reaper: { ladders },
      containers,
    } = this.core;
    this.sweeps = this.core.sweeps;
    this.requestedReap = this.core.requestedReap;
    store.set({ remembered: memory?.sessions() ?? [] });
    this.guard = new GuardProcess({
      ...{ folder, log, version, script: parts.guardScript },
      ...(node !== undefined && { node }),
      ...(guardShell !== undefined && { shell: guardShell }),
      isEnabled: () => settings().guard,
      onChange: (guard) => store.set({ guard }),
    });
    this.servers = new LaunchedServers({
      ...{ platform, own, ladders, log, version, configured, guard: this.guard, scans: cycle },
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
    store.onDidChange(({ servers }) =>
      this.clientWatch.watch(servers.flatMap((one) => (one.kind === 'foreign' ? one.dependsOn : []))),
    );
    own.onChange((session) => {
      parts.memory?.remember(session);
      // A launch arms it before its spawn; this arms it for adopted servers.
      if (session.records.length === 0) this.guard.standDown();
      else void this.guard.arm(session.id);
    });
  }

  /** The workspace folder in this window's session. */
  get ownFolder(): string | undefined {
    return this.parts.own.session.folder;
  }

  /** Takes crashes to report them, and scans again: the guard may have ended servers after the last scan. */
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

  /** One sweep; a call during one joins it. @throws what prevented it; nothing was signalled then */
  sweep(): Promise<Inventory> {
    return this.sweeps.sweep();
  }

  /** A sweep that ignores earlier findings about foreign servers, and makes the second scan that a proof needs. */
  scanNow(): Promise<Inventory> {
    return this.sweeps.scanNow();
  }

  /** A sweep, or another window's sweep that is younger than this, ms. */
  sweepOrReuse(youngerThan: number): Promise<Inventory> {
    return this.sweeps.sweepOrReuse(youngerThan);
  }

  /** Reaps the given rows; without them, all our orphans. */
  reapOrphans(options: ReapOptions = {}): Promise<ReapResult[]> {
    return this.requestedReap.reap(options);
  }

  /** Publishes the present configuration; for changes between sweeps. */
  refresh(): Inventory {
    const { configured, configurationProblems, settings } = this.parts;
    const { store, cycle } = this.core;
    this.adopter.reconsider();
    store.set({
      configured: configured(),
      problems: configurationProblems(),
      reapForeign: settings().reapForeign ?? 'report',
    });
    // A change of the user's list shows at once; this scan reaps nothing.
    const listed = settings().neverReap.join('\n');
    if (listed !== this.listed) void cycle.rescan();
    this.listed = listed;
    return store.inventory;
  }

  /** Describes processes and their users. @throws UserError when none of them is there any more */
  previewEnd(chosen: readonly ChosenProcess[]): Promise<EndPreview> {
    return previewEnd(chosen, this.userEnd);
  }

  /** Ends processes that the user chose. @param server the name in the result */
  async endChosen(server: string, chosen: readonly ChosenProcess[]): Promise<ReapResult> {
    const settled = this.servers.expectEnd(chosen.map(({ pid }) => pid));
    const result = await endChosen(server, chosen, this.userEnd).finally(settled);
    await this.core.cycle.rescanAll();
    return result;
  }

  /** Stops a container with the user's confirmation. @throws UserError when it must not or cannot be stopped */
  async stopContainer(id: string): Promise<ContainerOutcome> {
    const outcome = await this.containers.stop(id);
    this.parts.log.info(`Container ${id.slice(0, 12)} (${outcome.image}): ${outcome.outcome}, as the user asked.`);
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

  /** Ends the servers that this session launched; hands over those that take longer than there is time. */
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
