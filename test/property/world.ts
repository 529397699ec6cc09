import type { ProcessIdentity } from '../../src/os/identity';
import type { Inspection, OutsideUse, Platform, ProcessEntry, Snapshot, StdinPeer } from '../../src/os/platform';
import { seen, UNSEEN } from '../../src/os/users';
import { formatCookie } from '../../src/registry/cookie';
import { type ServerRecord, type SessionFile, WRAPPER_EDITOR } from '../../src/registry/schema';
import { newRecord, newSession } from '../support/records';
import { HOME, OTHER_HOME, OTHER_SCOPE, SCOPE, uuid } from '../unit/judgement/table';
import type { ForestDraw, ProcessDraw, SessionDraw } from './draws';

// Builds a machine from draws: the truth about it, and what can be observed.

const OWN_UID = process.getuid?.();

/** The truth about one process. Processes are listed in the order of their starts. */
export interface Being {
  readonly index: number;
  readonly pid: number;
  /** Ticks since boot. */
  readonly start: number;
  /** The process that started it. */
  readonly parent: Being | undefined;
  readonly draw: ProcessDraw;
  readonly sid: number;
  readonly cookie: { readonly text: string; readonly whole: boolean } | undefined;
  readonly owned: TrueSession | undefined;
}

export interface TrueSession {
  readonly draw: SessionDraw;
  readonly id: string;
  readonly owner: Being;
  /** The recorded identity of its owner. */
  readonly identity: ProcessIdentity;
  readonly records: TrueRecord[];
}

export interface TrueRecord {
  readonly id: string;
  readonly session: TrueSession;
  readonly kind: ServerRecord['kind'];
  readonly started: Being;
  readonly posixSession: number | undefined;
  root: Being | undefined;
  readonly census: Being[];
}

export interface World {
  readonly beings: readonly Being[];
  readonly sessions: readonly TrueSession[];
  readonly self: Being;
  readonly neverReap: readonly string[];
  readonly reparents: boolean;
  /** The process with this pid, alive or zombie. */
  readonly byPid: ReadonlyMap<number, Being>;
  readonly snapshot: Snapshot;
  readonly platform: Platform;
  /** The current parent of a process, if any. */
  above(being: Being): Being | undefined;
}

export function cookieText(session: TrueSession, record: string, home = HOME): string {
  return formatCookie({ home, session: session.id, record, owner: session.identity });
}

export function makeWorld(draw: ForestDraw): World {
  const plain: ProcessDraw = {
    parent: 0,
    life: 'alive',
    reusesPid: false,
    sameTick: false,
    role: 'plain',
    leaves: true,
    user: 'own',
    cookie: 'lost',
    ownsSession: false,
    server: 'none',
    rootRecorded: true,
    inCensus: false,
    race: 'none',
    use: 'none',
    usedBy: 0,
    stdin: 'gone',
    any: 0,
  };
  const beings: Being[] = [];
  const sessions: TrueSession[] = [];
  /** Dead processes whose pid was taken by another: they had no child after that. */
  const replaced = new Set<Being>();
  const draws = [plain, plain, ...draw.processes].map((one) =>
    // Without reparenting there are no zombies either.
    !draw.reparents && one.life === 'zombie' ? { ...one, life: 'dead' as const } : one,
  );
  for (const [index, one] of draws.entries()) {
    const candidates = beings.filter((being) => !replaced.has(being));
    const parent = index === 0 ? undefined : candidates[one.parent % candidates.length];
    const former = one.reusesPid
      ? candidates.find((being) => being.draw.life === 'dead' && being !== parent)
      : undefined;
    if (former) replaced.add(former);
    const pid = index === 0 ? 1 : (former?.pid ?? 100 + index);
    const start = one.sameTick && parent && !former ? parent.start : index * 10;
    const served = parent?.owned && one.server !== 'none' ? parent.owned : undefined;
    const leaves = one.leaves || served !== undefined;
    const recordId = uuid(10_000 + index);
    const launched = served !== undefined && one.server === 'launched';
    const being: Being = {
      index,
      pid,
      start,
      parent,
      draw: one,
      sid: leaves || !parent ? pid : parent.sid,
      cookie: launched ? { text: cookieText(served, recordId), whole: true } : cookieOf(one, parent, sessions),
      owned: undefined,
    };
    if (one.ownsSession && index > 1) {
      const sessionDraw = draw.sessions[one.any % draw.sessions.length] as SessionDraw;
      const session: TrueSession = {
        draw: sessionDraw,
        id: uuid(20_000 + index),
        owner: being,
        identity: {
          pid,
          start: `t${start + (sessionDraw.shifted ? 100_000 : 0)}`,
          scope: sessionDraw.otherScope ? OTHER_SCOPE : SCOPE,
        },
        records: [],
      };
      (being as { owned: TrueSession }).owned = session;
      sessions.push(session);
    }
    if (served && one.server !== 'none') {
      served.records.push({
        id: recordId,
        session: served,
        kind: one.server,
        started: being,
        posixSession: one.rootRecorded ? being.sid : undefined,
        root: one.rootRecorded ? being : undefined,
        census: [],
      });
    }
    beings.push(being);
  }
  for (const being of beings) {
    if (being.draw.inCensus) {
      for (let one = being.parent; one; one = one.parent) recordStartedAt(one)?.census.push(being);
    }
  }
  for (const { draw: sessionDraw, owner, records } of sessions) {
    if (!sessionDraw.hostile || !records[0]) continue;
    records[0].root = beings[owner.draw.any % beings.length];
    records[0].census.push(...beings.filter(({ draw: { any } }) => any % 5 === 0));
  }
  return observe(draw, beings, sessions);
}

function recordStartedAt(being: Being): TrueRecord | undefined {
  return being.parent?.owned?.records.find(({ started }) => started === being);
}

function cookieOf(draw: ProcessDraw, parent: Being | undefined, sessions: readonly TrueSession[]): Being['cookie'] {
  if (draw.cookie === 'inherited') return parent?.cookie;
  const session = sessions[draw.any % Math.max(1, sessions.length)];
  const launched = session?.records.filter(({ kind }) => kind === 'launched') ?? [];
  const record = launched[draw.any % Math.max(1, launched.length)];
  if (draw.cookie === 'lost' || !session || !record) return undefined;
  const text = cookieText(session, record.id, draw.cookie === 'otherHome' ? OTHER_HOME : HOME);
  return draw.cookie === 'cut' ? { text: text.slice(0, -1), whole: false } : { text, whole: true };
}

function observe(draw: ForestDraw, beings: readonly Being[], sessions: readonly TrueSession[]): World {
  const listed = beings.filter(({ draw: { life } }) => life !== 'dead');
  const byPid = new Map(listed.map((being) => [being.pid, being]));
  const init = beings[0] as Being;
  const above = (being: Being): Being | undefined => {
    if (!being.parent) return undefined;
    if (being.parent.draw.life === 'alive') return being.parent;
    if (!draw.reparents) return undefined;
    for (let one: Being | undefined = being.parent; one; one = one.parent) {
      if (one.draw.life === 'alive' && one.draw.role === 'subreaper') return one;
    }
    return init;
  };
  const ppidOf = (being: Being) => (draw.reparents ? above(being)?.pid : being.parent?.pid) ?? 0;
  const entries = new Map(listed.map((being) => [being.pid, entryOf(being, ppidOf(being))]));
  // Half of the tables are reversed: the order of a process table means nothing.
  const processes = new Map(draw.self % 2 ? [...entries].reverse() : entries);
  const candidates = listed.filter(
    ({ index, draw: { life, user, race } }) => index > 0 && life === 'alive' && user === 'own' && race === 'none',
  );
  const self = candidates[draw.self % candidates.length] as Being;
  const world = {
    beings,
    sessions,
    self,
    neverReap: draw.neverReap ? ['listed-server'] : [],
    reparents: draw.reparents,
    byPid,
    snapshot: { scope: SCOPE, takenAt: 0, processes },
    above,
  };
  return { ...world, platform: platformOf(world) };
}

function entryOf({ pid, start, draw, sid, cookie }: Being, ppid: number): ProcessEntry {
  const names: Partial<Record<ProcessDraw['role'], string>> = { editor: 'code', runtime: 'conmon', listed: 'listed' };
  const uids = { own: OWN_UID, other: (OWN_UID ?? 0) + 1, unknown: undefined };
  return {
    pid,
    start: `t${start}`,
    ppid,
    uid: pid === 1 ? 0 : uids[draw.user],
    pgid: sid,
    sid,
    hasTerminal: draw.role === 'terminalUnknown' ? undefined : draw.role === 'terminal',
    zombie: draw.life === 'zombie',
    name: names[draw.role] ?? 'node',
    args: draw.role === 'argsHidden' ? undefined : ['node', draw.role === 'listed' ? 'listed-server.js' : 'server.js'],
    memory: undefined,
    cpuTime: undefined,
    cookie: cookie?.text,
    environmentReadable: cookie !== undefined,
  };
}

/** The parent that an inspection finds, if the process was reparented since the snapshot. */
export function movedTo({ beings }: Pick<World, 'beings'>, being: Being): Being | undefined {
  const older = beings.filter(({ index, start, draw: { life } }) => {
    return life === 'alive' && index < being.index && start <= being.start;
  });
  return older[being.draw.any % Math.max(1, older.length)];
}

function lookAt(world: Omit<World, 'platform'>, pid: number): Inspection {
  const being = world.byPid.get(pid);
  const entry = world.snapshot.processes.get(pid);
  if (!being || !entry) return { kind: 'gone' };
  const present = (change: Partial<ProcessEntry> = {}): Inspection => ({
    kind: 'present',
    entry: { ...entry, ...change },
  });
  switch (being.draw.race) {
    case 'none':
      return present();
    case 'gone':
      return { kind: 'gone' };
    case 'error':
      return { kind: 'error', reason: { kind: 'system', code: 'EIO' } };
    case 'recycled':
      return present({ start: 't999999' });
    case 'zombie':
      return present({ zombie: true });
    case 'otherUser':
      return present({ uid: (OWN_UID ?? 0) + 1 });
    case 'editor':
      return present({ name: 'code' });
    case 'moved':
      return present({ ppid: movedTo(world, being)?.pid ?? entry.ppid });
  }
}

/** The living process that is connected to a process, if any. */
export function userOf({ beings }: Pick<World, 'beings'>, { draw }: Being): Being | undefined {
  const user = beings[draw.usedBy % beings.length] as Being;
  return draw.use === 'used' && user.draw.life === 'alive' ? user : undefined;
}

function platformOf(world: Omit<World, 'platform'>): Platform {
  const drawOf = (pid: number) => world.byPid.get(pid)?.draw;
  const platform: Partial<Platform> = {
    name: 'procfs',
    scope: SCOPE,
    inspect: async (pid) => lookAt(world, pid),
    serviceRole: async ({ pid }) => {
      const role = drawOf(pid)?.role;
      if (role === 'serviceUnknown') return { kind: 'unknown', reason: { kind: 'system', code: 'EACCES' } };
      return role === 'service' ? { kind: 'service', name: 'x.service' } : { kind: 'none' };
    },
    stdinPeer: async ({ pid }): Promise<StdinPeer> => {
      const peer = drawOf(pid)?.stdin ?? 'unknown';
      if (peer === 'alive') return { kind: 'alive', by: UNSEEN };
      return peer === 'gone'
        ? { kind: 'gone', proof: 'no peer' }
        : { kind: 'unknown', reason: { kind: 'program-missing', program: 'ss' } };
    },
    outsideUse: async (pids, insiders): Promise<OutsideUse> => {
      // The dead have no connections.
      const living = pids.flatMap((pid) => world.byPid.get(pid) ?? []).filter(({ draw: { life } }) => life === 'alive');
      const stranger = living.map((being) => userOf(world, being)).find((one) => one && !insiders.has(one.pid));
      if (stranger) return { kind: 'used', by: seen({ pid: stranger.pid }) };
      const isUnknown = living.some(({ draw: { use } }) => use === 'unknown');
      return isUnknown ? { kind: 'unknown', reason: { kind: 'program-missing', program: 'ss' } } : { kind: 'none' };
    },
  };
  return platform as Platform;
}

/** The session as its file describes it, or, when that is lost, as its cookies do. */
export function fileOf(session: TrueSession): SessionFile {
  const { draw, id, identity, records } = session;
  const known = draw.lost ? records.filter(({ kind }) => kind === 'launched') : records;
  return newSession({
    id,
    home: HOME,
    owner: identity,
    startedAt: 0,
    // A cookie does not say which client launched a server.
    editor: draw.lost ? '' : draw.isWrapperSession ? `${WRAPPER_EDITOR}a client` : 'an editor',
    records: known.map((record) => recordOf(record, draw.lost)),
  });
}

function recordOf({ id, kind, root, posixSession, census }: TrueRecord, lost: boolean): ServerRecord {
  return newRecord({
    id,
    kind,
    createdAt: 0,
    root: lost || !root ? undefined : identityOf(root),
    posixSession: lost ? undefined : posixSession,
    census: lost ? [] : census.map(identityOf),
  });
}

export function identityOf({ pid, start }: Being): ProcessIdentity {
  return { pid, start: `t${start}`, scope: SCOPE };
}
