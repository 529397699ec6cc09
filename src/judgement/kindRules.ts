import { CONFIRM_FOREIGN_MS } from '../common/limits';
import type { Refusal } from '../model/refusal';
import type { RecordKind } from '../registry/schema';
import type { Facts, Rule, StdinStatus } from './facts';

/** What must hold for a server of each kind, besides the rules that hold for every signal. */
export const kindRules: Readonly<Record<RecordKind, Readonly<Record<string, Rule>>>> = {
  launched: { launchedIsNamed, launchedOwnerGone, launchedIsAbandoned },
  adopted: { adoptedIsNamed, adoptedOwnerGone, adoptedIsAbandoned },
  foreign: { foreignIsNamed, foreignHasNoClient, foreignIsAbandoned },
};

/** Our record names its identity, or it carries the full cookie, or it runs below one of these. */
function launchedIsNamed({ memberBy }: Facts): Refusal | undefined {
  return memberBy ? undefined : { rule: 'launchedIsNamed' };
}

function launchedOwnerGone({ requester, session }: Facts): Refusal | undefined {
  if (requester.by === 'own session') return undefined;
  return ownerGone('launchedOwnerGone', session);
}

/** Examined where the owner was only taken for the client: a helper may have started the server for somebody who lives. */
function launchedIsAbandoned({ requester, stdin }: Facts): Refusal | undefined {
  if (requester.by === 'own session' || !stdin) return undefined;
  return whyMayBeInUse('launchedIsAbandoned', stdin);
}

/** Without our cookie only identities that we wrote down count, and what runs below them now. */
function adoptedIsNamed({ memberBy }: Facts): Refusal | undefined {
  return memberBy === 'root' || memberBy === 'census' || memberBy === 'tree' ? undefined : { rule: 'adoptedIsNamed' };
}

/** Nobody but its editor stops an adopted server while that lives, not even the session that watches it (K18). */
function adoptedOwnerGone({ session }: Facts): Refusal | undefined {
  return ownerGone('adoptedOwnerGone', session);
}

/**
 * Where the system cannot tell, its dead owner has to be enough: we saw this very process alive under it. Where it can,
 * and merely did not this time, the next sweep asks again.
 */
function adoptedIsAbandoned({ stdin }: Facts): Refusal | undefined {
  const rule = 'adoptedIsAbandoned';
  return stdin ? whyMayBeInUse(rule, stdin) : { rule, found: 'not asked' };
}

/** A system without the means to look must not keep every orphan for good; one that has them and fails must not kill. */
function whyMayBeInUse(rule: 'launchedIsAbandoned' | 'adoptedIsAbandoned', { peer }: StdinStatus): Refusal | undefined {
  if (peer.kind === 'alive') return { rule, found: 'held', by: peer.by };
  const isFailed = peer.kind === 'unknown' && peer.failure === 'failed';
  return isFailed ? { rule, found: 'unknown', reason: peer.reason } : undefined;
}

/** Recognising somebody's command is no leave to end it: the user has to mean this one (K25). */
function foreignIsNamed({ named }: Facts): Refusal | undefined {
  return named ? undefined : { rule: 'foreignIsNamed' };
}

function foreignHasNoClient({ clientAbove }: Facts): Refusal | undefined {
  const rule = 'foreignHasNoClient';
  if (!clientAbove) return { rule, client: 'not asked' };
  if (clientAbove.kind === 'none') return undefined;
  return { rule, client: { title: clientAbove.title, pid: clientAbove.pid } };
}

/** A stranger whose stdin has no holder is spared until it has been seen so a second time. */
function foreignIsAbandoned({ stdin }: Facts): Refusal | undefined {
  const rule = 'foreignIsAbandoned';
  if (!stdin) return { rule, found: 'not asked' };
  if (stdin.peer.kind === 'alive') return { rule, found: 'held', by: stdin.peer.by };
  if (stdin.peer.kind === 'unknown') return { rule, found: 'unknown', reason: stdin.peer.reason };
  return stdin.goneFor >= CONFIRM_FOREIGN_MS ? undefined : { rule, found: 'awaits second scan' };
}

function ownerGone(rule: 'launchedOwnerGone' | 'adoptedOwnerGone', session: Facts['session']): Refusal | undefined {
  if (!session) return { rule, owner: 'not asked' };
  return session.kind === 'dead' ? undefined : { rule, owner: session.evidence };
}
