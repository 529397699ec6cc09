import type {
  AdoptedFacts,
  Facts,
  ForeignFacts,
  Requester,
  ServerFacts,
  UserFacts,
} from '../../../src/judgement/facts';
import type { ProcessIdentity } from '../../../src/os/identity';
import type { ProcessEntry, Snapshot } from '../../../src/os/platform';
import { formatCookie } from '../../../src/registry/cookie';
import type { ServerRecord, SessionFile } from '../../../src/registry/schema';
import { newRecord, newSession } from '../../support/records';

// Process tables, sessions and records as plain values, for tests of the judgement.

export const SCOPE = 't0123456789abcdef';
export const OTHER_SCOPE = 'tfedcba9876543210';
export const HOME = '00112233aabbccdd';
export const OTHER_HOME = 'ffffffffffffffff';
export const UID = 1000;
export const OWNER_GONE = { kind: 'owner-gone', role: 'window', pid: 300, isPidReused: false } as const;
export const OWNER_RUNNING = { kind: 'owner-running', role: 'window', pid: 300 } as const;

/** A UUID that ends in `number`. */
export function uuid(number: number): string {
  return `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;
}

/** A process that started at tick `pid` and leads a session and a group, unless `change` says otherwise. */
export function entry(pid: number, ppid: number, change: Partial<ProcessEntry> = {}): ProcessEntry {
  return {
    pid,
    start: `t${pid}`,
    ppid,
    uid: UID,
    pgid: pid,
    sid: pid,
    hasTerminal: false,
    zombie: false,
    name: 'node',
    args: ['node', `server-${pid}.js`],
    memory: 1,
    cpuTime: 1,
    cookie: undefined,
    environmentReadable: true,
    ...change,
  };
}

export function table(...entries: readonly ProcessEntry[]): Snapshot {
  return { scope: SCOPE, takenAt: 0, processes: new Map(entries.map((one) => [one.pid, one])) };
}

export function identity(pid: number, start = `t${pid}`, scope = SCOPE): ProcessIdentity {
  return { pid, start, scope };
}

export function recordOf(change: Partial<ServerRecord> = {}): ServerRecord {
  const started = { root: identity(500), posixSession: 500 };
  const grace = { stdin: 1_000, term: 2_000 };
  return newRecord({ id: uuid(1), server: 'files', createdAt: 0, ...started, grace, ...change });
}

/** A session whose owner is pid 300, which {@link machine} does not have: it is dead. */
export function sessionOf(change: Partial<SessionFile> = {}): SessionFile {
  const records = [recordOf()];
  return newSession({ id: uuid(100), home: HOME, owner: identity(300), startedAt: 0, records, ...change });
}

/** The full cookie of a record of a session. */
export function cookieOf(session: SessionFile = sessionOf(), record = uuid(1)): string {
  return formatCookie({ home: session.home, session: session.id, record, owner: session.owner });
}

/** init, our shell, our process (pid 200), and an orphaned server (pid 500) with a child; `more` adds or replaces. */
export function machine(...more: readonly ProcessEntry[]): Snapshot {
  return table(
    entry(1, 0, { uid: 0, name: 'systemd', args: ['/sbin/init'] }),
    entry(100, 1, { name: 'bash', args: ['bash'] }),
    entry(200, 100),
    entry(500, 1),
    entry(501, 500, { sid: 500 }),
    ...more,
  );
}

/** Differences from {@link factsOn}; those that facts of the kind do not have are ignored. */
export type FactsChange = Partial<
  Omit<AdoptedFacts & Pick<ForeignFacts, 'clientAbove' | 'named'>, 'kind' | 'requester'> & {
    readonly kind: ServerFacts['kind'];
    readonly requester: Requester;
    readonly isOwnerGuessed: boolean;
  }
>;

/** Facts about process `pid` of `snapshot` that permit a signal: a dead session's own server. */
export function factsOn(snapshot: Snapshot = machine(), pid = 500, change: FactsChange = {}): Facts {
  const found = snapshot.processes.get(pid);
  const { kind = 'launched', requester = { by: 'reaper' }, stdin, clientAbove, named = false, ...others } = change;
  const { session = { kind: 'dead', evidence: OWNER_GONE }, isOwnerGuessed = false, ...rest } = others;
  const ofMember = {
    ...{ identity: identity(pid), snapshot, self: identity(200), ownUid: UID, liveOwners: [], neverReap: [] },
    ...({ service: { kind: 'none' }, rootSession: found?.sid ?? 500, outsideUse: undefined } as const),
    ...({ memberBy: 'root', provenByCookie: false, carriesAnother: false } as const),
    inspection: found ? ({ kind: 'present', entry: found } as const) : ({ kind: 'gone' } as const),
    requester: requester.by === 'user' ? ({ by: 'reaper' } as const) : requester,
    ...rest,
  };
  const facts = ((): ServerFacts => {
    switch (kind) {
      case 'launched':
        return isOwnerGuessed
          ? { ...ofMember, kind, session, isOwnerGuessed, stdin }
          : { ...ofMember, kind, session, isOwnerGuessed };
      case 'adopted':
        return { ...ofMember, kind, session, stdin };
      case 'foreign':
        return { ...ofMember, kind, stdin, clientAbove, named };
    }
  })();
  return requester.by === 'user' ? confirmedByUser(facts) : facts;
}

/** The same process, chosen by the user. */
export function confirmedByUser(facts: Facts): UserFacts {
  const { identity, inspection, snapshot, self, ownUid, liveOwners, service, neverReap } = facts;
  const ofProcess = { identity, inspection, snapshot, self, ownUid, liveOwners, service, neverReap };
  return { ...ofProcess, kind: 'user', requester: { by: 'user' } };
}
