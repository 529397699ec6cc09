import type { Refusal } from '../model/refusal';
import { sameProcess } from '../os/identity';
import type { ProcessEntry } from '../os/platform';
import { adoptsOrphans } from './clientAbove';
import { isEditorProcess } from './editors';
import type { Facts, LaunchedFacts, Rule, ServerFacts } from './facts';
import { identityOf } from './members';
import { ancestorsOf, descendantsOf } from './processTree';

/** What must hold for every signal, whatever the kind; each returns why the process is spared, or undefined. */
export const signalRules: Readonly<Record<string, Rule>> = {
  identityMatches,
  notAnothers,
  notSystem,
  sameUser,
  notSelfOrAncestor,
  notEditor,
  notService,
  notContainerRuntime,
  notUnderLiveOwner,
  notInUse,
  notListedToKeep,
};

/**
 * Whether a member left the POSIX session that its record's root runs in; an unknown one counts as left. Where the
 * system does not tell sessions (macOS), the root's own process group stands for it: a group never spans two.
 */
export function hasLeftRootSession(entry: ProcessEntry, rootSession: number | undefined): boolean {
  return rootSession === undefined || (entry.sid ?? entry.pgid) !== rootSession;
}

/**
 * Whether strangers may use a server as such: not one that its own editor session launched and ends, or ends for. Others
 * somebody started for somebody, and who else talks to them nobody here knows (K33).
 */
export function mayServeStrangers(
  server: Pick<LaunchedFacts, 'kind' | 'isOwnerGuessed'> | Pick<Exclude<ServerFacts, LaunchedFacts>, 'kind'>,
): boolean {
  return server.kind !== 'launched' || server.isOwnerGuessed;
}

/** Rule 1: it is the very process that was recorded (K01). */
function identityMatches({ identity, snapshot }: Facts, entry: ProcessEntry): Refusal | undefined {
  if (!sameProcess(identityOf(snapshot, entry), identity)) {
    return { rule: 'identityMatches', found: 'another process' };
  }
  return entry.zombie ? { rule: 'identityMatches', found: 'a zombie' } : undefined;
}

/** Who has executed something with the cookie of another record since the scan is that record's member (K04, K24). */
function notAnothers(facts: Facts): Refusal | undefined {
  return facts.kind !== 'user' && facts.carriesAnother ? { rule: 'notAnothers' } : undefined;
}

/** Rule 3a: never init, never pid 0 or a negative number, which address groups (K13). */
function notSystem(_: Facts, entry: ProcessEntry): Refusal | undefined {
  return entry.pid > 1 && Number.isInteger(entry.pid) ? undefined : { rule: 'notSystem' };
}

/** Rule 2: same user; on Windows the system itself refuses other users' processes (K15). */
function sameUser({ ownUid }: Facts, entry: ProcessEntry): Refusal | undefined {
  if (ownUid === undefined) return undefined;
  if (entry.uid === undefined) return { rule: 'sameUser', found: 'unknown user' };
  return entry.uid === ownUid ? undefined : { rule: 'sameUser', found: 'another user' };
}

/** Rule 3b: not us and nothing that we run under (K07). */
function notSelfOrAncestor({ self, snapshot }: Facts, entry: ProcessEntry): Refusal | undefined {
  if (entry.pid === self.pid) return { rule: 'notSelfOrAncestor', found: 'self' };
  const own = snapshot.processes.get(self.pid);
  if (!own) return { rule: 'notSelfOrAncestor', found: 'self not listed' };
  return ancestorsOf(snapshot, own).some((ancestor) => ancestor.pid === entry.pid)
    ? { rule: 'notSelfOrAncestor', found: 'ancestor' }
    : undefined;
}

/** Rule 3c: not an editor. */
function notEditor(_: Facts, entry: ProcessEntry): Refusal | undefined {
  return isEditorProcess(entry) ? { rule: 'notEditor' } : undefined;
}

/**
 * Rule 3d: not the main process of a service (K06), which init starts itself and so with an environment without our
 * cookie. A carrier in a service's group is merely an orphan of an editor that runs as a service; so is a server that we
 * saw below that editor, and that systemd has not executed. Of servers that we never saw alive this is no proof: a daemon
 * that forks leaves its service a main process whose parent systemd has executed. About them, a user's own service
 * manager counts as init too.
 */
function notService(facts: Facts, entry: ProcessEntry): Refusal | undefined {
  const { service, snapshot, kind } = facts;
  const provenByCookie = kind !== 'user' && facts.provenByCookie;
  const isStrangers = kind === 'foreign' || kind === 'user';
  if (service.kind === 'unknown') return { rule: 'notService', found: 'unknown', reason: service.reason };
  // Somebody may have given the manager our cookie with the rest of an environment (systemctl import-environment).
  if (service.kind === 'service' && service.isMain) {
    return { rule: 'notService', found: 'main process', service: service.name };
  }
  if (service.kind === 'none' || provenByCookie || (kind === 'adopted' && service.isMain === false)) return undefined;
  const isInit = (one: ProcessEntry) => one.pid === 1 || (isStrangers && adoptsOrphans(one));
  const below = ancestorsOf(snapshot, entry).some((ancestor) => !isInit(ancestor));
  return below ? undefined : { rule: 'notService', found: 'perhaps main process', service: service.name };
}

const CONTAINER_RUNTIME = /^(?:conmon|containerd-shim.*|containerd|dockerd|runc|crun|podman)$/;

/** Rule 3e: containers end through their engine, never by a signal to what holds them (K28). */
function notContainerRuntime({ snapshot }: Facts, entry: ProcessEntry): Refusal | undefined {
  const runtime = [entry, ...ancestorsOf(snapshot, entry)].find(({ name }) => CONTAINER_RUNTIME.test(name));
  return runtime && { rule: 'notContainerRuntime', runtime: runtime.name };
}

/**
 * Rule 4: not below a live session's owner or a running editor, whatever cookie it carries (K04, K17, K22). A session
 * that stops its own server passes its own owner, and only if nobody else's stands between.
 */
function notUnderLiveOwner({ requester, liveOwners, snapshot }: Facts, entry: ProcessEntry): Refusal | undefined {
  const live = new Set(liveOwners.map((owner) => owner.pid));
  for (const ancestor of ancestorsOf(snapshot, entry)) {
    if (requester.by === 'own session' && ancestor.pid === requester.owner.pid) return undefined;
    if (live.has(ancestor.pid)) return { rule: 'notUnderLiveOwner', found: 'owner', pid: ancestor.pid };
    // The user may end a client in the editor's own terminal.
    if (requester.by === 'user') continue;
    // In a container the editor may be pid 1, and then everything orphaned is its child.
    if (ancestor.pid > 1 && isEditorProcess(ancestor)) {
      return { rule: 'notUnderLiveOwner', found: 'editor', pid: ancestor.pid };
    }
  }
  return undefined;
}

/**
 * Rule 5: a member that left its root's POSIX session and that somebody uses is the user's now (K21, K22, K23), and what
 * somebody started for others is theirs as long as one of them is connected to it (K33).
 */
function notInUse(facts: Facts, entry: ProcessEntry): Refusal | undefined {
  if (facts.kind === 'user') return undefined;
  const { rootSession, outsideUse } = facts;
  const hasLeft = hasLeftRootSession(entry, rootSession);
  if (!hasLeft && !mayServeStrangers(facts)) return undefined;
  // What has stayed may still have the terminal in which its dead client ran.
  const seen = hasLeft ? whySeenInUse(facts, entry) : undefined;
  if (seen !== undefined) return seen;
  if (!outsideUse) return { rule: 'notInUse', found: 'not asked' };
  if (outsideUse.kind === 'unknown') {
    return { rule: 'notInUse', found: 'unknown', reason: outsideUse.reason };
  }
  return outsideUse.kind === 'used' ? { rule: 'notInUse', found: 'users', by: outsideUse.by } : undefined;
}

function whySeenInUse({ snapshot }: Facts, entry: ProcessEntry): Refusal | undefined {
  for (const process of [entry, ...descendantsOf(snapshot, entry.pid)]) {
    if (process.zombie) continue;
    if (process.hasTerminal === undefined) return { rule: 'notInUse', found: 'terminal unknown' };
    if (process.hasTerminal) return { rule: 'notInUse', found: 'terminal', pid: process.pid };
    if (isEditorProcess(process)) return { rule: 'notInUse', found: 'editor', pid: process.pid };
  }
  return undefined;
}

/**
 * Rule 9: the user's list of what is never reaped (K20). `*` stands for anything; without one, any part matches. What
 * runs below a listed process is part of it.
 */
function notListedToKeep({ neverReap, requester, snapshot }: Facts, entry: ProcessEntry): Refusal | undefined {
  if ((requester.by === 'own session' && !requester.unasked) || neverReap.length === 0) return undefined;
  if (!entry.args) return { rule: 'notListedToKeep', found: 'unknown' };
  for (const process of [entry, ...ancestorsOf(snapshot, entry)]) {
    const line = [process.name, ...(process.args ?? [])].join(' ');
    const pattern = neverReap.find((candidate) => matchesPattern(line, candidate));
    if (pattern !== undefined) return { rule: 'notListedToKeep', found: 'listed', pattern };
  }
  return undefined;
}

/** Matches without regular expressions, so that no pattern can be slow. */
function matchesPattern(line: string, pattern: string): boolean {
  let from = 0;
  const parts = pattern.split('*').filter((part) => part !== '');
  for (const part of parts) {
    const at = line.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return parts.length > 0 || pattern.includes('*');
}
