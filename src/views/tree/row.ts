import * as vscode from 'vscode';
import type { Actions } from '../actions';
import { CAPABILITIES, type Capability } from '../capabilities';

const KINDS = ['group', 'copies', 'server', 'process', 'container', 'containers', 'info'] as const;

/** Every flag that a row's context value can contain, for the manifest's `when` clauses. */
export const ROW_FLAGS = [...KINDS, ...CAPABILITIES, 'canShowLogs', 'canStopContainer'] as const;

export type RowFlag = (typeof KINDS)[number] | Capability | 'canShowLogs' | 'canStopContainer';

/** What the panel needs of a row. A new kind of row is one file that implements this, and an entry in rows.ts. */
export interface RowKind {
  readonly kind: (typeof KINDS)[number];
  /** The editor uses it to remember which rows are collapsed. */
  readonly id: string;
  readonly parent: RowKind | undefined;
  /**
   * The row as the editor shows it, without its tooltip.
   * @param now the moment for which ages are shown, the same for all rows; epoch ms
   */
  item(now: number): vscode.TreeItem;
  /** Built only when the mouse rests on the row: most are never seen, and an engine takes seconds to measure. */
  tooltip(actions: Actions): vscode.MarkdownString | string | Promise<string>;
  children(): readonly RowKind[];
  /** Changes exactly when the row's appearance does. @param now as in {@link item} */
  fingerprint(now: number): string;
}

interface ItemParts {
  readonly label: string;
  readonly description: string;
  readonly icon: vscode.ThemeIcon | undefined;
  readonly collapsible: vscode.TreeItemCollapsibleState;
  readonly flags: readonly RowFlag[];
  /** What a screen reader says, if that is not the label and the description. */
  readonly spoken?: string;
}

export function itemOf({ id }: RowKind, parts: ItemParts): vscode.TreeItem {
  const { label, description, icon, collapsible, flags, spoken } = parts;
  const item = new vscode.TreeItem(label, collapsible);
  item.id = id;
  item.description = description;
  if (icon) item.iconPath = icon;
  item.contextValue = flags.join(' ');
  item.accessibilityInformation = { label: spoken ?? spokenLabel(label, description), role: 'treeitem' };
  return item;
}

/** What a screen reader says: a pause for each dot that is visible. */
export function spokenLabel(label: string, description: string): string {
  return [label, ...description.split(' · ').filter(Boolean)].join(', ');
}

export function coloredIcon(id: string, color: string): vscode.ThemeIcon {
  return new vscode.ThemeIcon(id, new vscode.ThemeColor(color));
}

/** Collapsed if the row has children. */
export function collapsedAbove(children: readonly unknown[]): vscode.TreeItemCollapsibleState {
  return children.length > 0 ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.None;
}
