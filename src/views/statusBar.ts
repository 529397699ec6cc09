import * as vscode from 'vscode';
import type { Picture } from '../lifecycle/model';
import type { Actions } from './actions';
import { countedOrphans } from './serverWords';

/** Whether a person can see the rows. */
interface Panel {
  readonly isVisible: boolean;
  readonly onDidChangeVisibility: vscode.Event<unknown>;
}

/** "⚠ 4 orphaned", hidden at zero; a click opens the view. */
export class OrphanStatus implements vscode.Disposable {
  readonly #item: vscode.StatusBarItem;
  readonly #subscription: { dispose(): void };

  readonly #panel: Panel;
  /** Orphans that were there when the panel was last looked at: they are no news. */
  #known = new Set<string>();

  constructor(actions: Actions, panel: Panel) {
    this.#panel = panel;
    this.#item = vscode.window.createStatusBarItem('mcpProcesses.orphans', vscode.StatusBarAlignment.Left, 0);
    this.#item.name = vscode.l10n.t('Orphaned MCP Servers');
    this.#item.command = 'mcpProcesses.view.focus';
    const changed = actions.onDidChange((picture) => this.#update(picture));
    const seen = panel.onDidChangeVisibility(() => this.#update(actions.picture()));
    this.#subscription = vscode.Disposable.from(changed, seen);
    this.#update(actions.picture());
  }

  #update(picture: Picture): void {
    const orphans = countedOrphans(picture);
    if (this.#panel.isVisible) this.#known = new Set(orphans.map(({ key }) => key));
    const news = orphans.some(({ key }) => !this.#known.has(key));
    this.#item.backgroundColor = news ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
    if (orphans.length === 0) {
      this.#item.hide();
      return;
    }
    const sentence =
      orphans.length === 1
        ? vscode.l10n.t('1 MCP server is orphaned')
        : vscode.l10n.t('{0} MCP servers are orphaned', orphans.length);
    this.#item.text = `$(warning) ${vscode.l10n.t('{0} orphaned', orphans.length)}`;
    this.#item.tooltip = vscode.l10n.t('{0}. Click to see them.', sentence);
    this.#item.accessibilityInformation = { label: sentence, role: 'button' };
    this.#item.show();
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#item.dispose();
  }
}
