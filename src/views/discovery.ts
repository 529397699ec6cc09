import * as vscode from 'vscode';
import type { Inventory } from '../model/inventory';
import { formatMemory } from '../wording/format';
import type { Actions } from './actions';
import { showFailure } from './failures';
import { totalMemory } from './serverWords';
import { pidsOf } from './tree/processRow';

/** Announces once per machine and user that other clients left servers behind; later the view's message says it. */
export class Discovery implements vscode.Disposable {
  readonly #subscription: { dispose(): void };
  #done = false;

  constructor(private readonly actions: Actions) {
    this.#subscription = actions.onDidChange((inventory) => this.#announce(inventory));
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  #announce(inventory: Inventory): void {
    if (this.#done) return;
    const orphans = inventory.servers.filter(({ kind, verdict }) => kind === 'foreign' && verdict === 'orphaned');
    if (orphans.length === 0) return;
    this.#done = true;
    if (!this.actions.announceOnce()) return;
    const memory = formatMemory(totalMemory(orphans));
    const count = orphans.reduce((sum, { processes }) => sum + pidsOf(processes).length, 0);
    const review = vscode.l10n.t('Review');
    const answered = vscode.window
      .showInformationMessage(
        count === 1
          ? vscode.l10n.t('Found 1 orphaned MCP server process ({0}).', memory)
          : vscode.l10n.t('Found {0} orphaned MCP server processes ({1}).', count, memory),
        review,
        // It is announced only once anyway, but people expect the button.
        vscode.l10n.t("Don't Show Again"),
      )
      .then(async (answer) => {
        if (answer === review) await vscode.commands.executeCommand('mcpProcesses.view.focus');
      });
    showFailure(answered);
  }
}
