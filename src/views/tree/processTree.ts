import { hostname } from 'node:os';
import * as vscode from 'vscode';
import type { Inventory } from '../../model/inventory';
import type { Actions } from '../actions';
import { inView, VIEW_ID } from '../inView';
import { countedOrphans } from '../serverWords';
import { panelMessage } from './panelMessage';
import { HISTORY_ID, PanelRows } from './panelRows';
import type { Row } from './row';
import { redrawAfter } from './rowClock';

/** The panel. It shows the published inventory and reads nothing else. */
export class ProcessTree implements vscode.TreeDataProvider<Row>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<Row | Row[] | undefined>();
  readonly #view: vscode.TreeView<Row>;
  readonly #subscription: vscode.Disposable;
  readonly #context = new Map<string, boolean>();
  readonly #rows = new PanelRows();
  readonly #actions: Actions;
  #endProgress: (() => void) | undefined;
  /** The moment for which all rows show their ages; epoch ms. */
  #now = Date.now();
  #redraw: NodeJS.Timeout | undefined;

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(actions: Actions) {
    this.#actions = actions;
    const first = actions.inventory();
    this.#rows.update(first, this.#now);
    this.#view = vscode.window.createTreeView(VIEW_ID, { treeDataProvider: this, showCollapseAll: true });
    this.#decorate(first);
    if (!first.scanned) {
      const scanned = new Promise<void>((resolve) => {
        this.#endProgress = resolve;
      });
      inView(() => scanned);
    }
    const changed = actions.onDidChange((inventory) => this.#update(inventory));
    // Ages are not updated while the panel is hidden.
    const seen = this.#view.onDidChangeVisibility(() => this.#update(actions.inventory()));
    this.#subscription = vscode.Disposable.from(changed, seen);
    this.#redrawLater(first);
  }

  getTreeItem(row: Row): vscode.TreeItem {
    return row.item(this.#now);
  }

  getChildren(row?: Row): Row[] {
    return [...(row ? row.children() : this.#rows.top)];
  }

  getParent(row: Row): Row | undefined {
    return row.parent;
  }

  async resolveTreeItem(item: vscode.TreeItem, row: Row): Promise<vscode.TreeItem> {
    item.tooltip = await row.tooltip(this.#actions);
    return item;
  }

  /** Fires when a person opens or closes the panel. */
  get onDidChangeVisibility(): vscode.Event<{ readonly visible: boolean }> {
    return this.#view.onDidChangeVisibility;
  }

  get isVisible(): boolean {
    return this.#view.visible;
  }

  /** Shows what ended lately. */
  async showHistory(): Promise<void> {
    await vscode.commands.executeCommand(`${VIEW_ID}.focus`);
    const row = this.#rows.top.find(({ id }) => id === HISTORY_ID);
    if (row) await this.#view.reveal(row, { select: true, focus: true, expand: true });
  }

  dispose(): void {
    this.#endProgress?.();
    clearTimeout(this.#redraw);
    this.#subscription.dispose();
    this.#view.dispose();
    this.#changed.dispose();
  }

  #update(inventory: Inventory): void {
    this.#now = Date.now();
    const { isReshaped, changed } = this.#rows.update(inventory, this.#now);
    if (isReshaped) this.#changed.fire(undefined);
    else if (changed.length > 0) this.#changed.fire(changed);
    this.#decorate(inventory);
    this.#redrawLater(inventory);
  }

  /** Ages change even when the inventory does not. */
  #redrawLater(inventory: Inventory): void {
    clearTimeout(this.#redraw);
    if (!this.#view.visible) return;
    this.#redraw = setTimeout(() => this.#update(this.#actions.inventory()), redrawAfter(inventory, this.#now));
  }

  /** Badge, message, progress and context keys. */
  #decorate(inventory: Inventory): void {
    const orphans = countedOrphans(inventory).length;
    this.#view.badge =
      orphans === 0
        ? undefined
        : {
            value: orphans,
            tooltip:
              orphans === 1
                ? vscode.l10n.t('1 orphaned MCP server')
                : vscode.l10n.t('{0} orphaned MCP servers', orphans),
          };
    this.#view.message = panelMessage(inventory) ?? '';
    // A remote window shows the remote machine's processes; the local ones are in a local window.
    this.#view.description = vscode.env.remoteName ? whereOf(vscode.env.remoteName) : '';
    if (inventory.scanned) {
      this.#endProgress?.();
      this.#endProgress = undefined;
    }
    this.#setContext('mcpProcesses.scanned', inventory.scanned);
    this.#setContext(
      'mcpProcesses.hasOrphans',
      inventory.servers.some(({ verdict, state }) => verdict === 'orphaned' && state !== 'stopping'),
    );
    this.#setContext(
      'mcpProcesses.hasLostContainers',
      inventory.containersWithoutClient.some(({ notOurs }) => notOurs === undefined),
    );
    this.#setContext('mcpProcesses.empty', inventory.servers.length === 0);
  }

  /** Never awaited: the editor may be closing, and nothing here depends on the answer. */
  #setContext(key: string, value: boolean): void {
    if (this.#context.get(key) !== value) {
      this.#context.set(key, value);
      vscode.commands.executeCommand('setContext', key, value);
    }
  }
}

function whereOf(remoteName: string): string {
  const names: Record<string, string> = {
    'ssh-remote': 'SSH',
    wsl: 'WSL',
    'dev-container': 'Dev Container',
    'attached-container': 'Container',
    codespaces: 'Codespace',
    tunnel: 'Tunnel',
  };
  return `${names[remoteName] ?? remoteName}: ${hostname()}`;
}
