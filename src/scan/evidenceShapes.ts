import * as v from 'valibot';
import type { EngineFailure } from '../model/engineFailure';
import type { Basis, Evidence } from '../model/evidence';
import type { OwnerFinding } from '../model/ownerFinding';
import type { Refusal } from '../model/refusal';
import type { StdinDetail } from '../os/platform';
import { reason, stdinGone, users } from '../registry/findingShapes';
import { finite, pid, variant } from '../registry/shapes';

// Evidence and refusals that another window wrote. Unknown ones are rejected, because they have no sentence. A test
// reads one of each, and so shows that none is missing here.

type Shape<T> = v.GenericSchema<unknown, T>;

const text = v.string();
const stdinDetail: Shape<StdinDetail> = v.picklist(['lsof: no peer', 'lsof: (none)']);

const ownerRole = v.picklist(['window', 'client', 'process']);
const owner = { role: ownerRole, pid };

const ownerFindings = [
  v.object({ kind: v.literal('owner-running'), ...owner }),
  v.object({ kind: v.literal('owner-gone'), ...owner, isPidReused: v.boolean() }),
  v.object({ kind: v.literal('owner-hidden'), pid }),
  v.object({ kind: v.literal('owner-contradicted'), pid, child: pid }),
  v.object({ kind: v.picklist(['other-scope', 'session-changing']) }),
] as const;
const ownerFinding: Shape<OwnerFinding> = variant('kind', ownerFindings);

const stdinFindings = [
  v.object({ kind: v.literal('stdin-gone'), proof: stdinGone, detail: v.exactOptional(stdinDetail) }),
  v.object({ kind: v.literal('stdin-unknown'), reason }),
  v.object({ kind: v.literal('stdin-held'), by: users, heldBy: v.picklist(['clients', 'orphans', 'strangers']) }),
] as const;

const missingOrDenied = v.picklist(['missing', 'denied']);
const failed = v.literal('failed');
const engineFailure: Shape<EngineFailure> = variant('kind', [
  v.object({ kind: failed, found: v.literal('no owner') }),
  v.object({ kind: v.literal('timeout'), program: text, seconds: finite }),
  v.object({ kind: missingOrDenied, program: text, found: v.literal('program') }),
  v.object({ kind: missingOrDenied, program: text, found: v.literal('engine'), said: text }),
  v.object({ kind: failed, program: text, found: v.literal('said'), said: text }),
  v.object({ kind: failed, program: text, found: v.literal('exit code'), code: finite }),
  v.object({ kind: failed, program: text, found: v.literal('signal'), signal: text }),
  v.object({ kind: failed, program: text, found: v.literal('not run'), code: text }),
  v.object({ kind: failed, program: text, found: v.literal('too much'), bytes: finite }),
  v.object({
    ...{ kind: failed, program: text, found: v.literal('unreadable') },
    fault: v.picklist(['no JSON', 'no list', 'not an id', 'no full id', 'no state']),
  }),
  v.object({ kind: failed, program: text, found: v.literal('silent'), id: text }),
]);

const containerFindings = [
  v.object({ kind: v.literal('container-not-asked'), program: text }),
  v.object({ kind: v.literal('container-unknown'), failure: engineFailure }),
  v.object({ kind: v.literal('container'), id: text, image: text, state: text }),
  v.object({ kind: v.literal('container-elsewhere'), found: v.picklist(['compose', 'gateway']) }),
  v.object({ kind: v.literal('container-elsewhere'), found: v.literal('exec'), engine: text }),
] as const;

const basis: Shape<Basis> = variant('kind', [
  v.object({ kind: v.picklist(['path', 'package', 'image', 'program', 'name']) }),
  v.object({ kind: v.literal('folder'), folder: text }),
  v.object({ kind: v.literal('placeholder'), placeholder: text, value: text }),
]);

const isAbandoned = v.picklist(['launchedIsAbandoned', 'adoptedIsAbandoned', 'foreignIsAbandoned']);

const inUse = v.literal('notInUse');
const service = v.literal('notService');
const listed = v.literal('notListedToKeep');
const notAsked = v.literal('not asked');

export const refusal: Shape<Refusal> = variant('rule', [
  v.object({ rule: v.picklist(['gone', 'notAnothers', 'notSystem', 'notEditor']) }),
  v.object({ rule: v.picklist(['launchedIsNamed', 'adoptedIsNamed', 'foreignIsNamed', 'notReached', 'outlivedKill']) }),
  v.object({ rule: v.picklist(['notExamined', 'tableUnreadable', 'signalFailed']), reason }),
  v.object({ rule: v.literal('identityMatches'), found: v.picklist(['another process', 'a zombie']) }),
  v.object({ rule: v.literal('sameUser'), found: v.picklist(['another user', 'unknown user']) }),
  v.object({ rule: v.literal('notSelfOrAncestor'), found: v.picklist(['self', 'ancestor', 'self not listed']) }),
  v.object({ rule: service, found: v.literal('unknown'), reason }),
  v.object({ rule: service, found: v.picklist(['main process', 'perhaps main process']), service: text }),
  v.object({ rule: v.literal('notContainerRuntime'), runtime: text }),
  v.object({ rule: v.literal('notUnderLiveOwner'), found: v.picklist(['owner', 'editor']), pid: finite }),
  v.object({ rule: inUse, found: v.picklist(['terminal', 'editor']), pid }),
  v.object({ rule: inUse, found: v.picklist(['terminal unknown', 'not asked']) }),
  v.object({ rule: inUse, found: v.literal('unknown'), reason }),
  v.object({ rule: inUse, found: v.literal('users'), by: users }),
  v.object({ rule: listed, found: v.literal('listed'), pattern: text }),
  v.object({ rule: listed, found: v.literal('unknown') }),
  v.object({
    rule: v.picklist(['launchedOwnerGone', 'adoptedOwnerGone']),
    owner: ownerFinding,
  }),
  v.object({
    rule: v.literal('foreignHasNoClient'),
    client: v.union([notAsked, v.object({ title: text, pid: finite })]),
  }),
  v.object({ rule: isAbandoned, found: v.literal('held'), by: users }),
  v.object({ rule: isAbandoned, found: v.literal('unknown'), reason }),
  v.object({ rule: isAbandoned, found: v.picklist(['awaits second scan', 'not asked']) }),
]);

const processName = v.object({ pid: finite, name: v.exactOptional(text) });
const entry = v.object({ name: text, client: text, file: v.exactOptional(text) });

export const evidence: Shape<Evidence> = variant('kind', [
  ...ownerFindings,
  ...stdinFindings,
  ...containerFindings,
  v.object({ kind: v.picklist(['started-here', 'root-ended', 'parent-gone', 'not-in-use', 'seen-once']) }),
  v.object({ kind: v.literal('started-in-window'), client: text }),
  v.object({ kind: v.literal('started-by'), server: v.exactOptional(text), editor: v.exactOptional(text) }),
  v.object({ kind: v.literal('matches'), pid: v.exactOptional(pid), entry, basis }),
  v.object({ kind: v.literal('child-matches'), pid }),
  v.object({
    ...{ kind: v.literal('member'), pid, by: v.picklist(['root', 'census', 'cookie', 'tree']) },
    below: v.exactOptional(finite),
  }),
  v.object({ kind: v.literal('copies'), count: finite }),
  v.object({ kind: v.literal('runs-under'), process: processName }),
  v.object({ kind: v.literal('in-use'), by: users }),
  v.object({ kind: v.literal('use-unknown'), reason }),
  v.object({ kind: v.literal('window-away'), since: finite }),
  v.object({ kind: v.literal('spared'), pid, refusal }),
  v.object({ kind: v.literal('being-ended'), by: pid }),
  v.object({ kind: v.literal('not-automatic'), automatic: v.picklist(['ask', 'off']) }),
]);
