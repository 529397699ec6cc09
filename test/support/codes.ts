import type { Evidence, EvidenceKind } from '../../src/model/evidence';
import type { Refusal } from '../../src/model/refusal';
import type { StdinPeer } from '../../src/os/platform';
import { pidsOf, seen } from '../../src/os/users';

// Decisions and evidence as tests compare them: by codes, never by sentences.

/** `rule`, or `rule: what it found`, with the pids that it names; `none` if no rule objects. */
export function codeOf(refusal: Refusal | undefined): string {
  if (refusal === undefined) return 'none';
  const found = 'found' in refusal ? `: ${refusal.found}` : '';
  return `${refusal.rule}${found}${'by' in refusal ? ` ${pidsOf(refusal.by).join(' ')}` : ''}`.trimEnd();
}

/** The kinds of facts in a row's evidence. */
export function kindsOf({ evidence = [] }: { readonly evidence?: readonly Evidence[] } = {}): EvidenceKind[] {
  return evidence.map(({ kind }) => kind);
}

/** The facts of one kind in a row's evidence. */
export function factsOf<Kind extends EvidenceKind>(
  { evidence = [] }: { readonly evidence?: readonly Evidence[] } = {},
  kind: Kind,
): Extract<Evidence, { readonly kind: Kind }>[] {
  return evidence.filter((fact): fact is Extract<Evidence, { readonly kind: Kind }> => fact.kind === kind);
}

/** A stdin that these pids hold. */
export function heldBy(...pids: readonly number[]): StdinPeer {
  return { kind: 'alive', by: seen(...pids.map((pid) => ({ pid }))) };
}
