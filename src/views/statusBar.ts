import * as vscode from 'vscode';
import type { Picture } from '../lifecycle/model';
import type { Actions } from './actions';

/** "⚠ 4 orphaned", hidden at zero; a click opens the view. */
export class OrphanStatus implements vscode.Disposable {
  readonly #item: vscode.StatusBarItem;
  readonly #subscription: { dispose(): void };

  constructor(actions: Actions) {
    this.#item = vscode.window.createStatusBarItem('mcpProcesses.orphans', vscode.StatusBarAlignment.Left, 0);
    this.#item.name = vscode.l10n.t('Orphaned MCP Servers');
    this.#item.command = 'mcpProcesses.view.focus';
    this.#item.backgroundColor = new vscode.ThemeColor('statusBarItem.warningBackground');
    this.#subscription = actions.onDidChange((picture) => this.#update(picture));
    this.#update(actions.picture());
  }

  #update(picture: Picture): void {
    const orphans = picture.servers.filter((server) => server.verdict === 'orphaned');
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
