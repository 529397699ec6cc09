import type { Claim, ClientAbove, StdinStand } from '../judgement/facts';
import { askKillBar } from '../judgement/killBar';
import { cookieNames, type Member, membersOf } from '../judgement/members';
import { parentOf } from '../judgement/processTree';
import { judgeSession, type SessionVerdict } from '../judgement/sessionVerdict';
import { mayServeStrangers } from '../judgement/signalRules';
import { joinStdinPeers } from '../judgement/stdinStand';
import { ownTurn } from '../os/eventLoop';
import type { ProcessIdentity } from '../os/identity';
import type { Platform, ProcessEntry, Snapshot } from '../os/platform';
import { parseCookie } from '../registry/cookie';
import { isOfLauncher, type ServerRecord, type SessionFile } from '../registry/schema';
import type { Ruled, TreeScan } from './ladder';
import { askOutsideUses, type OutsideUses } from './outsideUses';
import type { StdinWatch } from './stdinWatch';

/** What a ruling on a whole server tree needs besides the tree. */
export interface Circumstances {
  readonly platform: Platform;
  readonly self: ProcessIdentity;
  readonly claim: Claim;
  /** Owners of live sessions in this snapshot. */
  readonly liveOwners: readonly ProcessIdentity[];
  readonly neverReap: readonly string[];
  readonly stdinWatch: StdinWatch;
  /** For foreign servers: whether somebody named this very one, and who of the known clients runs above a process. */
  readonly named?: boolean;
  readonly clientAbove?: (snapshot: Snapshot, entry: ProcessEntry) => ClientAbove | undefined;
}

/** What was found out about use and stdin, ms before the ruling and the signal: the turns of many ladders may lie between. */
const PROBE_LASTS_MS = 250;

/** One scan of a record's tree: its living members, and the means to rule on any of them from this scan. */
export function scanTree(
  circumstances: Circumstances,
  snapshot: Snapshot,
  session: SessionFile,
  record: ServerRecord,
): TreeScan {
  // Children first, so that a wrapper cannot restart what was just ended.
  const members = membersOf(snapshot, session, record).reverse();
  return { members, rule: (some) => ruleOn(circumstances, snapshot, session, record, members, some) };
}

/** Whether a ruling whose probes were made at `at`, as performance.now() has it, may still be acted upon. */
export function freshSince(at: number): () => boolean {
  return () => performance.now() - at <= PROBE_LASTS_MS;
}

/** Rules on members, each process and probe read afresh. */
async function ruleOn(
  circumstances: Circumstances,
  snapshot: Snapshot,
  session: SessionFile,
  record: ServerRecord,
  members: readonly Member[],
  some: readonly Member[],
): Promise<Ruled[]> {
  if (some.length === 0) return [];
  // Hundreds of ladders look at one moment.
  await ownTurn();
  const { platform, self, claim, neverReap, liveOwners, named = false, clientAbove } = circumstances;
  const memberPids = new Set(members.map(({ entry }) => entry.pid));
  const verdict = record.kind === 'foreign' ? undefined : verdictOn(snapshot, session);
  const needsStdin = record.kind !== 'launched' || (claim.by === 'reaper' && isOwnerGuessed(session));
  const probe = async () => {
    const [stdin, uses] = await Promise.all([
      needsStdin ? stdinStandOf(circumstances, snapshot, members, memberPids) : undefined,
      claim.by === 'user' ? undefined : outsideUsesOf(circumstances, snapshot, session, record, members, some),
    ]);
    return { stdin, uses, at: performance.now() };
  };
  let probed = await probe();
  // The last pause: what follows a ruling shall follow it at once.
  await ownTurn();
  if (performance.now() - probed.at > PROBE_LASTS_MS) probed = await probe();
  const { stdin, uses, at } = probed;
  const isFresh = freshSince(at);
  const ownUid = process.getuid?.();
  const ruled: Ruled[] = [];
  for (const member of some) {
    const { identity, entry } = member;
    const service = await platform.serviceRole(identity);
    const look = await platform.look(identity.pid);
    const ruling = askKillBar({
      identity,
      kind: record.kind,
      look,
      snapshot,
      self,
      ownUid,
      claim,
      memberBy: member.by,
      carriesAnother:
        member.by !== 'root' && look.kind === 'present' && carriesAnother(look.entry.cookie, session, record),
      provenByCookie: cookieNames(parseCookie(entry.cookie), session, record.id),
      session: verdict,
      stdin,
      clientAbove: clientAbove?.(snapshot, entry),
      named,
      liveOwners,
      service,
      rootSession: record.posixSession,
      isOwnerGuessed: isOwnerGuessed(session),
      outsideUse: uses?.of(member),
      neverReap,
    });
    ruled.push({ member, ruling, isFresh });
  }
  return ruled;
}

/** Whether a cookie hands a process to somebody else. An overwritten environment has none, and hands it to nobody. */
function carriesAnother(text: string | undefined, session: SessionFile, { id }: ServerRecord): boolean {
  const cookie = parseCookie(text);
  return cookie !== undefined && !cookieNames(cookie, session, id);
}

/**
 * Whether the owner was only taken for the client, being the nearest likely ancestor; a session that is known from
 * cookies alone may be such a one. Where we launched the server ourselves, nobody else ever had its stdin.
 */
function isOwnerGuessed(session: SessionFile): boolean {
  return session.editor === '' || isOfLauncher(session);
}

const verdicts = new WeakMap<Snapshot, WeakMap<SessionFile, SessionVerdict>>();

/** Whether a session is dead, by the members of all its records: each may contradict. Judged once per snapshot. */
function verdictOn(snapshot: Snapshot, session: SessionFile): SessionVerdict {
  const known = verdicts.get(snapshot) ?? new WeakMap<SessionFile, SessionVerdict>();
  verdicts.set(snapshot, known);
  const verdict =
    known.get(session) ??
    judgeSession(
      snapshot,
      session,
      session.records.flatMap((record) => membersOf(snapshot, session, record)),
    );
  known.set(session, verdict);
  return verdict;
}

/** The stdin of what stands at the top of the tree: what is below gets its input from there, or from a file. */
async function stdinStandOf(
  { platform, stdinWatch }: Circumstances,
  snapshot: Snapshot,
  members: readonly Member[],
  memberPids: ReadonlySet<number>,
): Promise<StdinStand> {
  const tops = members.filter(({ entry }) => {
    const parent = parentOf(snapshot, entry);
    return !parent || !memberPids.has(parent.pid);
  });
  const ask = () => Promise.all(tops.map(({ identity }) => platform.stdinPeer(identity)));
  let peers = await ask();
  // A busy machine gets a second chance: what is kept now waits for the next sweep, and after a guard there is none.
  if (peers.some((peer) => peer.kind === 'unknown' && peer.look === 'failed')) peers = await ask();
  const goneFor = tops.map(({ identity }, index) => stdinWatch.look(identity, peers[index]?.kind === 'gone'));
  return { peer: joinStdinPeers(peers, memberPids), goneFor: Math.min(...goneFor) };
}

/** Who is connected to a server, as far as the rule wants to know. */
function outsideUsesOf(
  { platform, claim }: Circumstances,
  snapshot: Snapshot,
  session: SessionFile,
  record: ServerRecord,
  members: readonly Member[],
  some: readonly Member[],
): Promise<OutsideUses> {
  const isOwnerGuessedHere = isOwnerGuessed(session);
  const isAskedWhole = mayServeStrangers({ kind: record.kind, isOwnerGuessed: isOwnerGuessedHere });
  const memberPids = members.map(({ entry }) => entry.pid);
  // Our own pipes to a server that we stop are no stranger's use of it.
  const insiders = claim.by === 'own session' && !isOwnerGuessedHere ? [...memberPids, claim.owner.pid] : memberPids;
  return askOutsideUses(platform, {
    snapshot,
    // In use or not, a server is one; of what has left it, only those are asked about who are ruled on.
    members: isAskedWhole ? members : some,
    rootSession: record.posixSession,
    insiders: new Set(insiders),
    isAskedWhole,
  });
}
