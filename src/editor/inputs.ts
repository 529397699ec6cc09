import { createHash } from 'node:crypto';
import * as l10n from '@vscode/l10n';
import type { Memento, SecretStorage } from 'vscode';
import type { InputDefinition } from '../clients/serverDefinition';

/** The secret storage cannot list its keys. */
const STORED_KEYS = 'inputs.stored';

/**
 * Asks for `${input:id}` once and remembers: passwords in the secret storage, the rest for this window. Each only for
 * the place that declares it: another workspace must not get a secret for its own command by naming its id.
 */
export class Inputs {
  private readonly answers = new Map<string, string>();

  constructor(
    private readonly secrets: SecretStorage,
    private readonly state: Memento,
    private readonly ask: (definition: InputDefinition) => Promise<string | undefined>,
  ) {}

  /**
   * Values for the ids named; values that the person declines to give are absent.
   * @param place where inputs and server are declared: a file, a workspace; undefined for the user's own settings.
   */
  async valuesOf(
    ids: readonly string[],
    definitions: readonly InputDefinition[],
    place: string | undefined,
  ): Promise<Map<string, string>> {
    const values = new Map<string, string>();
    for (const id of ids) {
      const definition = definitions.find((one) => one.id === id);
      if (!definition) throw new Error(l10n.t('The input "{0}" is not defined. Add it to "inputs".', id));
      const value = await this.valueOf(definition, keyOf(id, place));
      if (value !== undefined) values.set(id, value);
    }
    return values;
  }

  /** Keeps the answer to a password that a person has given already. @param place see {@link valuesOf} */
  async keep(id: string, value: string, place: string | undefined): Promise<void> {
    await this.store(keyOf(id, place), value);
  }

  /** Forgets every value. @returns how many there were. */
  async forget(): Promise<number> {
    const keys = this.storedKeys;
    for (const key of keys) {
      await this.secrets.delete(key);
      // One by one: a value that could not be deleted stays known.
      await this.state.update(
        STORED_KEYS,
        this.storedKeys.filter((one) => one !== key),
      );
    }
    const count = keys.length + this.answers.size;
    this.answers.clear();
    return count;
  }

  private async valueOf(definition: InputDefinition, key: string): Promise<string | undefined> {
    const known = definition.password ? await this.secrets.get(key) : this.answers.get(key);
    if (known !== undefined) return known;
    const value = await this.ask(definition);
    if (value === undefined) return undefined;
    if (definition.password) await this.store(key, value);
    else this.answers.set(key, value);
    return value;
  }

  private async store(key: string, value: string): Promise<void> {
    // First: only values whose keys are known can be forgotten.
    await this.state.update(STORED_KEYS, [...new Set([...this.storedKeys, key])]);
    await this.secrets.store(key, value);
  }

  private get storedKeys(): readonly string[] {
    return this.state.get<readonly string[]>(STORED_KEYS) ?? [];
  }
}

function keyOf(id: string, place: string | undefined): string {
  const declared = place === undefined ? 'user' : createHash('sha256').update(place).digest('hex');
  return `input:${declared}:${id}`;
}
