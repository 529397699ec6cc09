import { SharedRun } from '../common/async';
import { type Clock, systemClock } from '../common/clock';
import { CONFIRM_CONTAINER_MS, CONTAINER_SETTLED_MS } from '../common/limits';
import { type Log, logOnce, type OnceLog } from '../common/log';
import type { ConfiguredRun } from '../containers/configuredContainer';
import { type Container, ContainerEngine } from '../containers/engine';
import { clientProcessesIn, mayBeAttached, runsUnlabelled } from '../containers/engineClients';
import { hasNoClient, matchesRun, notOurs } from '../containers/matchContainer';
import type { RecordedContainers } from '../containers/recordedContainers';
import { type Member, membersOf } from '../judgement/members';
import type { ContainerWithoutClient } from '../model/containerView';
import type { EngineFailure } from '../model/engineFailure';
import type { Platform, Snapshot } from '../os/platform';
import { approximateStart } from '../os/startTime';
import type { OwnSession } from '../registry/ownSession';
import type { ServerRecord } from '../registry/schema';
import { engineSentence } from '../wording/containers';
import { errorText } from '../wording/reasons';
import type { ForeignServer } from './foreign/foreignServer';
import type { ForeignServers } from './foreignServers';
import type { Scan } from './scan';

export interface ContainerScanParts {
  readonly platform: Platform;
  readonly log: Log;
  readonly containers: RecordedContainers;
  readonly own: OwnSession;
  readonly foreignServers: ForeignServers | undefined;
  /** The configured containers; absent or empty: no search for containers without a client. */
  readonly containerRuns: (() => readonly ConfiguredRun[]) | undefined;
  readonly clock?: Clock;
}

/**
 * Scans containers in parallel to the sweeps, which never wait for an engine: the state of recorded ones, which ones
 * belong to living foreign clients, and which ones have lost their client.
 */
export class ContainerScan {
  private found: readonly ContainerWithoutClient[] = [];
  /** Records whose container can no longer be identified. */
  private readonly unmatchable = new Set<string>();
  /** By engine. */
  private readonly problems: OnceLog;
  private readonly scanning = new SharedRun<void>();
  private readonly clock: Clock;

  constructor(private readonly parts: ContainerScanParts) {
    this.clock = parts.clock ?? systemClock;
    this.problems = logOnce(parts.log);
  }

  /** Containers without a client, as of the last scan. */
  get withoutClient(): readonly ContainerWithoutClient[] {
    return this.found;
  }

  /** Resolves when the current scan has ended. */
  async settled(): Promise<void> {
    await this.scanning.current;
  }

  /** One scan at a time; a call during one joins it. Calls `onChange` after each change. Never rejects. */
  scan(seen: Scan, foreign: readonly ForeignServer[], onChange: () => void): Promise<void> {
    return this.scanning.run(() =>
      this.scanOnce(seen, foreign, onChange).catch((error) =>
        this.parts.log.warn(`Containers could not be checked: ${errorText(error)}`),
      ),
    );
  }

  private async scanOnce(
    { snapshot, sessions }: Scan,
    foreign: readonly ForeignServer[],
    onChange: () => void,
  ): Promise<void> {
    const { containers, own, foreignServers } = this.parts;
    await this.noteThose(snapshot, foreign);
    const foreignSessions = foreignServers
      ? foreign.map(({ record }) => foreignServers.sessionOf(foreignServers.current(record)))
      : [];
    if (await containers.refresh([...sessions.map(({ session }) => session), own.session, ...foreignSessions]))
      onChange();
    const before = JSON.stringify(this.found);
    this.found = await this.findWithoutClient(snapshot);
    if (JSON.stringify(this.found) !== before) onChange();
  }

  /** Records the containers of living clients that another program started. */
  private async noteThose(snapshot: Snapshot, foreign: readonly ForeignServer[]): Promise<void> {
    const { own } = this.parts;
    const adopted = own.session.records
      .filter(({ kind }) => kind === 'adopted')
      .map((record) => ({ record, members: membersOf(snapshot, own.session, record) }));
    const servers = [...adopted, ...foreign];
    for (const { record, members } of servers) await this.note(record, members);
    const living = new Set(servers.map(({ record }) => record.id));
    for (const id of this.unmatchable) if (!living.has(id)) this.unmatchable.delete(id);
  }

  private async note(record: ServerRecord, members: readonly Member[]): Promise<void> {
    const { platform, containers, own, foreignServers } = this.parts;
    const known = record.kind === 'foreign' ? foreignServers?.current(record) : record;
    if (known?.container || this.unmatchable.has(record.id) || !runsUnlabelled(members)) return;
    const container = await containers.note(platform, record.server, members);
    if (container === 'unknown') return;
    if (container === 'none') {
      if (isSettled(members[0]?.entry.start)) this.unmatchable.add(record.id);
    } else if (record.kind === 'adopted') own.update(record.id, { container });
    else foreignServers?.noteContainer(record, container);
  }

  private async findWithoutClient(snapshot: Snapshot): Promise<ContainerWithoutClient[]> {
    const runs = this.parts.containerRuns?.() ?? [];
    const byEngine = new Map<string, ConfiguredRun[]>();
    for (const run of runs) {
      const key = JSON.stringify(run.address);
      byEngine.set(key, [...(byEngine.get(key) ?? []), run]);
    }
    const results = await Promise.all(
      [...byEngine].map(([key, configured]) => this.findInEngine(key, configured, snapshot)),
    );
    // Two addresses may lead to one engine.
    const byId = new Map(results.flat().map((one) => [one.id, one]));
    return [...byId.values()].sort((a, b) => a.server.localeCompare(b.server) || a.id.localeCompare(b.id));
  }

  /** @param configured at least one run, all of the same engine */
  private async findInEngine(
    key: string,
    configured: readonly ConfiguredRun[],
    snapshot: Snapshot,
  ): Promise<ContainerWithoutClient[]> {
    const { address } = configured[0] as ConfiguredRun;
    const engine = new ContainerEngine(address);
    const listed = await engine.list({}, 'running');
    const all = listed.ok ? await engine.inspect(listed.value) : listed;
    if (!all.ok) return this.warn(key, all.error);
    const candidates = unattended(all.value, configured, snapshot);
    const known = new Set(this.found.map(({ id }) => id));
    if (candidates.some(({ id }) => !known.has(id))) await this.clock.sleep(CONFIRM_CONTAINER_MS);
    const again = await engine.inspect(candidates.map(({ id }) => id));
    if (!again.ok) return this.warn(key, again.error);
    this.problems.clear(key);
    // Taken after the engine's answer, so that it shows a client that has started since.
    const now = again.value.length > 0 ? await this.parts.platform.snapshot() : snapshot;
    const left = unattended(again.value, configured, now);
    for (const { id } of left) {
      this.parts.containers.rememberAddress(id, { ...address, removable: false, containerId: id });
    }
    return left.map((container) => viewOf(container, configured));
  }

  /** One line for as long as an engine fails in the same way. Nothing is shown of it meanwhile. */
  private warn(engine: string, problem: EngineFailure): never[] {
    this.problems.warnOfChange(
      `Containers without a client could not be searched for: ${engineSentence(problem)}`,
      engine,
    );
    return [];
  }
}

/** Containers that match configured servers, and to which no client on this machine can be attached. */
function unattended(
  containers: readonly Container[],
  configured: readonly ConfiguredRun[],
  snapshot: Snapshot,
): Container[] {
  const clients = clientProcessesIn(snapshot);
  const running = clients.flatMap((client) => client.running ?? []);
  const runs = configured.map(({ run }) => run);
  return containers.filter(
    (container) =>
      hasNoClient(container, runs, running) &&
      !clients.some((client) => !client.running && mayBeAttached(client.argv, container)),
  );
}

function viewOf(container: Container, configured: readonly ConfiguredRun[]): ContainerWithoutClient {
  const { id, name, image, state, createdAt } = container;
  const named = configured.find(({ run }) => matchesRun(run, container));
  return {
    ...{ id, name, image, state, createdAt, labelled: false },
    server: named?.server ?? '',
    client: named?.client ?? '',
    notOurs: notOurs(container),
  };
}

function isSettled(start: string | undefined): boolean {
  const startedAt = start === undefined ? undefined : approximateStart(start);
  return startedAt !== undefined && Date.now() - startedAt > CONTAINER_SETTLED_MS;
}
