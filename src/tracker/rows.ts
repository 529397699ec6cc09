import * as l10n from '@vscode/l10n';
import type { ConfiguredServer } from '../clients/configuredServer';
import { observe } from '../clients/observed';
import { containerElsewhere } from '../containers/engineClients';
import type { ContainersSeen } from '../containers/recordedContainers';
import { identityOf, type Member, membersOf } from '../judgement/members';
import { childrenOf, descendantsOf } from '../judgement/processTree';
import type { LaunchedServer } from '../launch/launchedServer';
import type { ContainerFinding, Evidence, StdinFinding } from '../model/evidence';
import type { ServerView } from '../model/inventory';
import { foreignKey, recordKey } from '../model/keys';
import type { Refusal } from '../model/refusal';
import type { ProcessIdentity } from '../os/identity';
import type { Platform, Snapshot } from '../os/platform';
import { approximateStart } from '../os/startTime';
import { processName, type Users } from '../os/users';
import type { OwnSession } from '../registry/ownSession';
import { type ContainerRun, isLabelled, isWrapperSession, type ServerRecord } from '../registry/schema';
import type { ForeignServer } from '../scan/foreignServers';
import type { ScannedSession } from '../scan/scan';
import { memoryOf, treeOf } from './processNodes';

/** Why members are spared, by pid. */
export type SparedReasons = ReadonlyMap<number, Refusal>;

/** Rows of another session's records that have living members. */
export function rowsOfSession(
  { session, verdict, records, claimedBy }: ScannedSession,
  sparedOf: (key: string) => SparedReasons,
  containersOf: (recordId: string) => ContainersSeen | undefined,
  /** The client that owns a session, by the name that people know; for what `mcp-processes run` started. */
  clientOf: (owner: ProcessIdentity) => string | undefined,
  /** Who is connected to a dead session's server, all of which is kept. */
  usedBy: (key: string) => Users | undefined = () => undefined,
): ServerView[] {
  const rows: ServerView[] = [];
  const isRun = isWrapperSession(session);
  for (const { record, members } of records) {
    const seen = containersOf(record.id);
    // A container outlives its client: the row stays until its engine says that nothing is left.
    const isGone = seen !== undefined && seen.problem === undefined && seen.containers.length === 0;
    if (members.length === 0 && (isGone || !isLabelled(record))) continue;
    const key = recordKey(session.id, record.id);
    const spared = sparedOf(key);
    const user = verdict.kind === 'dead' ? usedBy(key) : undefined;
    const evidence: Evidence[] = [
      verdict.evidence,
      {
        kind: 'started-by',
        ...(record.server && { server: record.server }),
        ...(session.editor && { editor: session.editor }),
      },
      ...membershipEvidence(members),
      ...(user === undefined ? [] : [{ kind: 'in-use', by: user } as const]),
      ...[...spared].map(([pid, refusal]) => ({ kind: 'spared', pid, refusal }) as const),
    ];
    if (record.container) evidence.push(...containerEvidence(record.container, seen));
    if (claimedBy) evidence.push({ kind: 'being-ended', by: claimedBy.pid });
    const isOrphaned = verdict.kind === 'dead' && user === undefined;
    if (verdict.kind === 'dead' && session.automatic !== 'on') {
      evidence.push({ kind: 'not-automatic', automatic: session.automatic });
    }
    // Where somebody is at it already there is nothing to ask.
    const awaitsAnswer = verdict.kind === 'dead' && session.automatic === 'ask' && !claimedBy;
    const awaySince = verdict.kind === 'live' ? session.detachedSince : undefined;
    const detached = awaySince !== undefined;
    if (detached) evidence.push({ kind: 'window-away', since: awaySince });
    rows.push(
      rowOf(members, spared, {
        key,
        name: record.server || l10n.t('unknown server'),
        client: (isRun && clientOf(session.owner)) || record.client || 'MCP Processes',
        folder: record.folder,
        ...(user !== undefined && { usedBy: user }),
        group: isOrphaned ? 'orphaned' : isRun || user !== undefined ? 'otherClients' : 'otherWindows',
        managedBy: 'mcpProcesses',
        verdict: isOrphaned ? 'orphaned' : user !== undefined ? 'active' : verdictOf(verdict, detached),
        evidence,
        ...(awaitsAnswer && { awaitsAnswer: isRun ? ('client' as const) : ('window' as const) }),
        state: 'running',
        sessionId: session.id,
        recordId: record.id,
        containers: seen?.containers ?? [],
        containerProblem: seen?.problem,
      }),
    );
  }
  return rows;
}

function verdictOf({ kind }: ScannedSession['verdict'], isDetached: boolean): ServerView['verdict'] {
  if (isDetached) return 'detached';
  return kind === 'live' ? 'active' : 'unknown';
}

/** Rows of other clients' servers. */
export function foreignRows(
  servers: readonly ForeignServer[],
  containersOf: (recordId: string) => ContainersSeen | undefined = () => undefined,
): ServerView[] {
  const copyKey = ({ named, above }: ForeignServer) => (above.kind === 'client' ? `${named.name}@${above.pid}` : '');
  const copies = new Map<string, number>();
  for (const other of servers) copies.set(copyKey(other), (copies.get(copyKey(other)) ?? 0) + 1);
  return servers.map((other) => {
    const { record, named, members, above, launcher, stdin, use, isOrphaned, isProven, dependsOn } = other;
    const isRun = above.kind === 'client' || launcher !== undefined;
    const isHeld = stdin?.kind === 'alive' && other.heldBy !== 'orphans';
    const isActive = isRun || isHeld || use?.kind === 'used';
    const usedBy = isRun ? undefined : userOf(other);
    const count = above.kind === 'client' ? (copies.get(copyKey(other)) ?? 1) : 1;
    return rowOf(members, new Map(), {
      key: foreignKey(record),
      name: named.name,
      client: above.kind === 'client' ? above.title : (launcher?.name ?? named.client),
      folder: other.folder,
      terminal: other.terminal,
      idleSince: other.idleSince,
      ...(usedBy !== undefined && { usedBy }),
      group: isOrphaned ? 'orphaned' : isActive ? 'otherClients' : 'ownerUnknown',
      managedBy: 'foreign',
      verdict: isOrphaned ? 'orphaned' : isActive ? 'active' : 'unknown',
      ...(!isProven && { checking: true }),
      dependsOn: dependsOn.map(({ pid, start }) => ({ pid, start })),
      evidence: [
        matchEvidence(other),
        ownerEvidence(other),
        ...inputEvidence(other),
        ...useEvidence(other),
        ...(isProven ? [] : [{ kind: 'seen-once' } as const]),
        ...(count > 1 ? [{ kind: 'copies', count } as const] : []),
        // That its first process is itself is no news: it was recorded in this very scan.
        ...membershipEvidence(members).slice(members[0]?.by === 'root' ? 1 : 0),
        ...unlabelledEvidence(record, members, containersOf(record.id)),
      ],
      state: 'running',
      copies: count,
      configurationFile: named.file,
      recordId: record.id,
      ...containersSeen(containersOf(record.id)),
    });
  });
}

function matchEvidence({ record, named }: ForeignServer): Evidence {
  const { name, client, file, basis } = named;
  const entry = { name, client, ...(file !== undefined && { file }) };
  return { kind: 'matches', ...(record.root && { pid: record.root.pid }), entry, basis };
}

/** What has a connection to a server that no known client runs. */
function userOf({ stdin, heldBy, use }: ForeignServer): Users | undefined {
  if (stdin?.kind === 'alive' && heldBy === 'strangers') return stdin.by;
  return use?.kind === 'used' ? use.by : undefined;
}

function ownerEvidence({ above, launcher }: ForeignServer): Evidence {
  if (above.kind === 'client') return { kind: 'runs-under', process: processName(above.pid, above.title) };
  if (launcher) return { kind: 'runs-under', process: processName(launcher.pid, launcher.name) };
  return { kind: 'parent-gone' };
}

function inputEvidence({ above, stdin, heldBy }: ForeignServer): StdinFinding[] {
  if (above.kind === 'client' || !stdin) return [];
  switch (stdin.kind) {
    case 'gone':
      return [{ ...stdin, kind: 'stdin-gone' }];
    case 'unknown':
      return [{ kind: 'stdin-unknown', reason: stdin.reason }];
    case 'alive':
      return [{ kind: 'stdin-held', by: stdin.by, heldBy: heldBy ?? 'clients' }];
  }
}

function useEvidence({ above, use }: ForeignServer): Evidence[] {
  if (above.kind === 'client') return [];
  switch (use?.kind) {
    case 'used':
      return [{ kind: 'in-use', by: use.by }];
    case 'unknown':
      return [{ kind: 'use-unknown', reason: use.reason }];
    case 'none':
      return [{ kind: 'not-in-use' }];
    case undefined:
      return [];
  }
}

/** What a row of this window is made from. */
export interface ThisWindow {
  readonly own: OwnSession;
  readonly self: ProcessIdentity;
  readonly launched: ReadonlyMap<string, LaunchedServer>;
  readonly configured: readonly ConfiguredServer[];
  readonly platform: Platform;
  readonly containersOf: (recordId: string) => ContainersSeen | undefined;
}

/** Rows of this window: what it launched, what it adopted, and what is configured but does not run. */
export function rowsOfThisWindow(snapshot: Snapshot, window: ThisWindow): ServerView[] {
  const rows = new Map<string, ServerView>();
  for (const [key, server] of window.launched) rows.set(key, launchedRow(snapshot, window, key, server));
  for (const record of window.own.session.records) {
    if (record.kind !== 'adopted') continue;
    const row = adoptedRow(snapshot, window, record, rows);
    if (row) rows.set(row.key, row);
  }
  for (const server of window.configured) {
    if (!rows.has(server.key)) rows.set(server.key, configuredRow(snapshot, window, server));
  }
  return [...rows.values()];
}

/** What the editor or another extension started and this window adopted; the first copy stands for its entry. */
function adoptedRow(
  snapshot: Snapshot,
  { own, configured, containersOf }: ThisWindow,
  record: ServerRecord,
  taken: ReadonlyMap<string, ServerView>,
): ServerView | undefined {
  const members = membersOf(snapshot, own.session, record);
  if (members.length === 0) return undefined;
  const entry = configured.find(
    ({ key, name, client, folder, managedBy }) =>
      managedBy !== 'mcpProcesses' &&
      name === record.server &&
      client === record.client &&
      folder === record.folder &&
      !taken.has(key),
  );
  const root = members.find(({ by }) => by === 'root');
  return rowOf(members, new Map(), {
    key: entry?.key ?? recordKey(own.session.id, record.id),
    name: record.server,
    client: record.client,
    folder: record.folder,
    group: 'thisWindow',
    managedBy: entry?.managedBy ?? 'foreign',
    verdict: 'active',
    evidence: [
      root ? { kind: 'started-in-window', client: record.client } : { kind: 'root-ended' },
      ...membershipEvidence(members),
      ...unlabelledEvidence(record, members, containersOf(record.id)),
    ],
    state: 'running',
    configurationFile: entry?.file,
    sessionId: own.session.id,
    recordId: record.id,
    ...containersSeen(containersOf(record.id)),
  });
}

function launchedRow(snapshot: Snapshot, window: ThisWindow, key: string, server: LaunchedServer): ServerView {
  const { own, configured } = window;
  const { description, failure } = server;
  const state = server.state.kind === 'disconnected' ? 'running' : server.state.kind;
  const record = own.record(server.recordId);
  const members = record ? membersOf(snapshot, own.session, record) : [];
  const running = members.length > 0 || state === 'starting' || state === 'stopping';
  const serverInfo = server.state.kind === 'running' ? server.state.connection.serverInfo : undefined;
  const evidence: Evidence[] = running ? [{ kind: 'started-here' }, ...membershipEvidence(members)] : [];
  const seen = window.containersOf(server.recordId);
  if (record?.container) evidence.push(...containerEvidence(record.container, seen));
  return rowOf(members, new Map(), {
    key,
    name: description.name,
    client: description.client,
    folder: description.folder,
    group: running || state === 'failed' ? 'thisWindow' : 'notRunning',
    managedBy: 'mcpProcesses',
    verdict: running ? 'active' : 'gone',
    evidence,
    state,
    failure,
    serverInfo: serverInfo,
    configurationFile: configured.find((one) => one.key === key)?.file,
    sessionId: own.session.id,
    recordId: server.recordId,
    containers: record ? (seen?.containers ?? []) : [],
    containerProblem: record && seen?.problem,
  });
}

function configuredRow(snapshot: Snapshot, window: ThisWindow, server: ConfiguredServer): ServerView {
  const members =
    server.managedBy === 'editor' || server.managedBy === 'foreign' ? runningCopy(snapshot, window, server) : [];
  const [root] = members;
  return rowOf(members, new Map(), {
    key: server.key,
    name: server.name,
    client: server.client,
    folder: server.folder,
    group: root ? 'thisWindow' : 'notRunning',
    managedBy: server.managedBy,
    verdict: root ? 'active' : 'gone',
    evidence: root ? [{ kind: 'child-matches', pid: root.entry.pid }] : [],
    state: root ? 'running' : 'stopped',
    url: server.url,
    configurationFile: server.file,
  });
}

/** The direct child of our own host that runs what an entry says, with everything below it. */
function runningCopy(snapshot: Snapshot, { self, platform }: ThisWindow, server: ConfiguredServer): Member[] {
  const root = childrenOf(snapshot, self.pid).find(
    (child) =>
      !child.zombie && !child.cookie && child.args && server.matches(child.args, observe(platform, snapshot, child)),
  );
  return root
    ? [root, ...descendantsOf(snapshot, root.pid)]
        .filter((entry) => !entry.zombie)
        .map((entry) => ({ entry, identity: identityOf(snapshot, entry), by: 'tree' as const }))
    : [];
}

function containersSeen(seen: ContainersSeen | undefined): Pick<ServerView, 'containers' | 'containerProblem'> {
  return { containers: seen?.containers ?? [], containerProblem: seen?.problem };
}

/** What is known of the container of a server that somebody else started. */
function unlabelledEvidence(
  record: ServerRecord,
  members: readonly Member[],
  seen: ContainersSeen | undefined,
): ContainerFinding[] {
  const elsewhere = new Map<string, ContainerFinding>();
  for (const found of members.flatMap(({ entry }) => containerElsewhere(entry) ?? []))
    elsewhere.set(found.found, found);
  return [...(record.container ? containerEvidence(record.container, seen) : []), ...elsewhere.values()];
}

function containerEvidence({ program }: ContainerRun, seen: ContainersSeen | undefined): ContainerFinding[] {
  if (!seen) return [{ kind: 'container-not-asked', program }];
  if (seen.problem) return [{ kind: 'container-unknown', failure: seen.problem }];
  return seen.containers.map(({ id, image, state }) => ({ kind: 'container', id, image, state }));
}

/** Why each of a server's processes is its own, in their order. */
function membershipEvidence(members: readonly Member[]): Evidence[] {
  const roots = new Set(members.flatMap(({ entry, by }) => (by === 'root' ? [entry.pid] : [])));
  return members.map(({ entry: { pid, ppid }, by }) => ({
    ...{ kind: 'member', pid, by },
    ...(by === 'tree' && !roots.has(ppid) && { below: ppid }),
  }));
}

/** A row with the facts that follow from its members. */
export function rowOf(
  members: readonly Member[],
  spared: SparedReasons,
  rest: Partial<ServerView> &
    Pick<ServerView, 'key' | 'name' | 'client' | 'folder' | 'group' | 'managedBy' | 'verdict' | 'evidence' | 'state'>,
): ServerView {
  const top = members[0]?.entry;
  return {
    failure: undefined,
    serverInfo: undefined,
    copies: 1,
    containers: [],
    containerProblem: undefined,
    url: undefined,
    configurationFile: undefined,
    sessionId: undefined,
    recordId: undefined,
    pid: top?.pid,
    startedAt: top && approximateStart(top.start),
    memory: memoryOf(members),
    processes: treeOf(members, spared),
    ...rest,
  };
}
