import { CONFIRM_FOREIGN_MS } from '../common/limits';
import type { Refusal } from '../model/refusal';
import type { ProcessEntry } from '../os/platform';
import type { AdoptedFacts, Facts, ForeignFacts, LaunchedFacts, Rule, ServerFacts, StdinStatus } from './facts';

/** The rules for each kind of server, in addition to those for every signal. */
export const kindRules: { readonly [Kind in ServerFacts['kind']]: Rules<Extract<ServerFacts, { kind: Kind }>> } = {
  launched: { launchedIsNamed, launchedOwnerGone, launchedIsAbandoned },
  adopted: { adoptedIsNamed, adoptedOwnerGone, adoptedIsAbandoned },
  foreign: { foreignIsNamed, foreignHasNoClient, foreignIsAbandoned },
};

type Rules<F extends Facts> = Readonly<Record<string, Rule<F>>>;

/** Why the rules of its server's kind spare a process; the user's own request is exempt from them. */
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

/** The refusal of the first rule that objects, in the order of the rules. */
export function firstObjection<F extends Facts>(rules: Rules<F>, facts: F, entry: ProcessEntry): Refusal | undefined {
  for (const rule of Object.values(rules)) {
    const spared = rule(facts, entry);
    if (spared !== undefined) return spared;
  }
  return undefined;
}

/** Our record names its identity, or it has the full cookie, or it runs below such a process. */
function launchedIsNamed({ memberBy }: LaunchedFacts): Refusal | undefined {
  return memberBy ? undefined : { rule: 'launchedIsNamed' };
}

function launchedOwnerGone({ requester, session }: LaunchedFacts): Refusal | undefined {
  if (requester.by === 'own session') return undefined;
  return ownerGone('launchedOwnerGone', session);
}

/** Examined where the owner is a guess: a helper may have started the server for a client that lives. */
function launchedIsAbandoned(facts: LaunchedFacts): Refusal | undefined {
  if (facts.requester.by === 'own session' || !facts.isOwnerGuessed) return undefined;
  return whyMayBeInUse('launchedIsAbandoned', facts.stdin);
}

/** Without our cookie only recorded identities count, and what runs below them now. */
function adoptedIsNamed({ memberBy }: AdoptedFacts): Refusal | undefined {
  return memberBy === 'root' || memberBy === 'census' || memberBy === 'tree' ? undefined : { rule: 'adoptedIsNamed' };
}

/** While its editor lives, only the editor stops an adopted server, not even the session that watches it (K18). */
function adoptedOwnerGone({ session }: AdoptedFacts): Refusal | undefined {
  return ownerGone('adoptedOwnerGone', session);
}

/**
 * Where the system has no means to examine the stdin, the dead owner is proof enough: we saw this very process alive
 * under it. Where only this examination failed, the next sweep tries again.
 */
function adoptedIsAbandoned({ stdin }: AdoptedFacts): Refusal | undefined {
  return whyMayBeInUse('adoptedIsAbandoned', stdin);
}

/** A system without the means to examine stdins must not spare all orphans forever; a failed examination must not kill. */
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

/** A recognised command alone is no permission to end it: the user must have chosen this very server (K25). */
function foreignIsNamed({ named }: ForeignFacts): Refusal | undefined {
  return named ? undefined : { rule: 'foreignIsNamed' };
}

function foreignHasNoClient({ clientAbove }: ForeignFacts): Refusal | undefined {
  const rule = 'foreignHasNoClient';
  if (!clientAbove) return { rule, client: 'not asked' };
  if (clientAbove.kind === 'none') return undefined;
  return { rule, client: { title: clientAbove.title, pid: clientAbove.pid } };
}

/** A foreign server whose stdin has no holder is spared until a second scan confirms it. */
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
