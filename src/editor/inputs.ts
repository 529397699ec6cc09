import * as vscode from 'vscode';
import type { InputDefinition } from '../clients/serverDefinition';

/** Asks for `${input:id}` once and remembers: passwords in the secret storage, the rest for this window. */
export class Inputs {
  private readonly answers = new Map<string, string>();

  constructor(private readonly secrets: vscode.SecretStorage) {}

  /** Values for the ids named; what the person declines to give is absent. */
  async valuesOf(ids: readonly string[], definitions: readonly InputDefinition[]): Promise<Map<string, string>> {
    const values = new Map<string, string>();
    for (const id of ids) {
      const definition = definitions.find((one) => one.id === id);
      if (!definition) throw new Error(`The input "${id}" is not defined. Add it to "inputs".`);
      const value = await this.valueOf(definition);
      if (value !== undefined) values.set(id, value);
    }
    return values;
  }

  private async valueOf(definition: InputDefinition): Promise<string | undefined> {
    const secretKey = `input:${definition.id}`;
    const known = definition.password ? await this.secrets.get(secretKey) : this.answers.get(definition.id);
    if (known !== undefined) return known;
    const value = await ask(definition);
    if (value === undefined) return undefined;
    if (definition.password) await this.secrets.store(secretKey, value);
    else this.answers.set(definition.id, value);
    return value;
  }
}

async function ask({
  type,
  description,
  options,
  password,
  ...definition
}: InputDefinition): Promise<string | undefined> {
  if (type === 'pickString') return vscode.window.showQuickPick(options, { title: description });
  if (type === 'command') {
    throw new Error(`The input "${definition.id}" is of type "command", which MCP Processes does not run.`);
  }
  return vscode.window.showInputBox({ title: description, value: definition.default, password, ignoreFocusOut: true });
}
