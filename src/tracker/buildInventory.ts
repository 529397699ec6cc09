import type { ConfiguredServer } from '../clients/configuredServer';
import { knownClientOf } from '../clients/knownClients';
import type { RecordedContainers } from '../containers/recordedContainers';
import { findAlive } from '../judgement/members';
import type { GuardState } from '../launch/guardProcess';
import type { LaunchedServer } from '../launch/launchedServer';
import type { ContainerWithoutClient } from '../model/containerView';
import type { GuardView, Inventory, Problem } from '../model/inventory';
import type { SessionView } from '../model/serverView';
import type { ProcessIdentity } from '../os/identity';
import type { Platform, Snapshot } from '../os/platform';
import type { HistoryEntry } from '../registry/history';
import type { OwnSession } from '../registry/ownSession';
import type { SessionFile } from '../registry/schema';
import type { Scan, ScannedSession } from '../scan/scan';
import { type ForeignScan, NO_FOREIGN_SCAN } from '../scan/scanner';
import type { Findings } from '../scan/scanSharing';
import { foreignRows } from './foreignRows';
import { rememberedRows } from './rememberedRows';
import { NO_PLANS, type SessionPlans } from './sessionPlans';
import { type SessionFindings, sessionRows } from './sessionRows';
import { withEnding, withFormerVerdicts, withoutRecorded } from './shownRows';
import { windowRows } from './windowRows';

/** The parts of an inventory; each is set only by its owner. */
export interface InventoryParts {
  /** The last scan. Until there is one, nothing is known. */
  readonly scan: Scan | undefined;
  readonly plans: SessionPlans;
  /** This workspace's sessions as last written; shown until the first scan. */
  readonly remembered: readonly SessionFile[];
  /** The snapshot for this window's own rows: the last scan's, or a later one of its own processes only. */
  readonly snapshot: Snapshot | undefined;
  readonly foreign: ForeignScan;
  /** Another window's findings, until this window's own scan. */
  readonly reused: Partial<Findings>;
  readonly launched: ReadonlyMap<string, LaunchedServer>;
  readonly configured: readonly ConfiguredServer[];
  /** Of the configuration. */
  readonly problems: readonly Problem[];
  readonly reapForeign: Inventory['reapForeign'];
  readonly guard: GuardState | undefined;
  readonly containersWithoutClient: readonly ContainerWithoutClient[];
  readonly history: readonly HistoryEntry[];
}

export const NOTHING_KNOWN: InventoryParts = {
  scan: undefined,
  plans: NO_PLANS,
  remembered: [],
  snapshot: undefined,
  foreign: NO_FOREIGN_SCAN,
  reused: {},
  launched: new Map(),
  configured: [],
  problems: [],
  reapForeign: 'report',
  guard: undefined,
  containersWithoutClient: [],
  history: [],
};

/** The window that an inventory is for. */
export interface InventoryOwner {
  readonly own: OwnSession;
  readonly self: ProcessIdentity;
  readonly platform: Platform;
  readonly containers: RecordedContainers;
}

/** An inventory, and the part of it that other windows may show. */
export interface BuiltInventory {
  readonly inventory: Inventory;
  readonly findings: Findings;
}

const NO_GUARD: GuardView = { state: 'off', pid: undefined, memory: undefined, problem: undefined };

export const NO_INVENTORY: Inventory = {
  scanned: false,
  sweptAt: 0,
  servers: [],
  problems: [],
  reapForeign: 'report',
  guard: NO_GUARD,
  containersWithoutClient: [],
  history: [],
};

/**
 * @param before the last published findings: a verdict that needs a second scan stays as it was until that is done
 * @param ending the keys of rows that are being ended
 */
export function buildInventory(
  parts: InventoryParts,
  owner: InventoryOwner,
  before: Findings,
  ending: { has(key: string): boolean },
  now: number,
): BuiltInventory {
  const { scan, snapshot, reused } = parts;
  if (!scan || !snapshot) return { inventory: beforeFirstScan(parts), findings: before };
  const otherSessions = scan.sessions.filter(({ session }) => session.id !== owner.own.session.id);
  const sessions = reused.sessions ?? rowsOfSessions(parts, owner, otherSessions);
  const containersOf = (id: string) => owner.containers.seenOf(id);
  const { own, self, platform } = owner;
  const { launched, configured } = parts;
  const window = windowRows(snapshot, { own, self, platform, launched, configured, containersOf });
  const found = reused.foreign ?? withFormerVerdicts(foreignRows(parts.foreign.servers, containersOf), before.foreign);
  const foreign = withoutRecorded(found, [...window, ...sessions]);
  const problems = reused.problems ?? scan.problems;
  const shown = withEnding(sessions, ending);
  const inventory: Inventory = {
    scanned: true,
    sweptAt: now,
    servers: [
      ...shown.filter(({ group }) => group === 'orphaned'),
      ...window,
      ...shown.filter(({ group }) => group !== 'orphaned'),
      ...withEnding(foreign, ending),
    ],
    problems: [
      ...parts.problems,
      ...problems.map((message) => ({ file: undefined, line: undefined, column: undefined, message })),
    ],
    reapForeign: parts.reapForeign,
    guard: guardView(parts.guard, snapshot),
    containersWithoutClient: parts.containersWithoutClient,
    history: parts.history,
  };
  return { inventory, findings: { sessions, foreign, problems } };
}

function beforeFirstScan({ remembered, problems, reapForeign }: InventoryParts): Inventory {
  return { ...NO_INVENTORY, servers: rememberedRows(remembered), problems, reapForeign };
}

/** Rows of sessions, as all windows except their own show them. */
export function rowsOfSessions(
  { scan, plans }: Pick<InventoryParts, 'scan' | 'plans'>,
  { containers }: Pick<InventoryOwner, 'containers'>,
  sessions: readonly ScannedSession[],
): SessionView[] {
  const findings: SessionFindings = {
    sparedOf: (key) => plans.spared.get(key) ?? new Map(),
    usedBy: (key) => plans.usedBy.get(key),
    containersOf: (id) => containers.seenOf(id),
    clientOf: (owner) => {
      const entry = scan && findAlive(scan.snapshot, owner);
      return entry && knownClientOf(entry.args, entry.name)?.title;
    },
  };
  return sessions.flatMap((judged) => sessionRows(judged, findings));
}

function guardView(guard: GuardState | undefined, snapshot: Snapshot): GuardView {
  if (!guard) return NO_GUARD;
  const memory = guard.pid === undefined ? undefined : snapshot.processes.get(guard.pid)?.memory;
  return { state: guard.kind, pid: guard.pid, memory, problem: guard.problem };
}
