import type { Refusal } from '../model/refusal';
import type { ProcessIdentity } from '../os/identity';
import type { Facts } from './facts';
import { firstObjection, objectionByKind } from './kindRules';
import { signalRules } from './signalRules';

/**
 * Permission to signal one identity once. Only the kill policy creates one: the class is not exported, and because of its
 * private field no other object has its type.
 */
class GrantedPermit {
  #isUnspent = true;
  constructor(readonly identity: ProcessIdentity) {}
  /** True once for each permit that the kill policy created, even where types were cast away. */
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
 * Decides on one signal to one process: by the rules for every signal, then by those for its server's kind, from which
 * the user's own request is exempt. What was not examined, or could not be, spares the process.
 */
export function evaluateKillPolicy(facts: Facts): Decision {
  const spared = objectionTo(facts);
  return spared === undefined ? { permit: new GrantedPermit(facts.identity) } : { spared };
}

/** Why a process is spared, if it is; for callers that need no permit. */
export function objectionTo(facts: Facts): Refusal | undefined {
  const { inspection } = facts;
  if (inspection.kind === 'gone') return { rule: 'gone' };
  if (inspection.kind === 'error') return { rule: 'notExamined', reason: inspection.reason };
  const { entry } = inspection;
  // The rules for every signal first: "it is an editor" says more than "its owner is running".
  return firstObjection(signalRules, facts, entry) ?? objectionByKind(facts, entry);
}
