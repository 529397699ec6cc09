import type { InputEntry, ServerEntry } from './entry';
import { type ImportedServer, withOwnInputs } from './imported';
import { inputsFor, missingInputs, secretsIn, withInputs } from './secrets';
import type { Addition } from './settingsText';

/** A server as a person has described it so far. */
export interface Draft extends ImportedServer {
  readonly name: string;
}

/**
 * How to handle secrets.
 * - `store`: the settings name an input, and its answer goes to the secret storage now.
 * - `ask`: the settings name an input, and the first start asks for it.
 * - `write`: the secrets are in the settings.
 */
export type SecretHandling = 'store' | 'ask' | 'write';

export interface Plan extends Addition {
  /** By id of an input: what is stored for it. */
  readonly answers: ReadonlyMap<string, string>;
}

/** The settings and answers to write for some drafts. @param inputs ids that are already defined */
export function planOf(drafts: readonly Draft[], handling: SecretHandling, inputs: ReadonlySet<string>): Plan {
  const taken = new Set(inputs);
  const answers = new Map<string, string>();
  const servers: Record<string, ServerEntry> = {};
  const added: InputEntry[] = [];
  for (const draft of drafts) {
    const own = withOwnInputs(draft, taken);
    for (const { id } of own.inputs) taken.add(id);
    const secrets = handling === 'write' ? [] : inputsFor(draft.name, secretsIn(own.entry), taken);
    if (handling === 'store') for (const { secret, input } of secrets) answers.set(input.id, secret.value);
    const entry = withInputs(own.entry, secrets);
    const missing = missingInputs(draft.name, entry, taken);
    for (const { id } of missing) taken.add(id);
    servers[draft.name] = entry;
    added.push(...own.inputs, ...secrets.map(({ input }) => input), ...missing);
  }
  return { servers, inputs: added, answers };
}

/** Names of the probable secrets in some drafts. */
export function secretNames(drafts: readonly Draft[]): string[] {
  return drafts.flatMap(({ entry }) => secretsIn(entry).map(({ label }) => label));
}
