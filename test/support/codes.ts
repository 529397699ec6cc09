import type { Evidence, EvidenceKind } from '../../src/model/evidence';
import type { Refusal } from '../../src/model/refusal';
import type { StdinPeer } from '../../src/os/platform';
import { pidsOf, seen } from '../../src/os/users';

// Decisions and evidence as tests compare them: by their codes, never by their sentences.

/** `rule`, or `rule: what it found`, with the pids that it names; `none` where nothing speaks against a signal. */
export function codeOf(refusal: Refusal | undefined): string {
  if (refusal === undefined) return 'none';
  const found = 'found' in refusal ? `: ${refusal.found}` : '';
  return `${refusal.rule}${found}${'by' in refusal ? ` ${pidsOf(refusal.by).join(' ')}` : ''}`.trimEnd();
}

/** Which facts a row's evidence tells. */
export function kindsOf({ evidence = [] }: { readonly evidence?: readonly Evidence[] } = {}): EvidenceKind[] {
  return evidence.map(({ kind }) => kind);
}

/** Of a row's evidence, the facts of one kind. */
export function factsOf<Kind extends EvidenceKind>(
  { evidence = [] }: { readonly evidence?: readonly Evidence[] } = {},
  kind: Kind,
): Extract<Evidence, { readonly kind: Kind }>[] {
  return evidence.filter((fact): fact is Extract<Evidence, { readonly kind: Kind }> => fact.kind === kind);
}

/** A stdin that those hold. */
export function heldBy(...pids: readonly number[]): StdinPeer {
  return { kind: 'alive', by: seen(...pids.map((pid) => ({ pid }))) };
}
