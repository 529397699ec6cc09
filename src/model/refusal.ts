import type { Reason } from '../os/reason';
import type { Users } from '../os/users';
import type { OwnerFinding } from './ownerFinding';

/**
 * Why a process is spared: the rule that objects, and what it found; wording/refusals.ts turns it into a sentence.
 * `reason`: why the system or one of its programs gave no answer.
 */
export type Refusal =
  // The kill policy itself, before its rules.
  | { readonly rule: 'gone' }
  | { readonly rule: 'notExamined'; readonly reason: Reason }
  // The rules for every signal: judgement/signalRules.ts.
  | { readonly rule: 'identityMatches'; readonly found: 'another process' | 'a zombie' }
  | { readonly rule: 'notAnothers' }
  | { readonly rule: 'notSystem' }
  | { readonly rule: 'sameUser'; readonly found: 'another user' | 'unknown user' }
  | { readonly rule: 'notSelfOrAncestor'; readonly found: 'self' | 'ancestor' | 'self not listed' }
  | { readonly rule: 'notEditor' }
  | { readonly rule: 'notService'; readonly found: 'unknown'; readonly reason: Reason }
  | { readonly rule: 'notService'; readonly found: 'main process' | 'perhaps main process'; readonly service: string }
  | { readonly rule: 'notContainerRuntime'; readonly runtime: string }
  | { readonly rule: 'notUnderLiveOwner'; readonly found: 'owner' | 'editor'; readonly pid: number }
  | { readonly rule: 'notInUse'; readonly found: 'terminal' | 'editor'; readonly pid: number }
  | { readonly rule: 'notInUse'; readonly found: 'terminal unknown' | 'not asked' }
  | { readonly rule: 'notInUse'; readonly found: 'unknown'; readonly reason: Reason }
  | { readonly rule: 'notInUse'; readonly found: 'users'; readonly by: Users }
  | { readonly rule: 'notListedToKeep'; readonly found: 'listed'; readonly pattern: string }
  | { readonly rule: 'notListedToKeep'; readonly found: 'unknown' }
  // The rules by kind: judgement/kindRules.ts.
  | { readonly rule: 'launchedIsNamed' | 'adoptedIsNamed' | 'foreignIsNamed' }
  | { readonly rule: 'launchedOwnerGone' | 'adoptedOwnerGone'; readonly owner: OwnerFinding }
  | { readonly rule: 'foreignHasNoClient'; readonly client: ClientFound | 'not asked' }
  | ({ readonly rule: 'launchedIsAbandoned' | 'adoptedIsAbandoned' | 'foreignIsAbandoned' } & StdinFound)
  // The ladder: reaping/ladder.ts.
  | { readonly rule: 'tableUnreadable' | 'signalFailed'; readonly reason: Reason }
  | { readonly rule: 'notReached' | 'outlivedKill' };

export interface ClientFound {
  readonly title: string;
  readonly pid: number;
}

/** What a stdin says against a signal. */
export type StdinFound =
  | { readonly found: 'held'; readonly by: Users }
  | { readonly found: 'unknown'; readonly reason: Reason }
  /** `awaits second scan`: nothing holds it, but only one scan has seen that. */
  | { readonly found: 'awaits second scan' | 'not asked' };

export type RuleName = Refusal['rule'];

/** The refusals of one rule. */
export type RefusalOf<Rule extends RuleName, T = Refusal> = T extends { readonly rule: infer Rules }
  ? Rule extends Rules
    ? T
    : never
  : never;

/** Whether the reason is the user's list of processes that are never reaped. */
export function isListedToKeep(refusal: Refusal | undefined): boolean {
  return refusal?.rule === 'notListedToKeep' && refusal.found === 'listed';
}

/** What holds its stdin, where that is the reason. */
export function holdersIn(refusal: Refusal | undefined): Users | undefined {
  return refusal !== undefined && 'found' in refusal && refusal.found === 'held' ? refusal.by : undefined;
}

/** Whether only the second scan of its stdin is missing. */
export function awaitsSecondScan(refusal: Refusal | undefined): boolean {
  return refusal !== undefined && 'found' in refusal && refusal.found === 'awaits second scan';
}
