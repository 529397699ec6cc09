import { askKillBar, type Claim, hasLeftRootSession } from '../judgement/killBar';
import { membersOf } from '../judgement/members';
import { descendantsOf } from '../judgement/processTree';
import type { ProcessIdentity } from '../os/identity';
import type { Platform, Snapshot } from '../os/platform';
import type { ServerRecord, SessionFile } from '../registry/schema';
import type { Ruled } from './ladder';

/** What a ruling on a whole server tree needs besides the tree. */
export interface Circumstances {
  readonly platform: Platform;
  readonly self: ProcessIdentity;
  readonly claim: Claim;
  /** Owners of live sessions in this snapshot. */
  readonly liveOwners: (snapshot: Snapshot) => readonly ProcessIdentity[];
  readonly neverReap: readonly string[];
}

/**
 * Rules on every member of a record from one snapshot, each process and probe read afresh.
 * The members are returned children first, so that a wrapper cannot restart what was just ended.
 */
export async function ruleOnTree(
  circumstances: Circumstances,
  snapshot: Snapshot,
  session: SessionFile,
  record: ServerRecord,
): Promise<Ruled[]> {
  const { platform, self, claim, neverReap } = circumstances;
  const members = membersOf(snapshot, session, record);
  // Our own pipes to a server that we stop are no stranger's use of it.
  const memberPids = new Set(members.map(({ entry }) => entry.pid));
  if (claim.by === 'own session') memberPids.add(claim.owner.pid);
  const liveOwners = circumstances.liveOwners(snapshot);
  const rootSession = record.root && record.ownSession ? record.root.pid : undefined;
  const ownUid = process.getuid?.();
  const ruled: Ruled[] = [];
  for (const member of members.reverse()) {
    const { identity } = member;
    const outsideUse = hasLeftRootSession(member.entry, rootSession)
      ? await platform.outsideUse(
          [identity.pid, ...descendantsOf(snapshot, identity.pid).map(({ pid }) => pid)],
          memberPids,
        )
      : undefined;
    const service = await platform.serviceRole(identity);
    const look = await platform.look(identity.pid);
    const ruling = askKillBar({
      identity,
      look,
      snapshot,
      self,
      ownUid,
      claim,
      liveOwners,
      service,
      rootSession,
      outsideUse,
      neverReap,
      provenByCookie: member.by === 'cookie' || (member.entry.cookie?.includes(`:${record.id}:`) ?? false),
    });
    ruled.push({ member, ruling });
  }
  return ruled;
}
