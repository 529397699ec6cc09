import type { Requester } from '../../src/judgement/facts';
import { type Being, cookieText, movedTo, type TrueRecord, type TrueSession, userOf, type World } from './world';

// The rules written a second time: slowly, from the truth about the machine instead of what was observed.
// Shares no code with what it checks.

/** Caches results, so that the slow way finishes. */
function once<K extends object, V>(find: (world: World, of: K) => V): (world: World, of: K) => V {
  const known = new WeakMap<K, V>();
  return (world, of) => {
    if (!known.has(of)) known.set(of, find(world, of));
    return known.get(of) as V;
  };
}

/** Current ancestors, nearest first. */
export const chain = once((world: World, being: Being): readonly Being[] => {
  const found: Being[] = [];
  for (let one = world.above(being); one; one = world.above(one)) found.push(one);
  return found;
});

/** Current living descendants. */
const living = once((world: World, being: Being): readonly Being[] =>
  world.beings.filter((one) => isAlive(one) && chain(world, one).includes(being)),
);

/** The same, as the inspection before the signal shows them. */
function chainAtInspection(world: World, being: Being): readonly Being[] {
  const moved = being.draw.race === 'moved' ? movedTo(world, being) : undefined;
  return moved ? [moved, ...chain(world, moved)] : chain(world, being);
}

function isAlive(being: Being): boolean {
  return being.draw.life === 'alive';
}

export function isEditor(being: Being): boolean {
  return being.draw.role === 'editor';
}

/** Whether the user, or the setting, names this server. */
export function isNamed({ started }: TrueRecord): boolean {
  return started.draw.any % 4 !== 3;
}

/** Members by definition: root, census, cookie carriers, and what runs below without another record's cookie. */
export const trueMembers = once((world: World, record: TrueRecord): ReadonlySet<Being> => {
  const { session } = record;
  const members = new Set<Being>();
  if (session.draw.otherScope) return members;
  const own = cookieText(session, record.id);
  const elsewhere = (being: Being) => being.cookie?.whole === true && being.cookie.text !== own;
  const { lost } = session.draw;
  for (const being of world.beings.filter(isAlive)) {
    const isRoot = !lost && being === record.root;
    const inCensus = !lost && record.census.includes(being) && !elsewhere(being);
    if (isRoot || inCensus || being.cookie?.text === own) members.add(being);
  }
  for (let size = -1; size !== members.size; ) {
    size = members.size;
    for (const being of world.beings) {
      const parent = world.above(being);
      if (isAlive(being) && parent && members.has(parent) && !elsewhere(being)) members.add(being);
    }
  }
  return members;
});

export const verdictOn = once((world: World, session: TrueSession): 'live' | 'dead' | 'unknown' => {
  const { owner, draw, records } = session;
  if (draw.otherScope) return 'unknown';
  if (isAlive(owner) && !draw.shifted) return 'live';
  const holder = world.byPid.get(owner.pid);
  if (!holder || !isAlive(holder)) return 'dead';
  const known = draw.lost ? records.filter(({ kind }) => kind === 'launched') : records;
  const members = known.flatMap((record) => [...trueMembers(world, record)]);
  return members.some((being) => world.snapshot.processes.get(being.pid)?.ppid === owner.pid) ? 'unknown' : 'dead';
});

/** Owners known to be alive. */
export function liveOwners(world: World): Being[] {
  return world.sessions.filter((session) => verdictOn(world, session) === 'live').map(({ owner }) => owner);
}

export interface Case {
  readonly record: TrueRecord;
  readonly members: ReadonlySet<Being>;
  readonly verdict: 'live' | 'dead' | 'unknown';
  readonly live: readonly Being[];
  readonly requester: Requester;
  /** Whether its stdin was probed before, 2 s or more ago. */
  readonly probedBefore: boolean;
}

/** All reasons against a signal to a member. */
export function obstacles(world: World, being: Being, asked: Case): string[] {
  const { record, members, verdict, live, requester, probedBefore } = asked;
  const { draw } = being;
  const found: string[] = [];
  const against = (speaks: boolean, what: string) => speaks && found.push(what);
  const ancestors = chainAtInspection(world, being);
  const stopsOwn = requester.by === 'own session';

  against(['gone', 'recycled', 'error', 'zombie'].includes(draw.race), `race: ${draw.race}`);
  against(being.pid === 1, 'init');
  if (process.getuid) against(draw.user !== 'own' || draw.race === 'otherUser', 'user');
  against(being === world.self || chain(world, world.self).includes(being), 'self or ancestor');
  against(isEditor(being) || draw.race === 'editor', 'editor');
  const carriesOwn = being.cookie?.text === cookieText(record.session, record.id);
  const mayBeMain = draw.role === 'service' && !carriesOwn && !ancestors.some(({ pid }) => pid > 1);
  against(draw.role === 'serviceUnknown' || mayBeMain, 'service');
  against(
    [being, ...ancestors].some(({ draw: { role } }) => role === 'runtime'),
    'container runtime',
  );

  const own = stopsOwn ? ancestors.indexOf(record.session.owner) : -1;
  const between = own < 0 ? ancestors : ancestors.slice(0, own);
  against(
    between.some((one) => live.includes(one) || (isEditor(one) && one.pid > 1)),
    'under a live owner or editor',
  );

  const { lost, isWrapperSession } = record.session.draw;
  const isGuessed = lost || isWrapperSession;
  const hasLeft = (one: Being) => record.posixSession === undefined || lost || one.sid !== record.posixSession;
  const useOf = (one: Being): 'none' | 'used' | 'unknown' => {
    const user = userOf(world, one);
    const isInsider = user && (members.has(user) || (stopsOwn && !isGuessed && user === record.session.owner));
    if (user && !isInsider) return 'used';
    return one.draw.use === 'unknown' ? 'unknown' : 'none';
  };
  if (hasLeft(being)) {
    const below = [being, ...living(world, being)];
    const roles = below.map(({ draw: { role } }) => role);
    against(
      roles.some((role) => ['terminal', 'terminalUnknown', 'editor'].includes(role)),
      'terminal or editor below',
    );
    against(
      below.some((one) => useOf(one) !== 'none'),
      'outside use',
    );
  }
  // A session may stop its own servers; any other server is spared as a whole while a stranger is connected.
  if (record.kind !== 'launched' || isGuessed) {
    const stayed = [...members].filter((one) => !hasLeft(one));
    const leftBelow = [...members].filter(
      (one) => hasLeft(one) && stayed.some((top) => living(world, top).includes(one)),
    );
    against(
      stayed.some((one) => useOf(one) !== 'none'),
      'the server is or may be in use',
    );
    against(
      leftBelow.some((one) => [one, ...living(world, one)].some((each) => useOf(each) === 'used')),
      'a process below the server is in use',
    );
  }
  if (world.neverReap.length > 0 && !stopsOwn) {
    against(
      [being, ...ancestors].some(({ draw: { role } }) => role === 'listed'),
      'listed',
    );
    against(draw.role === 'argsHidden', 'arguments hidden');
  }

  if (record.kind === 'launched') against(!stopsOwn && verdict !== 'dead', 'owner');
  if (record.kind === 'adopted') against(verdict !== 'dead', 'owner');
  const isGuessedDead = record.kind === 'launched' && isGuessed && !stopsOwn;
  if (record.kind !== 'launched' || isGuessedDead) {
    const tops = [...members].filter((one) => {
      const parent = world.above(one);
      return !parent || !members.has(parent);
    });
    const peers = tops.map(({ draw: { stdin } }) => stdin);
    against(peers.includes('alive'), 'stdin');
    if (record.kind === 'foreign') {
      against(!isNamed(record), 'not chosen');
      against(peers.includes('unknown') || !probedBefore, 'stdin not surely gone');
      against(
        chain(world, being).some(({ draw: { role } }) => role === 'client'),
        'client above',
      );
    }
  }
  return found;
}
