import { CONFIRM_FOREIGN_MS } from '../common/limits';
import type { Refusal } from '../model/refusal';
import type { RecordKind } from '../registry/schema';
import type { Facts, Rule, StdinStatus } from './facts';

/** The rules for each kind of server, in addition to those for every signal. */
export const kindRules: Readonly<Record<RecordKind, Readonly<Record<string, Rule>>>> = {
  launched: { launchedIsNamed, launchedOwnerGone, launchedIsAbandoned },
  adopted: { adoptedIsNamed, adoptedOwnerGone, adoptedIsAbandoned },
  foreign: { foreignIsNamed, foreignHasNoClient, foreignIsAbandoned },
};

/** Our record names its identity, or it has the full cookie, or it runs below such a process. */
function launchedIsNamed({ memberBy }: Facts): Refusal | undefined {
  return memberBy ? undefined : { rule: 'launchedIsNamed' };
}

function launchedOwnerGone({ requester, session }: Facts): Refusal | undefined {
  if (requester.by === 'own session') return undefined;
  return ownerGone('launchedOwnerGone', session);
}

/** Examined where the owner is a guess: a helper may have started the server for a client that lives. */
function launchedIsAbandoned({ requester, stdin }: Facts): Refusal | undefined {
  if (requester.by === 'own session' || !stdin) return undefined;
  return whyMayBeInUse('launchedIsAbandoned', stdin);
}

/** Without our cookie only recorded identities count, and what runs below them now. */
function adoptedIsNamed({ memberBy }: Facts): Refusal | undefined {
  return memberBy === 'root' || memberBy === 'census' || memberBy === 'tree' ? undefined : { rule: 'adoptedIsNamed' };
}

/** While its editor lives, only the editor stops an adopted server, not even the session that watches it (K18). */
function adoptedOwnerGone({ session }: Facts): Refusal | undefined {
  return ownerGone('adoptedOwnerGone', session);
}

/**
 * Where the system has no means to examine the stdin, the dead owner is proof enough: we saw this very process alive
 * under it. Where only this examination failed, the next sweep tries again.
 */
function adoptedIsAbandoned({ stdin }: Facts): Refusal | undefined {
  const rule = 'adoptedIsAbandoned';
  return stdin ? whyMayBeInUse(rule, stdin) : { rule, found: 'not asked' };
}

/** A system without the means to examine stdins must not spare all orphans forever; a failed examination must not kill. */
function whyMayBeInUse(rule: 'launchedIsAbandoned' | 'adoptedIsAbandoned', { peer }: StdinStatus): Refusal | undefined {
  if (peer.kind === 'alive') return { rule, found: 'held', by: peer.by };
  const isFailed = peer.kind === 'unknown' && peer.failure === 'failed';
  return isFailed ? { rule, found: 'unknown', reason: peer.reason } : undefined;
}

/** A recognised command alone is no permission to end it: the user must have chosen this very server (K25). */
function foreignIsNamed({ named }: Facts): Refusal | undefined {
  return named ? undefined : { rule: 'foreignIsNamed' };
}

function foreignHasNoClient({ clientAbove }: Facts): Refusal | undefined {
  const rule = 'foreignHasNoClient';
  if (!clientAbove) return { rule, client: 'not asked' };
  if (clientAbove.kind === 'none') return undefined;
  return { rule, client: { title: clientAbove.title, pid: clientAbove.pid } };
}

/** A foreign server whose stdin has no holder is spared until a second scan confirms it. */
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
