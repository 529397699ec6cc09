import { CONFIRM_FOREIGN_MS } from '../common/limits';
import type { Refusal } from '../model/refusal';
import type { ProcessEntry } from '../os/platform';
import type { AdoptedFacts, Facts, ForeignFacts, LaunchedFacts, Rule, ServerFacts, StdinStatus } from './facts';

/** What must hold for a server of each kind, besides the rules that hold for every signal. */
export const kindRules: { readonly [Kind in ServerFacts['kind']]: Rules<Extract<ServerFacts, { kind: Kind }>> } = {
  launched: { launchedIsNamed, launchedOwnerGone, launchedIsAbandoned },
  adopted: { adoptedIsNamed, adoptedOwnerGone, adoptedIsAbandoned },
  foreign: { foreignIsNamed, foreignHasNoClient, foreignIsAbandoned },
};

type Rules<F extends Facts> = Readonly<Record<string, Rule<F>>>;

/** Why the rules of its server's kind spare a process; the user's word waives them. */
export function objectionByKind(facts: Facts, entry: ProcessEntry): Refusal | undefined {
  switch (facts.kind) {
    case 'launched':
      return firstObjection(kindRules.launched, facts, entry);
    case 'adopted':
      return firstObjection(kindRules.adopted, facts, entry);
    case 'foreign':
      return firstObjection(kindRules.foreign, facts, entry);
    case 'user':
      return undefined;
  }
}

/** What the first rule that spares a process says, in the order of the rules. */
export function firstObjection<F extends Facts>(rules: Rules<F>, facts: F, entry: ProcessEntry): Refusal | undefined {
  for (const rule of Object.values(rules)) {
    const spared = rule(facts, entry);
    if (spared !== undefined) return spared;
  }
  return undefined;
}

/** Our record names its identity, or it carries the full cookie, or it runs below one of these. */
function launchedIsNamed({ memberBy }: LaunchedFacts): Refusal | undefined {
  return memberBy ? undefined : { rule: 'launchedIsNamed' };
}

function launchedOwnerGone({ requester, session }: LaunchedFacts): Refusal | undefined {
  if (requester.by === 'own session') return undefined;
  return ownerGone('launchedOwnerGone', session);
}

/** Where the owner was only taken for the client, a helper may have started the server for another who lives. */
function launchedIsAbandoned(facts: LaunchedFacts): Refusal | undefined {
  if (facts.requester.by === 'own session' || !facts.isOwnerGuessed) return undefined;
  return whyMayBeInUse('launchedIsAbandoned', facts.stdin);
}

/** Without our cookie only identities that we wrote down count, and what runs below them now. */
function adoptedIsNamed({ memberBy }: AdoptedFacts): Refusal | undefined {
  return memberBy === 'root' || memberBy === 'census' || memberBy === 'tree' ? undefined : { rule: 'adoptedIsNamed' };
}

/** Nobody but its editor stops an adopted server while that lives, not even the session that watches it (K18). */
function adoptedOwnerGone({ session }: AdoptedFacts): Refusal | undefined {
  return ownerGone('adoptedOwnerGone', session);
}

/**
 * Where the system cannot tell, its dead owner has to be enough: we saw this very process alive under it. Where it can,
 * and merely did not this time, the next sweep asks again.
 */
function adoptedIsAbandoned({ stdin }: AdoptedFacts): Refusal | undefined {
  return whyMayBeInUse('adoptedIsAbandoned', stdin);
}

/** A system without the means to look must not keep every orphan for good; one that has them and fails must not kill. */
function whyMayBeInUse(
  rule: 'launchedIsAbandoned' | 'adoptedIsAbandoned',
  stdin: StdinStatus | undefined,
): Refusal | undefined {
  if (!stdin) return { rule, found: 'not asked' };
  const { peer } = stdin;
  if (peer.kind === 'alive') return { rule, found: 'held', by: peer.by };
  const isFailed = peer.kind === 'unknown' && peer.failure === 'failed';
  return isFailed ? { rule, found: 'unknown', reason: peer.reason } : undefined;
}

/** Recognising somebody's command is no leave to end it: the user has to mean this one (K25). */
function foreignIsNamed({ named }: ForeignFacts): Refusal | undefined {
  return named ? undefined : { rule: 'foreignIsNamed' };
}

function foreignHasNoClient({ clientAbove }: ForeignFacts): Refusal | undefined {
  const rule = 'foreignHasNoClient';
  if (!clientAbove) return { rule, client: 'not asked' };
  if (clientAbove.kind === 'none') return undefined;
  return { rule, client: { title: clientAbove.title, pid: clientAbove.pid } };
}

/** A stranger whose stdin has no holder is spared until it has been seen so a second time. */
function foreignIsAbandoned({ stdin }: ForeignFacts): Refusal | undefined {
  const rule = 'foreignIsAbandoned';
  if (!stdin) return { rule, found: 'not asked' };
  if (stdin.peer.kind === 'alive') return { rule, found: 'held', by: stdin.peer.by };
  if (stdin.peer.kind === 'unknown') return { rule, found: 'unknown', reason: stdin.peer.reason };
  return stdin.goneFor >= CONFIRM_FOREIGN_MS ? undefined : { rule, found: 'awaits second scan' };
}

function ownerGone(
  rule: 'launchedOwnerGone' | 'adoptedOwnerGone',
  session: LaunchedFacts['session'],
): Refusal | undefined {
  return session.kind === 'dead' ? undefined : { rule, owner: session.evidence };
}
