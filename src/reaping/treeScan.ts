import { nextTick } from '../common/eventLoop';
import { PROBE_LASTS_MS } from '../common/limits';
import { memoizeWeak } from '../common/memo';
import type { HeldServer } from '../judgement/abandonedTogether';
import { runsUnderOtherUser } from '../judgement/clientAbove';
import type { ClientAbove, Facts, ServerFacts, ServerRequester, StdinStatus, UserFacts } from '../judgement/facts';
import { evaluateKillPolicy, objectionTo } from '../judgement/killPolicy';
import { cookieNames, type Member, membersOf } from '../judgement/members';
import { parentOf } from '../judgement/processTree';
import { judgeSession, type SessionVerdict } from '../judgement/sessionVerdict';
import { mayServeStrangers } from '../judgement/signalRules';
import { isHeldWithin, joinStdinPeers } from '../judgement/stdinStatus';
import type { ProcessIdentity } from '../os/identity';
import type { Platform, ProcessEntry, Snapshot, StdinPeer } from '../os/platform';
import { parseCookie } from '../registry/cookie';
import { isWrapperSession, type ServerRecord, type SessionFile } from '../registry/schema';
import { askOutsideUses, type OutsideUses } from '../scan/outsideUses';
import type { DecidedMember, TreeScan } from './ladder';
import type { StdinWatch } from './stdinWatch';

/** What a decision on any process needs besides the process. */
export interface ProcessContext {
  readonly platform: Platform;
  readonly self: ProcessIdentity;
  /** Owners of live sessions in this snapshot. */
  readonly liveOwners: readonly ProcessIdentity[];
  readonly neverReap: readonly string[];
}

/** What a decision on a server tree needs besides the tree. */
export interface DecisionContext extends ProcessContext {
  readonly requester: ServerRequester;
  readonly stdinWatch: StdinWatch;
  /** For foreign servers: whether the user or a setting chose this very server, and which known client runs above it. */
  readonly named?: boolean;
  readonly clientAbove?: (snapshot: Snapshot, entry: ProcessEntry) => ClientAbove | undefined;
  /** For foreign servers: processes of other orphans that end together with this one; asked where its stdin has a holder. */
  readonly companions?: () => Promise<ReadonlySet<number>>;
}

/** A record's living members in one snapshot, with the context for decisions on them. */
export interface Tree {
  readonly context: DecisionContext;
  readonly snapshot: Snapshot;
  readonly session: SessionFile;
  readonly record: ServerRecord;
  /** Children first, so that a wrapper cannot restart what has just ended. */
  readonly members: readonly Member[];
}

export function treeOf(context: DecisionContext, snapshot: Snapshot, session: SessionFile, record: ServerRecord): Tree {
  return { context, snapshot, session, record, members: membersOf(snapshot, session, record).reverse() };
}

/** One scan of a record's tree: its living members, and decisions on any of them. */
export function scanTree(...tree: Parameters<typeof treeOf>): TreeScan {
  return scanOf(treeOf(...tree));
}

export function scanOf(tree: Tree): TreeScan {
  return { members: tree.members, decide: (some) => decideOn(tree, some) };
}

/** Processes that the user chose, whatever servers they belong to. */
export function chosenScan(context: ProcessContext, snapshot: Snapshot, members: readonly Member[]): TreeScan {
  const decide = (some: readonly Member[]) =>
    Promise.all(
      some.map(async (member): Promise<DecidedMember> => {
        const at = performance.now();
        return decided(member, await userFactsOn(context, snapshot, member), at);
      }),
    );
  return { members, decide };
}

/** @param at when the first of the facts was asked for, as performance.now() has it: a decision on old ones is no permission. */
function decided(member: Member, facts: Facts, at: number): DecidedMember {
  const use = facts.kind === 'user' ? undefined : facts.outsideUse;
  const isFresh = () => performance.now() - at <= PROBE_LASTS_MS;
  return { member, decision: evaluateKillPolicy(facts), use, isFresh };
}

/** Decides on members; inspects and probes each process again. */
async function decideOn(tree: Tree, some: readonly Member[]): Promise<DecidedMember[]> {
  if (some.length === 0) return [];
  const probed = await probe(tree, some);
  const decisions: DecidedMember[] = [];
  for (const member of some) decisions.push(decided(member, await factsOn(tree, member, probed), probed.at));
  return decisions;
}

/**
 * Describes a tree for other orphans whose stdin it may hold: the processes that no rule spares, regardless of the tree's
 * own stdin, and the peers of that stdin. Gives no permits.
 */
export async function heldServerIn(tree: Tree): Promise<HeldServer> {
  const { snapshot, members } = tree;
  // Hundreds of trees are examined at the same time.
  await nextTick();
  const [peers, uses] = await Promise.all([stdinPeersOf(tree), outsideUsesOf(tree, members)]);
  const stdin = { peer: { kind: 'gone', proof: 'no peer' }, goneFor: Number.POSITIVE_INFINITY } as const;
  const endable = new Set<number>();
  for (const member of members) {
    const spared = objectionTo(await factsOn(tree, member, { stdin, uses }));
    if (spared === undefined && !runsUnderOtherUser(snapshot, member.entry)) endable.add(member.entry.pid);
  }
  return { pids: new Set(members.map(({ entry }) => entry.pid)), endable, peers };
}

interface Probed {
  readonly stdin: StdinStatus | undefined;
  readonly uses: OutsideUses;
  /** performance.now() */
  readonly at: number;
}

async function probe(tree: Tree, some: readonly Member[]): Promise<Probed> {
  const { context, session, record } = tree;
  const { requester } = context;
  // Hundreds of ladders scan at the same time.
  await nextTick();
  const needsStdin = record.kind !== 'launched' || (requester.by === 'reaper' && isOwnerGuessed(session));
  const once = async (): Promise<Probed> => {
    const [stdin, uses] = await Promise.all([needsStdin ? stdinStatusOf(tree) : undefined, outsideUsesOf(tree, some)]);
    return { stdin, uses, at: performance.now() };
  };
  const probed = await once();
  // The last pause: the signal must follow the decision immediately.
  await nextTick();
  return performance.now() - probed.at > PROBE_LASTS_MS ? once() : probed;
}

/** The facts of every process, all read now; the inspection last. */
async function processFactsOn(context: ProcessContext, snapshot: Snapshot, { identity }: Member) {
  const { platform, self, liveOwners, neverReap } = context;
  const service = await platform.serviceRole(identity);
  const inspection = await platform.inspect(identity.pid);
  return { identity, inspection, snapshot, self, ownUid: process.getuid?.(), liveOwners, service, neverReap };
}

async function userFactsOn(context: ProcessContext, snapshot: Snapshot, member: Member): Promise<UserFacts> {
  return { ...(await processFactsOn(context, snapshot, member)), kind: 'user', requester: { by: 'user' } };
}

async function factsOn(
  { context, snapshot, session, record }: Tree,
  member: Member,
  { stdin, uses }: Pick<Probed, 'stdin' | 'uses'>,
): Promise<ServerFacts> {
  const { requester, named = false, clientAbove } = context;
  const { entry } = member;
  const facts = await processFactsOn(context, snapshot, member);
  const { inspection } = facts;
  const ofMember = {
    ...facts,
    requester,
    memberBy: member.by,
    provenByCookie: cookieNames(parseCookie(entry.cookie), session, record.id),
    carriesAnother:
      member.by !== 'root' && inspection.kind === 'present' && carriesAnother(inspection.entry.cookie, session, record),
    rootSession: record.posixSession,
    outsideUse: uses.of(member),
  };
  switch (record.kind) {
    case 'launched': {
      const ofLaunched = { ...ofMember, kind: record.kind, session: verdictOn(snapshot, session) };
      const isGuessed = isOwnerGuessed(session);
      return isGuessed
        ? { ...ofLaunched, isOwnerGuessed: isGuessed, stdin }
        : { ...ofLaunched, isOwnerGuessed: isGuessed };
    }
    case 'adopted':
      return { ...ofMember, kind: record.kind, session: verdictOn(snapshot, session), stdin };
    case 'foreign':
      return { ...ofMember, kind: record.kind, stdin, clientAbove: clientAbove?.(snapshot, entry), named };
  }
}

/** Whether a cookie names another record. An overwritten environment has no cookie. */
function carriesAnother(text: string | undefined, session: SessionFile, { id }: ServerRecord): boolean {
  const cookie = parseCookie(text);
  return cookie !== undefined && !cookieNames(cookie, session, id);
}

/**
 * Whether the owner is a guess, as the nearest likely ancestor; it may be for a session that is known from cookies alone.
 * Where we launched the server ourselves, only we had its stdin.
 */
function isOwnerGuessed(session: SessionFile): boolean {
  return session.editor === '' || isWrapperSession(session);
}

const verdictsIn = memoizeWeak((snapshot: Snapshot) =>
  memoizeWeak((session: SessionFile) =>
    judgeSession(
      snapshot,
      session,
      session.records.flatMap((record) => membersOf(snapshot, session, record)),
    ),
  ),
);

/** Whether a session is dead, by the members of all its records: each can contradict. Judged once per snapshot. */
function verdictOn(snapshot: Snapshot, session: SessionFile): SessionVerdict {
  return verdictsIn(snapshot)(session);
}

/** The stdin of the topmost processes: all others get their input from these, or from a file. */
async function stdinStatusOf(tree: Tree): Promise<StdinStatus> {
  const { stdinWatch, companions } = tree.context;
  const memberPids = new Set(tree.members.map(({ entry }) => entry.pid));
  const tops = topsOf(tree);
  const peers = await stdinPeersOf(tree);
  const own = joinStdinPeers(peers, memberPids);
  const companionPids = own.kind === 'alive' && companions ? await companions() : new Set<number>();
  const goneFor = tops.map(({ identity }, index) => {
    const peer = peers[index] as StdinPeer;
    const isHeldByCompanions = isHeldWithin(peer, memberPids, companionPids) && !isHeldWithin(peer, memberPids);
    return stdinWatch.observe(identity, peer.kind === 'gone' || isHeldByCompanions);
  });
  return { peer: joinStdinPeers(peers, memberPids, companionPids), goneFor: Math.min(...goneFor) };
}

function topsOf({ snapshot, members }: Tree): Member[] {
  const pids = new Set(members.map(({ entry }) => entry.pid));
  return members.filter(({ entry }) => {
    const parent = parentOf(snapshot, entry);
    return !parent || !pids.has(parent.pid);
  });
}

async function stdinPeersOf(tree: Tree): Promise<readonly StdinPeer[]> {
  const { platform } = tree.context;
  const ask = () => Promise.all(topsOf(tree).map(({ identity }) => platform.stdinPeer(identity)));
  const peers = await ask();
  // A busy machine gets a second try: a spared server waits for the next sweep, and after a guard there may be none.
  return peers.some((peer) => peer.kind === 'unknown' && peer.failure === 'failed') ? ask() : peers;
}

/** What is connected to a server, as far as the rule needs it. */
function outsideUsesOf({ context, snapshot, session, record, members }: Tree, some: readonly Member[]) {
  const { platform, requester } = context;
  const isGuessed = isOwnerGuessed(session);
  const isAskedWhole = mayServeStrangers({ kind: record.kind, isOwnerGuessed: isGuessed });
  const memberPids = members.map(({ entry }) => entry.pid);
  // Our own pipes to a server that we stop are no outside use.
  const insiders = requester.by === 'own session' && !isGuessed ? [...memberPids, requester.owner.pid] : memberPids;
  return askOutsideUses(platform, {
    snapshot,
    // A server is in use as a whole; of members that have left it, only those to decide on are examined.
    members: isAskedWhole ? members : some,
    rootSession: record.posixSession,
    insiders: new Set(insiders),
    isAskedWhole,
  });
}
