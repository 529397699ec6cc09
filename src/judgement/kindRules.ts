import type { RecordKind } from '../registry/schema';
import type { Facts, Rule, StdinStatus } from './facts';

/** Two looks at a stranger's stdin must be at least so far apart: a client may be handing it over. */
export const CONFIRM_FOREIGN_MS = 2_000;

/** What must hold for a server of each kind, besides the rules that hold for every signal. */
export const kindRules: Readonly<Record<RecordKind, Readonly<Record<string, Rule>>>> = {
  launched: { launchedIsNamed, launchedOwnerGone, launchedIsAbandoned },
  adopted: { adoptedIsNamed, adoptedOwnerGone, adoptedIsAbandoned },
  foreign: { foreignIsNamed, foreignHasNoClient, foreignIsAbandoned },
};

/** Our record names its identity, or it carries the full cookie, or it runs below one of these. */
function launchedIsNamed({ memberBy }: Facts): string | undefined {
  return memberBy ? undefined : 'no record and no cookie names it';
}

function launchedOwnerGone({ requester, session }: Facts): string | undefined {
  if (requester.by === 'own session') return undefined;
  return ownerGone(session);
}

/** Examined where the owner was only taken for the client: a helper may have started the server for somebody who lives. */
function launchedIsAbandoned({ requester, stdin }: Facts): string | undefined {
  if (requester.by === 'own session' || !stdin) return undefined;
  return whyMayBeInUse(stdin);
}

/** Without our cookie only identities that we wrote down count, and what runs below them now. */
function adoptedIsNamed({ memberBy }: Facts): string | undefined {
  return memberBy === 'root' || memberBy === 'census' || memberBy === 'tree'
    ? undefined
    : 'our record does not name it';
}

/** Nobody but its editor stops an adopted server while that lives, not even the session that watches it (K18). */
function adoptedOwnerGone({ session }: Facts): string | undefined {
  return ownerGone(session);
}

/**
 * Where the system cannot tell, its dead owner has to be enough: we saw this very process alive under it. Where it can,
 * and merely did not this time, the next sweep asks again.
 */
function adoptedIsAbandoned({ stdin }: Facts): string | undefined {
  return stdin ? whyMayBeInUse(stdin) : 'who holds its stdin was not examined';
}

const STILL_HELD = 'its stdin is still held by ';

/** Whether somebody who holds its stdin is the reason why a process is kept. */
export function isStillHeld(spared: string | undefined): boolean {
  return spared?.startsWith(STILL_HELD) ?? false;
}

/** A system without the means to look must not keep every orphan for good; one that has them and fails must not kill. */
function whyMayBeInUse({ peer }: StdinStatus): string | undefined {
  if (peer.kind === 'alive') return `${STILL_HELD}${peer.by}`;
  return peer.kind === 'unknown' && peer.failure === 'failed' ? whyUnknown(peer) : undefined;
}

function whyUnknown({ reason }: { readonly reason: string }): string {
  return `whether anybody holds its stdin is unknown: ${reason}`;
}

/** Recognising somebody's command is no leave to end it: the user has to mean this one (K25). */
function foreignIsNamed({ named }: Facts): string | undefined {
  return named ? undefined : 'nobody asked to end it';
}

function foreignHasNoClient({ clientAbove }: Facts): string | undefined {
  if (!clientAbove) return 'whether a client runs it was not examined';
  return clientAbove.kind === 'client' ? `it runs under ${clientAbove.title}, pid ${clientAbove.pid}` : undefined;
}

/** Why a stranger whose stdin has no holder is kept until it has been seen so a second time. */
export const AWAITS_SECOND_LOOK = 'its input is closed at the other end; awaiting a second check';

function foreignIsAbandoned({ stdin }: Facts): string | undefined {
  if (!stdin) return 'who holds its stdin was not examined';
  if (stdin.peer.kind === 'alive') return `${STILL_HELD}${stdin.peer.by}`;
  if (stdin.peer.kind === 'unknown') return whyUnknown(stdin.peer);
  return stdin.goneFor >= CONFIRM_FOREIGN_MS ? undefined : AWAITS_SECOND_LOOK;
}

function ownerGone(session: Facts['session']): string | undefined {
  if (!session) return 'whether its owner lives was not examined';
  return session.kind === 'dead' ? undefined : session.evidence;
}
