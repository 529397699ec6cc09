import type { Refusal } from '../model/refusal';
import type { ProcessIdentity } from '../os/identity';
import type { Facts } from './facts';
import { firstObjection, objectionByKind } from './kindRules';
import { signalRules } from './signalRules';

/**
 * Leave to signal one identity, now and once. Only the kill policy makes one: the class is not exported, and its private field
 * keeps look-alikes from type-checking.
 */
class GrantedPermit {
  #isUnspent = true;
  constructor(readonly identity: ProcessIdentity) {}
  /** True for a permit that really came from the kill policy, also where types were cast away; and only once. */
  static spend(permit: unknown): boolean {
    if (typeof permit !== 'object' || permit === null || !(#isUnspent in permit)) return false;
    const wasUnspent = permit.#isUnspent;
    permit.#isUnspent = false;
    return wasUnspent;
  }
}
export type Permit = GrantedPermit;
export const spendPermit = GrantedPermit.spend;

export type Decision = { readonly permit: Permit } | { readonly spared: Refusal };

/**
 * Rules on one signal to one process: first the rules that nobody waives in full, then those of its server's kind, which
 * the user's word waives. What was not examined, or could not be, spares it.
 */
export function evaluateKillPolicy(facts: Facts): Decision {
  const spared = objectionTo(facts);
  return spared === undefined ? { permit: new GrantedPermit(facts.identity) } : { spared };
}

/** Why a process is spared, if it is; for who only wants to know, and is to have no permit. */
export function objectionTo(facts: Facts): Refusal | undefined {
  const { inspection } = facts;
  if (inspection.kind === 'gone') return { rule: 'gone' };
  if (inspection.kind === 'error') return { rule: 'notExamined', reason: inspection.reason };
  const { entry } = inspection;
  // The rules for every signal first: "it is an editor" says more than "its owner is running".
  return firstObjection(signalRules, facts, entry) ?? objectionByKind(facts, entry);
}
