import type { Refusal } from '../model/refusal';
import { sameProcess } from '../os/identity';
import type { ProcessEntry } from '../os/platform';
import { adoptsOrphans } from './clientAbove';
import { isEditorProcess } from './editors';
import type { Facts, LaunchedFacts, Rule, ServerFacts } from './facts';
import { identityOf } from './members';
import { ancestorsOf, descendantsOf } from './processTree';

/** The rules for every signal, whatever the kind; each returns why the process is spared, or undefined. */
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
 * Whether a member left the POSIX session of its record's root; an unknown session counts as left. Where the system does
 * not list sessions (macOS), the process group replaces them: a group never spans two sessions.
 */
export function hasLeftRootSession(entry: ProcessEntry, rootSession: number | undefined): boolean {
  return rootSession === undefined || (entry.sid ?? entry.pgid) !== rootSession;
}

/**
 * Whether strangers may use a server. Only a server that an editor session launched has no other users; any other one
 * was started for another program, and may have users that we do not know (K33).
 */
export function mayServeStrangers(
  server: Pick<LaunchedFacts, 'kind' | 'isOwnerGuessed'> | Pick<Exclude<ServerFacts, LaunchedFacts>, 'kind'>,
): boolean {
  return server.kind !== 'launched' || server.isOwnerGuessed;
}

/** Rule 1: it is the same process that was recorded (K01). */
function identityMatches({ identity, snapshot }: Facts, entry: ProcessEntry): Refusal | undefined {
  if (!sameProcess(identityOf(snapshot, entry), identity)) {
    return { rule: 'identityMatches', found: 'another process' };
  }
  return entry.zombie ? { rule: 'identityMatches', found: 'a zombie' } : undefined;
}

/** A process that has executed a program with another record's cookie since the scan is that record's member (K04, K24). */
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

/** Rule 3b: not this process and none of its ancestors (K07). */
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
 * Rule 3d: not the main process of a service (K06). Init starts a main process, without our cookie in its environment. A
 * process in a service's group may instead be an orphan of an editor that runs as a service. Proof is our cookie, or,
 * for an adopted server, which we saw alive below that editor, that systemd did not execute it. For foreign servers this
 * is no proof: when a daemon forks, its service's main process is a child of what systemd executed. For these, a user's
 * own service manager counts as init too.
 */
function notService(facts: Facts, entry: ProcessEntry): Refusal | undefined {
  const { service, snapshot, kind } = facts;
  const provenByCookie = kind !== 'user' && facts.provenByCookie;
  const isStrangers = kind === 'foreign' || kind === 'user';
  if (service.kind === 'unknown') return { rule: 'notService', found: 'unknown', reason: service.reason };
  // The manager may have our cookie from an imported environment (systemctl import-environment).
  if (service.kind === 'service' && service.isMain) {
    return { rule: 'notService', found: 'main process', service: service.name };
  }
  if (service.kind === 'none' || provenByCookie || (kind === 'adopted' && service.isMain === false)) return undefined;
  const isInit = (one: ProcessEntry) => one.pid === 1 || (isStrangers && adoptsOrphans(one));
  const below = ancestorsOf(snapshot, entry).some((ancestor) => !isInit(ancestor));
  return below ? undefined : { rule: 'notService', found: 'perhaps main process', service: service.name };
}

const CONTAINER_RUNTIME = /^(?:conmon|containerd-shim.*|containerd|dockerd|runc|crun|podman)$/;

/** Rule 3e: containers end through their engine, never by a signal to the processes that hold them (K28). */
function notContainerRuntime({ snapshot }: Facts, entry: ProcessEntry): Refusal | undefined {
  const runtime = [entry, ...ancestorsOf(snapshot, entry)].find(({ name }) => CONTAINER_RUNTIME.test(name));
  return runtime && { rule: 'notContainerRuntime', runtime: runtime.name };
}

/**
 * Rule 4: not below a live session's owner or a running editor, whatever its cookie (K04, K17, K22). For a session that
 * stops its own server, its own owner does not count, unless another session's owner is in between.
 */
function notUnderLiveOwner({ requester, liveOwners, snapshot }: Facts, entry: ProcessEntry): Refusal | undefined {
  const live = new Set(liveOwners.map((owner) => owner.pid));
  for (const ancestor of ancestorsOf(snapshot, entry)) {
    if (requester.by === 'own session' && ancestor.pid === requester.owner.pid) return undefined;
    if (live.has(ancestor.pid)) return { rule: 'notUnderLiveOwner', found: 'owner', pid: ancestor.pid };
    // The user may end a client in the editor's own terminal.
    if (requester.by === 'user') continue;
    // In a container the editor may be pid 1, and all orphans are its children.
    if (ancestor.pid > 1 && isEditorProcess(ancestor)) {
      return { rule: 'notUnderLiveOwner', found: 'editor', pid: ancestor.pid };
    }
  }
  return undefined;
}

/**
 * Rule 5: a member that left its root's POSIX session and is in use belongs to the user (K21, K22, K23), and a server that
 * strangers may use belongs to them as long as one of them is connected (K33).
 */
function notInUse(facts: Facts, entry: ProcessEntry): Refusal | undefined {
  if (facts.kind === 'user') return undefined;
  const { rootSession, outsideUse } = facts;
  const hasLeft = hasLeftRootSession(entry, rootSession);
  if (!hasLeft && !mayServeStrangers(facts)) return undefined;
  // A member that stayed in the session may still have the terminal of its dead client.
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
 * Rule 9: the user's list of processes that are never reaped (K20). `*` matches any text; a pattern matches any part of
 * the line. Processes below a listed one are part of it.
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

/** Uses no regular expressions, so that no pattern is slow. */
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
