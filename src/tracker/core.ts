import type { Log } from '../common/log';
import type { ConfiguredRun } from '../containers/configuredContainer';
import { RecordedContainers } from '../containers/recordedContainers';
import type { ReapSettings } from '../model/settings';
import type { ProcessIdentity } from '../os/identity';
import type { Platform } from '../os/platform';
import { ForeignReaper } from '../reaping/foreignReaper';
import { Reaper } from '../reaping/reaper';
import type { DataFolder } from '../registry/dataFolder';
import type { Reapers } from '../registry/history';
import type { OwnSession } from '../registry/ownSession';
import type { SessionMemory } from '../registry/sessionMemory';
import { ContainerScan } from '../scan/containerScan';
import type { ForeignServers } from '../scan/foreignServers';
import { Scanner } from '../scan/scanner';
import { ScanSharing } from '../scan/scanSharing';
import { AutomaticReap } from './automaticReap';
import type { InventoryParts } from './buildInventory';
import { InventoryStore } from './inventoryStore';
import { ReapTurns } from './reapTurns';
import { RequestedReap } from './requestedReap';
import { ScanCycle } from './scanCycle';
import { Sweeps } from './sweeps';

export interface CoreParts {
  readonly platform: Platform;
  readonly folder: DataFolder;
  readonly self: ProcessIdentity;
  readonly own: OwnSession;
  readonly log: Log;
  /** Which part of MCP Processes this is, for the history. */
  readonly by: Reapers;
  readonly settings: () => ReapSettings;
  /** The servers configured in this window; the command line has none. */
  readonly configuration: () => Pick<InventoryParts, 'configured' | 'problems'>;
  /** Undefined where foreign servers are not scanned. */
  readonly foreignServers: ForeignServers | undefined;
  /** What configurations run in containers. */
  readonly containerRuns: (() => readonly ConfiguredRun[]) | undefined;
  /** See {@link configFingerprint}; without it scans are not shared. */
  readonly configFingerprint?: () => string | undefined;
  /** A second source of records; absent where there is none. */
  readonly memory?: SessionMemory;
}

/** The parts that scan and reap, in an editor window as on the command line. */
export interface Core {
  readonly containers: RecordedContainers;
  readonly reaper: Reaper;
  readonly store: InventoryStore;
  readonly cycle: ScanCycle;
  readonly sweeps: Sweeps;
  readonly requestedReap: RequestedReap;
  /** From now on there is no automatic reap and no confirming scan. */
  end(): void;
}

/** Builds the parts in the order of their dependencies. */
export function buildCore(parts: CoreParts): Core {
  const { platform, self, own, log, folder, settings, foreignServers, configFingerprint } = parts;
  const memory = parts.memory && { memory: parts.memory };
  const containers = new RecordedContainers(log);
  const owner = { own, self, platform, containers };
  const store = new InventoryStore(owner, log);
  const neverReap = () => settings().neverReap;
  const reaper = new Reaper({ platform, folder, self, log, containers, by: parts.by, neverReap, ...memory });
  const foreignReaper = foreignServers && new ForeignReaper(reaper.ladders, foreignServers);
  const scanner = new Scanner({ platform, folder, own, log, settings, foreignServers, ...memory });
  const containerScan = new ContainerScan({ ...parts, containers });
  const scanSharing = new ScanSharing({ platform, folder, self, own, ...(configFingerprint && { configFingerprint }) });
  const configuration = () => ({ ...parts.configuration(), reapForeign: settings().reapForeign ?? 'report' });
  const scans = { scanner, containerScan, scanSharing };
  const cycle = new ScanCycle({ ...scans, reaper, store, folder, self, own, log, configuration });
  const turns = new ReapTurns();
  const reaps = { reaper, foreignReaper, cycle, store, turns, own, self };
  const automaticReap = new AutomaticReap({ ...reaps, settings });
  return {
    ...{ containers, reaper, store, cycle },
    sweeps: new Sweeps({ ...scans, cycle, automaticReap, store, turns, owner, log }),
    requestedReap: new RequestedReap({ ...reaps, scanSharing }),
    end: () => {
      turns.close();
      cycle.end();
    },
  };
}
