import * as vscode from 'vscode';
import type { Inventory } from '../model/inventory';
import type { Actions } from './actions';
import { countedOrphans, uncountedOrphans } from './serverWords';

/** Whether a person can see the rows. */
interface Panel {
  readonly isVisible: boolean;
  readonly onDidChangeVisibility: vscode.Event<unknown>;
}

/** "⚠ 4 orphaned MCP servers", hidden at zero; a click opens the view. */
export class OrphanStatus implements vscode.Disposable {
  readonly #item: vscode.StatusBarItem;
  readonly #subscription: { dispose(): void };

  readonly #panel: Panel;
  /** Orphans that were there when the panel was last visible: they need no attention. */
  #known = new Set<string>();

  constructor(actions: Actions, panel: Panel) {
    this.#panel = panel;
    this.#item = vscode.window.createStatusBarItem('mcpProcesses.orphans', vscode.StatusBarAlignment.Left, 0);
    this.#item.name = vscode.l10n.t('Orphaned MCP Servers');
    this.#item.command = 'mcpProcesses.view.focus';
    const changed = actions.onDidChange((inventory) => this.#update(inventory));
    const seen = panel.onDidChangeVisibility(() => this.#update(actions.inventory()));
    this.#subscription = vscode.Disposable.from(changed, seen);
    this.#update(actions.inventory());
  }

  #update(inventory: Inventory): void {
    const orphans = countedOrphans(inventory);
    if (this.#panel.isVisible) this.#known = new Set(orphans.map(({ key }) => key));
    const news = orphans.some(({ key }) => !this.#known.has(key));
    this.#item.backgroundColor = news ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
    if (orphans.length === 0) {
      this.#item.hide();
      return;
    }
    const sentence =
      orphans.length === 1
        ? vscode.l10n.t('1 orphaned MCP server')
        : vscode.l10n.t('{0} orphaned MCP servers', orphans.length);
    this.#item.text = `$(warning) ${sentence}`;
    const foreign = uncountedOrphans(inventory);
    const tooltip = vscode.l10n.t('{0}. Click to review.', sentence);
    this.#item.tooltip = foreign === undefined ? tooltip : `${tooltip}\n${foreign}`;
    this.#item.accessibilityInformation = { label: sentence, role: 'button' };
    this.#item.show();
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#item.dispose();
  }
}
