import type { Basis, ContainerFinding, Evidence, MembershipProof } from '../model/evidence';
import type { OwnerFinding, OwnerRole } from '../model/ownerFinding';
import type { Refusal, RefusalOf, RuleName, StdinFound } from '../model/refusal';
import type { StdinGone } from '../os/platform';
import type { ProcessName, Users } from '../os/users';
import { amount, flag, list, maybe, object, oneOf, pid, text } from './readJson';

// Evidence and refusals as another window wrote them. What is not known is refused: no sentence can be made of it.

type Json = Record<string, unknown>;
type EvidenceOf<Kind extends Evidence['kind']> = Extract<Evidence, { readonly kind: Kind }>;
/** What an evidence, or a refusal, has besides its name. A new one does not compile until it is read here. */
type EvidenceReaders = { readonly [K in Evidence['kind']]: (json: Json) => Rest<EvidenceOf<K>, 'kind'> };
type RefusalReaders = { readonly [R in RuleName]: (json: Json) => Rest<RefusalOf<R>, 'rule'> };
/** Of each member of a union. */
type Rest<T, Key extends PropertyKey> = T extends unknown ? Omit<T, Key> : never;

/** @throws where it is not one that is known. */
export function readEvidence(value: unknown): Evidence {
  const json = object(value);
  const kind = keyOf(EVIDENCE, json.kind);
  return { kind, ...EVIDENCE[kind](json) } as Evidence;
}

/** @throws where it is not one that is known. */
export function readRefusal(value: unknown): Refusal {
  const json = object(value);
  const rule = keyOf(REFUSALS, json.rule);
  return { rule, ...REFUSALS[rule](json) } as Refusal;
}

/** @throws where it is not users. */
export function readUsers(value: unknown): Users {
  const json = object(value);
  const kind = oneOf(['seen', 'unseen'] as const, json.kind);
  if (kind === 'unseen') return { kind, ...maybe(json, 'clientOf', processName) };
  const processes = list(json.processes, processName);
  if (processes.length === 0) throw new Error('no users');
  return { kind, processes };
}

const ROLES: readonly OwnerRole[] = ['window', 'client', 'process'];
const PROOFS: readonly StdinGone[] = ['no peer', 'not open', 'held by orphans'];
const MEMBERS: readonly MembershipProof[] = ['root', 'census', 'cookie', 'tree'];

const nothing = () => ({});
const reason = (json: Json) => ({ reason: text(json.reason) });
const owner = (json: Json) => ({ role: oneOf(ROLES, json.role), pid: pid(json.pid) });

const EVIDENCE: EvidenceReaders = {
  'owner-running': owner,
  'owner-gone': (json) => ({ ...owner(json), isPidReused: flag(json.isPidReused) }),
  'owner-hidden': (json) => ({ pid: pid(json.pid) }),
  'owner-contradicted': (json) => ({ pid: pid(json.pid), child: pid(json.child) }),
  'other-scope': nothing,
  'session-changing': nothing,
  'stdin-gone': (json) => ({ proof: oneOf(PROOFS, json.proof), ...maybe(json, 'detail', text) }),
  'stdin-unknown': reason,
  'stdin-held': (json) => ({
    by: readUsers(json.by),
    heldBy: oneOf(['clients', 'orphans', 'strangers'] as const, json.heldBy),
  }),
  'container-not-asked': (json) => ({ program: text(json.program) }),
  'container-unknown': reason,
  container: (json) => ({ id: text(json.id), image: text(json.image), state: text(json.state) }),
  'container-elsewhere': elsewhere,
  'started-here': nothing,
  'started-in-window': (json) => ({ client: text(json.client) }),
  'started-by': (json) => ({ ...maybe(json, 'server', text), ...maybe(json, 'editor', text) }),
  matches: (json) => ({ ...maybe(json, 'pid', pid), entry: entryNamed(json.entry), basis: basis(json.basis) }),
  'child-matches': (json) => ({ pid: pid(json.pid) }),
  member: (json) => ({ pid: pid(json.pid), by: oneOf(MEMBERS, json.by), ...maybe(json, 'below', amount) }),
  'root-ended': nothing,
  copies: (json) => ({ count: amount(json.count) }),
  'runs-under': (json) => ({ process: processName(json.process) }),
  'parent-gone': nothing,
  'in-use': (json) => ({ by: readUsers(json.by) }),
  'use-unknown': reason,
  'not-in-use': nothing,
  'seen-once': nothing,
  'window-away': (json) => ({ since: amount(json.since) }),
  spared: (json) => ({ pid: pid(json.pid), refusal: readRefusal(json.refusal) }),
  'being-ended': (json) => ({ by: pid(json.by) }),
  'not-automatic': (json) => ({ automatic: oneOf(['ask', 'off'] as const, json.automatic) }),
};

const ownerGone = (json: Json) => ({
  owner: json.owner === 'not asked' ? ('not asked' as const) : ownerFinding(json.owner),
});

const REFUSALS: RefusalReaders = {
  gone: nothing,
  notExamined: reason,
  identityMatches: (json) => ({ found: oneOf(['another process', 'a zombie'] as const, json.found) }),
  notAnothers: nothing,
  notSystem: nothing,
  sameUser: (json) => ({ found: oneOf(['another user', 'unknown user'] as const, json.found) }),
  notSelfOrAncestor: (json) => ({ found: oneOf(['self', 'ancestor', 'self not listed'] as const, json.found) }),
  notEditor: nothing,
  notService: service,
  notContainerRuntime: (json) => ({ runtime: text(json.runtime) }),
  notUnderLiveOwner: (json) => ({ found: oneOf(['owner', 'editor'] as const, json.found), pid: amount(json.pid) }),
  notInUse: use,
  notListedToKeep: listed,
  launchedIsNamed: nothing,
  adoptedIsNamed: nothing,
  foreignIsNamed: nothing,
  launchedOwnerGone: ownerGone,
  adoptedOwnerGone: ownerGone,
  foreignHasNoClient: (json) => ({
    client: json.client === 'not asked' ? ('not asked' as const) : client(json.client),
  }),
  launchedIsAbandoned: stdinFound,
  adoptedIsAbandoned: stdinFound,
  foreignIsAbandoned: stdinFound,
  tableUnreadable: reason,
  signalFailed: reason,
  notReached: nothing,
  outlivedKill: nothing,
};

function keyOf<T extends object>(readers: T, key: unknown): keyof T {
  if (typeof key !== 'string' || !Object.hasOwn(readers, key)) throw new Error('not one that is known');
  return key as keyof T;
}

function processName(value: unknown): ProcessName {
  const json = object(value);
  return { pid: amount(json.pid), ...maybe(json, 'name', text) };
}

function client(value: unknown): { readonly title: string; readonly pid: number } {
  const json = object(value);
  return { title: text(json.title), pid: amount(json.pid) };
}

function ownerFinding(value: unknown): OwnerFinding {
  const found = readEvidence(value);
  if (!found.kind.startsWith('owner-') && found.kind !== 'other-scope' && found.kind !== 'session-changing') {
    throw new Error('not about an owner');
  }
  return found as OwnerFinding;
}

function elsewhere(json: Json): Rest<Extract<ContainerFinding, { kind: 'container-elsewhere' }>, 'kind'> {
  const found = oneOf(['compose', 'gateway', 'exec'] as const, json.found);
  return found === 'exec' ? { found, engine: text(json.engine) } : { found };
}

function entryNamed(value: unknown): EvidenceOf<'matches'>['entry'] {
  const json = object(value);
  return { name: text(json.name), client: text(json.client), ...maybe(json, 'file', text) };
}

function basis(value: unknown): Basis {
  const json = object(value);
  if (json.kind === 'folder') return { kind: 'folder', folder: text(json.folder) };
  if (json.kind === 'placeholder') {
    return { kind: 'placeholder', placeholder: text(json.placeholder), value: text(json.value) };
  }
  return { kind: oneOf(['path', 'package', 'image', 'program', 'name'] as const, json.kind) };
}

function service(json: Json): Rest<RefusalOf<'notService'>, 'rule'> {
  const found = oneOf(['unknown', 'main process', 'perhaps main process'] as const, json.found);
  return found === 'unknown' ? { found, ...reason(json) } : { found, service: text(json.service) };
}

function use(json: Json): Rest<RefusalOf<'notInUse'>, 'rule'> {
  const known = ['terminal', 'editor', 'terminal unknown', 'not asked', 'unknown', 'users'] as const;
  const found = oneOf(known, json.found);
  switch (found) {
    case 'terminal':
    case 'editor':
      return { found, pid: pid(json.pid) };
    case 'unknown':
      return { found, ...reason(json) };
    case 'users':
      return { found, by: readUsers(json.by) };
    default:
      return { found };
  }
}

function listed(json: Json): Rest<RefusalOf<'notListedToKeep'>, 'rule'> {
  const found = oneOf(['listed', 'unknown'] as const, json.found);
  return found === 'listed' ? { found, pattern: text(json.pattern) } : { found };
}

function stdinFound(json: Json): StdinFound {
  const found = oneOf(['held', 'unknown', 'awaits second look', 'not asked'] as const, json.found);
  if (found === 'held') return { found, by: readUsers(json.by) };
  return found === 'unknown' ? { found, ...reason(json) } : { found };
}
