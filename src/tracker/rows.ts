import type { ConfiguredServer } from '../clients/configuredServer';
import type { Basis } from '../clients/entryMatcher';
import { observe } from '../clients/observed';
import { elsewhereReason } from '../containers/engineClients';
import type { ContainersSeen } from '../containers/recordedContainers';
import { identityOf, type Member, membersOf } from '../judgement/members';
import { childrenOf, descendantsOf } from '../judgement/processTree';
import type { LaunchedServer } from '../launch/launchedServer';
import type { ServerView } from '../model/inventory';
import { foreignKey, recordKey } from '../model/keys';
import type { ProcessIdentity } from '../os/identity';
import type { Platform, Snapshot } from '../os/platform';
import { approximateStart } from '../os/startTime';
import type { OwnSession } from '../registry/ownSession';
import { type ContainerRun, isLabelled, isWrapperSession, type ServerRecord } from '../registry/schema';
import type { ForeignServer } from '../scan/foreignServers';
import type { ScannedSession } from '../scan/scan';
import { memoryOf, treeOf } from './processNodes';

/** Why members are kept, by pid. */
export type SparedReasons = ReadonlyMap<number, string>;

/** Rows of another session's records that have living members. */
export function rowsOfSession(
  { session, verdict, records, claimedBy }: ScannedSession,
  sparedOf: (key: string) => SparedReasons,
  containersOf: (recordId: string) => ContainersSeen | undefined,
  /** The client that owns a session, by the name that people know; for what `mcp-processes run` started. */
  clientOf: (owner: ProcessIdentity) => string | undefined,
  /** Who is connected to a dead session's server, all of which is kept. */
  usedBy: (key: string) => string | undefined = () => undefined,
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
    const evidence = [
      verdict.evidence,
      `${record.server || 'this server'} was started by ${session.editor || 'an editor session'}`,
      ...membershipEvidence(members),
      ...(user === undefined ? [] : [inUseEvidence(user)]),
      ...[...spared].map(([pid, reason]) => `pid ${pid} is kept: ${reason}`),
    ];
    if (record.container) evidence.push(...containerEvidence(record.container, seen));
    if (claimedBy) evidence.push(`pid ${claimedBy.pid} is ending it`);
    const isOrphaned = verdict.kind === 'dead' && user === undefined;
    if (verdict.kind === 'dead' && session.automatic !== 'on') {
      evidence.push(
        `not ended automatically because its session's mcpProcesses.reap.automatic is "${session.automatic}"`,
      );
    }
    // Where somebody is at it already there is nothing to ask.
    const awaitsAnswer = verdict.kind === 'dead' && session.automatic === 'ask' && !claimedBy;
    const detached = verdict.kind === 'live' && session.detachedSince !== undefined;
    if (detached)
      evidence.push(`its window has been away since ${new Date(session.detachedSince).toLocaleTimeString()}`);
    rows.push(
      rowOf(members, spared, {
        key,
        name: record.server || 'unknown server',
        client: (isRun && clientOf(session.owner)) || record.client || 'MCP Processes',
        folder: record.folder,
        ...(user !== undefined && { usedBy: user }),
        group: isOrphaned ? 'orphaned' : isRun || user !== undefined ? 'otherClients' : 'otherWindows',
        managedBy: 'mcpProcesses',
        verdict: isOrphaned ? 'orphaned' : user !== undefined ? 'active' : verdictOf(verdict, detached),
        evidence,
        proof: verdict.evidence,
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

function inUseEvidence(by: string): string {
  return `it is in use by ${by}, which is connected to it`;
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
    const proof = above.kind === 'client' ? undefined : inputEvidence(other);
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
        `pid ${record.root?.pid} matches "${named.name}" of ${named.client}${named.file ? ` (${named.file})` : ''}: ${basisEvidence(named.basis)}`,
        ...ownerEvidence(other),
        ...(proof === undefined ? [] : [proof]),
        ...useEvidence(other),
        ...(isProven ? [] : ['this was seen once; a second look follows in a moment']),
        ...(count > 1 ? [`${count} copies of it run under the same client`] : []),
        // That its first process is itself is no news: it was recorded in this very scan.
        ...membershipEvidence(members).slice(members[0]?.by === 'root' ? 1 : 0),
        ...unlabelledEvidence(record, members, containersOf(record.id)),
      ],
      ...(proof !== undefined && { proof }),
      state: 'running',
      copies: count,
      configurationFile: named.file,
      recordId: record.id,
      ...containersSeen(containersOf(record.id)),
    });
  });
}

/** What it rests on that a process is a configured server. */
function basisEvidence(basis: Basis): string {
  switch (basis.kind) {
    case 'path':
      return 'its command names what it runs by the whole path';
    case 'package':
      return 'it runs that published package';
    case 'image':
      return 'it runs that image';
    case 'program':
      return 'it is that installed program';
    case 'folder':
      return `it runs in that entry's folder, ${basis.folder}`;
    case 'placeholder':
      return `${basis.placeholder} stands for ${basis.value}, where that entry applies`;
    case 'name':
      return 'nothing but its name says so';
  }
}

/** Who has a connection to a server that no known client runs. */
function userOf({ stdin, heldBy, use }: ForeignServer): string | undefined {
  if (stdin?.kind === 'alive' && heldBy === 'strangers') return stdin.by;
  return use?.kind === 'used' ? use.by : undefined;
}

function ownerEvidence({ above, launcher }: ForeignServer): string[] {
  if (above.kind === 'client') return [`it runs under ${above.title}, pid ${above.pid}`];
  return launcher
    ? [`it runs under ${launcher.name}, pid ${launcher.pid}`]
    : ['its parent has exited, and no known client is above it'];
}

function inputEvidence({ stdin, heldBy }: ForeignServer): string | undefined {
  switch (stdin?.kind) {
    case 'gone':
      return stdin.proof;
    case 'unknown':
      return `cannot confirm that no client is connected: ${stdin.reason}`;
    case 'alive': {
      if (heldBy === 'orphans') return `its stdin is held only by other orphans: ${stdin.by}`;
      const many = (stdin.holders?.length ?? 0) > 1;
      const stranger = many ? ', which are no known MCP clients' : ', which is no known MCP client';
      return `its stdin is held by ${stdin.by}${heldBy === 'strangers' ? stranger : ''}`;
    }
  }
}

function useEvidence({ above, use }: ForeignServer): string[] {
  if (above.kind === 'client') return [];
  switch (use?.kind) {
    case 'used':
      return [inUseEvidence(use.by)];
    case 'unknown':
      return [`whether somebody is connected to it is unknown: ${use.reason}`];
    case 'none':
      return ['no other program is connected to it'];
  }
  return [];
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
      root
        ? `started by ${record.client} in this window`
        : 'its first process has ended, but what it started still runs',
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
  const evidence = running ? ['started by this window', ...membershipEvidence(members)] : [];
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
    evidence: root
      ? [`pid ${root.entry.pid} is a child of this window's extension host and matches the configuration`]
      : [],
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
): string[] {
  const elsewhere = members.flatMap(({ entry }) => elsewhereReason(entry) ?? []);
  return [...(record.container ? containerEvidence(record.container, seen) : []), ...new Set(elsewhere)];
}

function containerEvidence({ program }: ContainerRun, seen: ContainersSeen | undefined): string[] {
  if (!seen) return [`it runs in a container; ${program} has not been asked about it yet`];
  if (seen.problem) return [`container unknown: ${seen.problem}`];
  return seen.containers.map(({ id, image, state }) => `container ${id.slice(0, 12)} of ${image} is ${state}`);
}

/** Why each of a server's processes is its, in their order. */
function membershipEvidence(members: readonly Member[]): string[] {
  const roots = new Set(members.flatMap(({ entry, by }) => (by === 'root' ? [entry.pid] : [])));
  return members.map((member) => membershipSentence(member, roots));
}

function membershipSentence({ entry: { pid, ppid }, by }: Member, roots: ReadonlySet<number>): string {
  switch (by) {
    case 'root':
      return `pid ${pid} is the same process that was started (checked by start time)`;
    case 'census':
      return `pid ${pid} was seen earlier as its child process`;
    case 'cookie':
      return `pid ${pid} carries its cookie`;
    case 'tree':
      return roots.has(ppid) ? `pid ${pid} is its child process` : `pid ${pid} is a child process of pid ${ppid}`;
  }
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
