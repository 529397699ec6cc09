import * as vscode from 'vscode';
import type { ServerGroup } from '../../model/serverView';
import type { CopiesRow } from './copiesRow';
import { itemOf, type RowKind } from './row';
import type { ServerRow } from './serverRow';

/** In the order of the panel; empty ones are hidden. */
export const GROUPS: readonly ServerGroup[] = [
  'orphaned',
  'thisWindow',
  'otherWindows',
  'otherClients',
  'ownerUnknown',
  'notRunning',
];

export class GroupRow implements RowKind {
  readonly kind = 'group';
  readonly parent = undefined;
  /** Servers, and rows that stand for several copies of one. */
  rows: (ServerRow | CopiesRow)[] = [];

  /** @param isFolded whether it is collapsed until a person expands it */
  constructor(
    readonly id: string,
    readonly group: ServerGroup,
    readonly isFolded: boolean,
  ) {}

  /** All servers below it, copies included. */
  servers(): ServerRow[] {
    return this.rows.flatMap((row) => (row.kind === 'copies' ? row.servers : [row]));
  }

  item(): vscode.TreeItem {
    const label = labelOf(this.group);
    const { length } = this.servers();
    return itemOf(this, {
      label,
      description: String(length),
      icon: undefined,
      collapsible: this.isFolded ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.Expanded,
      flags: ['group'],
      spoken: length === 1 ? vscode.l10n.t('{0}, 1 server', label) : vscode.l10n.t('{0}, {1} servers', label, length),
    });
  }

  tooltip(): string {
    switch (this.group) {
      case 'orphaned':
        return vscode.l10n.t('Servers whose client no longer exists. "Reap Orphaned MCP Servers" ends them.');
      case 'thisWindow':
        return vscode.l10n.t('Servers used by this window.');
      case 'otherWindows':
        return vscode.l10n.t('Servers used by another window or client. They are left alone.');
      case 'otherClients':
        return vscode.l10n.t('Servers of other MCP clients on this machine. They are left alone.');
      case 'ownerUnknown':
        return vscode.l10n.t('The process that started them has exited, but something may still be connected.');
      case 'notRunning':
        return vscode.l10n.t('Configured but not running. VS Code starts its own servers when chat needs them.');
    }
  }

  children(): readonly (ServerRow | CopiesRow)[] {
    return this.rows;
  }

  fingerprint(): string {
    return String(this.servers().length);
  }
}

function labelOf(group: ServerGroup): string {
  switch (group) {
    case 'orphaned':
      return vscode.l10n.t('Orphaned');
    case 'thisWindow':
      return vscode.l10n.t('This Window');
    case 'otherWindows':
      return vscode.l10n.t('Other Windows');
    case 'otherClients':
      return vscode.l10n.t('Other Clients');
    case 'ownerUnknown':
      return vscode.l10n.t('Owner Unknown');
    case 'notRunning':
      return vscode.l10n.t('Not Running');
  }
}
