import { sameProcess } from '../os/identity';
import type { ProcessEntry } from '../os/platform';
import { adoptsOrphans } from './clientAbove';
import { isEditorProcess } from './editors';
import type { Facts, Rule } from './facts';
import { identityOf } from './members';
import { ancestorsOf, descendantsOf } from './processTree';

/** What must hold for every signal, whatever the kind; each returns why the process is kept, or undefined. */
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
export function mayServeStrangers({ kind, isOwnerGuessed }: Pick<Facts, 'kind' | 'isOwnerGuessed'>): boolean {
  return kind !== 'launched' || isOwnerGuessed;
}

/** Rule 1: it is the very process that was recorded (K01). */
function identityMatches({ identity, snapshot }: Facts, entry: ProcessEntry): string | undefined {
  if (!sameProcess(identityOf(snapshot, entry), identity)) return 'its pid now belongs to another process';
  return entry.zombie ? 'it is already dead' : undefined;
}

/** Who has executed something with the cookie of another record since the scan is that record's member (K04, K24). */
function notAnothers({ carriesAnother }: Facts): string | undefined {
  return carriesAnother ? 'it belongs to another server by now' : undefined;
}

/** Rule 3a: never init, never pid 0 or a negative number, which address groups (K13). */
function notSystem(_: Facts, entry: ProcessEntry): string | undefined {
  return entry.pid > 1 && Number.isInteger(entry.pid) ? undefined : 'it is a system process';
}

/** Rule 2: same user; on Windows the system itself refuses other users' processes (K15). */
function sameUser({ ownUid }: Facts, entry: ProcessEntry): string | undefined {
  if (ownUid === undefined) return undefined;
  if (entry.uid === undefined) return 'its user cannot be determined';
  return entry.uid === ownUid ? undefined : 'it belongs to another user';
}

/** Rule 3b: not us and nothing that we run under (K07). */
function notSelfOrAncestor({ self, snapshot }: Facts, entry: ProcessEntry): string | undefined {
  if (entry.pid === self.pid) return 'it is this process itself';
  const own = snapshot.processes.get(self.pid);
  if (!own) return 'our own process is missing from the process table';
  return ancestorsOf(snapshot, own).some((ancestor) => ancestor.pid === entry.pid)
    ? 'this process runs under it'
    : undefined;
}

/** Rule 3c: not an editor. */
function notEditor(_: Facts, entry: ProcessEntry): string | undefined {
  return isEditorProcess(entry) ? 'it is an editor process' : undefined;
}

/**
 * Rule 3d: not the main process of a service (K06), which init starts itself and so with an environment without our
 * cookie. A carrier in a service's group is merely an orphan of an editor that runs as a service; so is a server that we
 * saw below that editor, and that systemd has not executed. Of servers that we never saw alive this is no proof: a daemon
 * that forks leaves its service a main process whose parent systemd has executed. About them, a user's own service
 * manager counts as init too.
 */
function notService({ service, snapshot, provenByCookie, kind }: Facts, entry: ProcessEntry): string | undefined {
  if (service.kind === 'unknown') return `whether it is a service cannot be determined: ${service.reason}`;
  // Somebody may have given the manager our cookie with the rest of an environment (systemctl import-environment).
  if (service.kind === 'service' && service.isMain) return `it is the main process of the service ${service.name}`;
  if (service.kind === 'none' || provenByCookie || (kind === 'adopted' && service.isMain === false)) return undefined;
  const isInit = (one: ProcessEntry) => one.pid === 1 || (kind === 'foreign' && adoptsOrphans(one));
  const below = ancestorsOf(snapshot, entry).some((ancestor) => !isInit(ancestor));
  return below ? undefined : `it may be the main process of the service ${service.name}`;
}

const CONTAINER_RUNTIME = /^(?:conmon|containerd-shim.*|containerd|dockerd|runc|crun|podman)$/;

/** Rule 3e: containers end through their engine, never by a signal to what holds them (K28). */
function notContainerRuntime({ snapshot }: Facts, entry: ProcessEntry): string | undefined {
  const runtime = [entry, ...ancestorsOf(snapshot, entry)].find(({ name }) => CONTAINER_RUNTIME.test(name));
  return runtime && `it runs in a container under ${runtime.name}`;
}

/**
 * Rule 4: not below a live session's owner or a running editor, whatever cookie it carries (K04, K17, K22). A session
 * that stops its own server passes its own owner, and only if nobody else's stands between.
 */
function notUnderLiveOwner({ requester, liveOwners, snapshot }: Facts, entry: ProcessEntry): string | undefined {
  const live = new Set(liveOwners.map((owner) => owner.pid));
  for (const ancestor of ancestorsOf(snapshot, entry)) {
    if (requester.by === 'own session' && ancestor.pid === requester.owner.pid) return undefined;
    if (live.has(ancestor.pid)) return `it runs under pid ${ancestor.pid}, the owner of a live session`;
    // The user may end a client in the editor's own terminal.
    if (requester.by === 'user') continue;
    // In a container the editor may be pid 1, and then everything orphaned is its child.
    if (ancestor.pid > 1 && isEditorProcess(ancestor))
      return `it runs under the running editor with pid ${ancestor.pid}`;
  }
  return undefined;
}

/**
 * Rule 5: a member that left its root's POSIX session and that somebody uses is the user's now (K21, K22, K23), and what
 * somebody started for others is theirs as long as one of them is connected to it (K33).
 */
function notInUse(facts: Facts, entry: ProcessEntry): string | undefined {
  const { requester, rootSession, outsideUse } = facts;
  if (requester.by === 'user') return undefined;
  const hasLeft = hasLeftRootSession(entry, rootSession);
  if (!hasLeft && !mayServeStrangers(facts)) return undefined;
  // What has stayed may still have the terminal in which its dead client ran.
  const seen = hasLeft ? whySeenInUse(facts, entry) : undefined;
  if (seen !== undefined) return seen;
  if (!outsideUse) return 'whether somebody is connected to it was not examined';
  if (outsideUse.kind === 'unknown') return `whether somebody is connected to it is unknown: ${outsideUse.reason}`;
  return outsideUse.kind === 'used' ? `it is in use by ${outsideUse.by}` : undefined;
}

function whySeenInUse({ snapshot }: Facts, entry: ProcessEntry): string | undefined {
  for (const process of [entry, ...descendantsOf(snapshot, entry.pid)]) {
    if (process.zombie) continue;
    if (process.hasTerminal === undefined) return 'whether somebody uses it in a terminal cannot be determined';
    if (process.hasTerminal) return `it is in use: pid ${process.pid} has a terminal`;
    if (isEditorProcess(process)) return `it is in use: pid ${process.pid} is an editor`;
  }
  return undefined;
}

const LISTED_TO_KEEP = 'the setting mcpProcesses.reap.neverReap lists it';

/** Whether the user's list is the reason why a process is kept. */
export function isListedToKeep(spared: string | undefined): boolean {
  return spared?.startsWith(LISTED_TO_KEEP) ?? false;
}

/**
 * Rule 9: the user's list of what is never reaped (K20). `*` stands for anything; without one, any part matches. What
 * runs below a listed process is part of it.
 */
function notListedToKeep({ neverReap, requester, snapshot }: Facts, entry: ProcessEntry): string | undefined {
  if ((requester.by === 'own session' && !requester.unasked) || neverReap.length === 0) return undefined;
  if (!entry.args) return 'whether the setting mcpProcesses.reap.neverReap lists it cannot be determined';
  for (const process of [entry, ...ancestorsOf(snapshot, entry)]) {
    const line = [process.name, ...(process.args ?? [])].join(' ');
    const pattern = neverReap.find((candidate) => matchesPattern(line, candidate));
    if (pattern !== undefined) return `${LISTED_TO_KEEP} (${pattern})`;
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
