import { memoizeWeak } from '../common/memo';
import type { MembershipProof } from '../model/evidence';
import { type ProcessIdentity, sameProcess } from '../os/identity';
import type { ProcessEntry, Snapshot } from '../os/platform';
import { type Cookie, parseCookie } from '../registry/cookie';
import type { ServerRecord, SessionFile } from '../registry/schema';
import { descendantsOf } from './processTree';

interface Carrier {
  readonly entry: ProcessEntry;
  readonly cookie: Cookie;
}

export interface Member {
  readonly entry: ProcessEntry;
  readonly identity: ProcessIdentity;
  readonly by: MembershipProof;
}

/** The identity of a process as a snapshot saw it. */
export function identityOf(snapshot: Snapshot, entry: ProcessEntry): ProcessIdentity {
  return { pid: entry.pid, start: entry.start, scope: snapshot.scope };
}

/** Finds an identity in a snapshot: same pid, same start, same scope, and not a zombie. */
export function findAlive(snapshot: Snapshot, identity: ProcessIdentity): ProcessEntry | undefined {
  const entry = snapshot.processes.get(identity.pid);
  if (!entry || entry.zombie) return undefined;
  return sameProcess(identityOf(snapshot, entry), identity) ? entry : undefined;
}

/** Whether a cookie names exactly this home, session, record and owner (K24, K26). */
export function cookieNames(cookie: Cookie | undefined, session: SessionFile, record: string): boolean {
  return (
    cookie !== undefined &&
    cookie.home === session.home &&
    cookie.session === session.id &&
    cookie.record === record &&
    sameProcess(cookie.owner, session.owner)
  );
}

/**
 * All living members of a record: its root, its census, the carriers of its cookie, and everything below any of them.
 * A process below them with *another* record's cookie is that record's member, and so are its descendants.
 */
export function membersOf(snapshot: Snapshot, session: SessionFile, record: ServerRecord): Member[] {
  if (session.owner.scope !== snapshot.scope) return [];
  const members = new Map<number, Member>();
  const add = (entry: ProcessEntry, by: MembershipProof) => {
    if (entry.zombie || members.has(entry.pid)) return;
    members.set(entry.pid, { entry, identity: identityOf(snapshot, entry), by });
    for (const below of descendantsOf(snapshot, entry.pid, (one) => !belongsElsewhere(one, session, record))) {
      if (below.zombie || members.has(below.pid)) continue;
      members.set(below.pid, { entry: below, identity: identityOf(snapshot, below), by: 'tree' });
    }
  };
  const known: [ProcessIdentity, MembershipProof][] = record.census.map((identity) => [identity, 'census']);
  if (record.root) known.unshift([record.root, 'root']);
  for (const [identity, by] of known) {
    const entry = findAlive(snapshot, identity);
    // It may have been recorded between its fork, with our cookie, and its exec with another record's cookie.
    if (entry && !(by === 'census' && belongsElsewhere(entry, session, record))) add(entry, by);
  }
  for (const { entry, cookie } of carriersIn(snapshot).get(record.id) ?? []) {
    if (cookieNames(cookie, session, record.id)) add(entry, 'cookie');
  }
  return [...members.values()];
}

/** Living carriers of a cookie that parses, by the record that it names. */
const carriersIn = memoizeWeak((snapshot: Snapshot): ReadonlyMap<string, readonly Carrier[]> => {
  const carriers = new Map<string, Carrier[]>();
  for (const entry of snapshot.processes.values()) {
    const cookie = entry.zombie ? undefined : parseCookie(entry.cookie);
    if (!cookie) continue;
    const others = carriers.get(cookie.record);
    if (others) others.push({ entry, cookie });
    else carriers.set(cookie.record, [{ entry, cookie }]);
  }
  return carriers;
});

function belongsElsewhere(entry: ProcessEntry, session: SessionFile, record: ServerRecord): boolean {
  const cookie = parseCookie(entry.cookie);
  return cookie !== undefined && !cookieNames(cookie, session, record.id);
}
