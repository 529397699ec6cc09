import * as l10n from '@vscode/l10n';
import type { ContainersSeen } from '../containers/recordedContainers';
import type { Member } from '../judgement/members';
import type { Evidence } from '../model/evidence';
import { recordKey } from '../model/keys';
import type { SessionStanding, SessionView } from '../model/serverView';
import type { ProcessIdentity } from '../os/identity';
import type { Users } from '../os/users';
import { isLabelled, isWrapperSession, type ServerRecord, type SessionFile } from '../registry/schema';
import type { ScannedSession } from '../scan/scan';
import {
  type ContainersOf,
  containerEvidence,
  containersView,
  membershipEvidence,
  processesView,
  type SparedReasons,
} from './row';

/** Findings about sessions in addition to a scan. */
export interface SessionFindings {
  /** What a reap would spare of a row, by its key. */
  readonly sparedOf: (key: string) => SparedReasons;
  /** The users of a dead session's server that is spared as a whole, by the key of its row. */
  readonly usedBy: (key: string) => Users | undefined;
  readonly containersOf: ContainersOf;
  /** The client that owns a session, by the name that people know; for what `mcp-processes run` started. */
  readonly clientOf: (owner: ProcessIdentity) => string | undefined;
}

/** The parts of one row. */
interface Row {
  readonly record: ServerRecord;
  readonly members: readonly Member[];
  readonly seen: ContainersSeen | undefined;
  readonly spared: SparedReasons;
  /** Its users, although its session is dead. */
  readonly user: Users | undefined;
}

/** Rows of another session's records of which something is left. */
export function sessionRows(judged: ScannedSession, findings: SessionFindings): SessionView[] {
  const { session, verdict } = judged;
  const client = isWrapperSession(session) ? findings.clientOf(session.owner) : undefined;
  return judged.records.flatMap(({ record, members }) => {
    const seen = findings.containersOf(record.id);
    // A container outlives its client: the row stays until its engine says that nothing is left.
    const isGone = seen !== undefined && seen.problem === undefined && seen.containers.length === 0;
    if (members.length === 0 && (isGone || !isLabelled(record))) return [];
    const key = recordKey(session.id, record.id);
    const spared = findings.sparedOf(key);
    const user = verdict.kind === 'dead' ? findings.usedBy(key) : undefined;
    return {
      kind: 'session',
      key,
      name: record.server || l10n.t('unknown server'),
      client: client || record.client || 'MCP Processes',
      folder: record.folder,
      ...standingOf(judged, user),
      evidence: evidenceOf(judged, { record, members, seen, spared, user }),
      state: 'running',
      sessionId: session.id,
      recordId: record.id,
      ...processesView(members, spared),
      ...containersView(seen),
    };
  });
}

function standingOf({ session, verdict, claimedBy }: ScannedSession, user: Users | undefined): SessionStanding {
  const isRun = isWrapperSession(session);
  const group = isRun ? 'otherClients' : 'otherWindows';
  switch (verdict.kind) {
    case 'dead': {
      if (user) return { group: 'otherClients', verdict: 'active', usedBy: user };
      // No question while it is already being ended.
      const isAsking = session.automatic === 'ask' && !claimedBy;
      return {
        ...{ group: 'orphaned', verdict: 'orphaned' },
        ...(isAsking && { awaitsAnswer: isRun ? 'client' : 'window' }),
      };
    }
    case 'live':
      return { group, verdict: session.detachedSince === undefined ? 'active' : 'detached' };
    case 'unknown':
      return { group, verdict: 'unknown' };
  }
}

function evidenceOf({ session, verdict, claimedBy }: ScannedSession, row: Row): Evidence[] {
  const { record, members, seen, spared, user } = row;
  const { automatic, detachedSince } = session;
  return [
    verdict.evidence,
    startEvidence(session, record),
    ...membershipEvidence(members),
    ...(user === undefined ? [] : [{ kind: 'in-use', by: user } as const]),
    ...[...spared].map(([pid, refusal]) => ({ kind: 'spared', pid, refusal }) as const),
    ...(record.container ? containerEvidence(record.container, seen) : []),
    ...(claimedBy ? [{ kind: 'being-ended', by: claimedBy.pid } as const] : []),
    ...(verdict.kind === 'dead' && automatic !== 'on' ? [{ kind: 'not-automatic', automatic } as const] : []),
    ...(verdict.kind === 'live' && detachedSince !== undefined
      ? [{ kind: 'window-away', since: detachedSince } as const]
      : []),
  ];
}

function startEvidence({ editor }: SessionFile, { server }: ServerRecord): Evidence {
  return { kind: 'started-by', ...(server && { server }), ...(editor && { editor }) };
}
