import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import type { InputDefinition } from '../clients/serverDefinition';

/** Asks the user; undefined when they decline. */
export async function askInput({
  type,
  description,
  options,
  password,
  ...definition
}: InputDefinition): Promise<string | undefined> {
  if (type === 'pickString') return vscode.window.showQuickPick(options, { title: description });
  if (type === 'command') {
    throw new Error(
      l10n.t(
        'The input "{0}" has the type "command", which MCP Processes does not support. Use "promptString" or "pickString".',
        definition.id,
      ),
    );
  }
  const value = definition.default === undefined ? {} : { value: definition.default };
  return vscode.window.showInputBox({ title: description, ...value, password, ignoreFocusOut: true });
}
