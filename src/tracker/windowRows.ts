import type { ConfiguredServer } from '../clients/configuredServer';
import { observe } from '../clients/observed';
import { identityOf, type Member, membersOf } from '../judgement/members';
import { childrenOf, descendantsOf } from '../judgement/processTree';
import type { LaunchedServer } from '../launch/launchedServer';
import type { Evidence } from '../model/evidence';
import { recordKey } from '../model/keys';
import type { AdoptedView, ConfiguredView, LaunchedStanding, LaunchedView, RemoteView } from '../model/serverView';
import type { ProcessIdentity } from '../os/identity';
import type { Platform, Snapshot } from '../os/platform';
import type { RecordId } from '../registry/ids';
import type { OwnSession } from '../registry/ownSession';
import type { ServerRecord } from '../registry/schema';
import {
  type ContainersOf,
  containerEvidence,
  containersView,
  membershipEvidence,
  processesView,
  unlabelledEvidence,
} from './row';

/** What a window shows as its own. */
type WindowView = LaunchedView | AdoptedView | ConfiguredView | RemoteView;

/** The properties of a launched server that rows show. */
export interface ShownServer extends Pick<LaunchedServer, 'description' | 'state' | 'failure' | 'lastLine'> {
  readonly recordId: RecordId;
}

/** The input for the rows of this window. */
export interface ThisWindow {
  readonly own: Pick<OwnSession, 'session' | 'record'>;
  readonly self: ProcessIdentity;
  readonly launched: ReadonlyMap<string, ShownServer>;
  readonly configured: readonly ConfiguredServer[];
  readonly platform: Platform;
  readonly containersOf: ContainersOf;
}

/** Rows of this window: what it launched, what it adopted, and what is configured but not running. */
export function windowRows(snapshot: Snapshot, window: ThisWindow): WindowView[] {
  const rows = new Map<string, WindowView>();
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
  taken: ReadonlyMap<string, WindowView>,
): AdoptedView | undefined {
  const members = membersOf(snapshot, own.session, record);
  if (members.length === 0) return undefined;
  const entry = configured
    .filter(isStartedByOthers)
    .find(
      ({ key, name, client, folder }) =>
        name === record.server && client === record.client && folder === record.folder && !taken.has(key),
    );
  const root = members.find(({ by }) => by === 'root');
  const seen = containersOf(record.id);
  return {
    kind: 'adopted',
    key: entry?.key ?? recordKey(own.session.id, record.id),
    name: record.server,
    client: record.client,
    folder: record.folder,
    managedBy: entry?.managedBy ?? 'foreign',
    ...HERE,
    evidence: [
      root ? { kind: 'started-in-window', client: record.client } : { kind: 'root-ended' },
      ...membershipEvidence(members),
      ...unlabelledEvidence(record, members, seen),
    ],
    state: 'running',
    configurationFile: entry?.file,
    sessionId: own.session.id,
    recordId: record.id,
    ...processesView(members),
    ...containersView(seen),
  };
}

const HERE = { group: 'thisWindow', verdict: 'active' } as const;

type StartedByOthers = ConfiguredServer & { readonly managedBy: AdoptedView['managedBy'] };

function isStartedByOthers(server: ConfiguredServer): server is StartedByOthers {
  return server.managedBy === 'editor' || server.managedBy === 'foreign';
}

function launchedRow(snapshot: Snapshot, window: ThisWindow, key: string, server: ShownServer): LaunchedView {
  const { own, configured } = window;
  const { description, state } = server;
  const record = own.record(server.recordId);
  const members = record ? membersOf(snapshot, own.session, record) : [];
  const standing = standingOf(server, members.length > 0);
  const seen = window.containersOf(server.recordId);
  const evidence: Evidence[] = standing.verdict === 'active' ? [{ kind: 'started-here' }] : [];
  return {
    kind: 'launched',
    key,
    name: description.name,
    client: description.client,
    folder: description.folder,
    ...standing,
    evidence: [
      ...evidence,
      ...membershipEvidence(members),
      ...(record?.container ? containerEvidence(record.container, seen) : []),
    ],
    serverInfo: state.kind === 'running' ? state.connection.serverInfo : undefined,
    configurationFile: configured.find((one) => one.key === key)?.file,
    sessionId: own.session.id,
    recordId: server.recordId,
    ...processesView(members),
    ...containersView(record && seen),
  };
}

function standingOf(server: ShownServer, isAlive: boolean): LaunchedStanding {
  const { state, failure } = server;
  switch (state.kind) {
    case 'starting':
      return { ...HERE, state: 'starting', failure: undefined };
    case 'stopping':
      return { ...HERE, state: 'stopping', failure };
    case 'failed':
      return {
        ...{ group: 'thisWindow', verdict: isAlive ? 'active' : 'gone' },
        ...{ state: 'failed', failure: { ...state.failure, lastLine: server.lastLine } },
      };
    case 'running':
    case 'disconnected':
    case 'stopped': {
      const shown = state.kind === 'stopped' ? 'stopped' : 'running';
      return isAlive
        ? { ...HERE, state: shown, failure: undefined }
        : { group: 'notRunning', verdict: 'gone', state: shown, failure: undefined };
    }
  }
}

/** A configured server that is neither launched nor adopted: usually it is not running. */
function configuredRow(
  snapshot: Snapshot,
  window: ThisWindow,
  server: ConfiguredServer,
): AdoptedView | ConfiguredView | RemoteView {
  const { key, name, client, folder, file } = server;
  const configured = { key, name, client, folder, configurationFile: file };
  if (server.managedBy === 'remote') return { ...configured, ...NOT_HERE, kind: 'remote', url: server.url };
  const members = isStartedByOthers(server) ? runningCopy(snapshot, window, server) : [];
  const [root] = members;
  const { managedBy } = server;
  if (!root || managedBy === 'mcpProcesses') return { ...configured, ...NOT_HERE, kind: 'configured', managedBy };
  return {
    ...configured,
    ...{ kind: 'adopted', managedBy, ...HERE, state: 'running' },
    evidence: [{ kind: 'child-matches', pid: root.entry.pid }],
    sessionId: window.own.session.id,
    recordId: undefined,
    ...processesView(members),
    ...containersView(undefined),
  };
}

const NOT_HERE = {
  group: 'notRunning',
  verdict: 'gone',
  state: 'stopped',
  evidence: [],
  pid: undefined,
  startedAt: undefined,
  memory: undefined,
  processes: [],
  containers: [],
  containerProblem: undefined,
} as const;

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
