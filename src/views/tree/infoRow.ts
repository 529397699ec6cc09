import type * as vscode from 'vscode';
import { collapsedAbove, coloredIcon, itemOf, type RowKind } from './row';

/** The texts of a row that stands for no server, such as "Recently Ended". */
export interface Info {
  readonly label: string;
  readonly description: string;
  readonly icon: string;
  /** Theme colour of the icon. */
  readonly color: string;
  readonly tooltip: string;
}

export class InfoRow implements RowKind {
  readonly kind = 'info';
  infos: InfoRow[] = [];

  constructor(
    readonly id: string,
    readonly info: Info,
    readonly parent: InfoRow | undefined,
  ) {}

  item(): vscode.TreeItem {
    const { label, description, icon, color } = this.info;
    return itemOf(this, {
      label,
      description,
      icon: coloredIcon(icon, color),
      collapsible: collapsedAbove(this.infos),
      flags: ['info'],
    });
  }

  tooltip(): string {
    return this.info.tooltip;
  }

  children(): readonly InfoRow[] {
    return this.infos;
  }

  fingerprint(): string {
    return JSON.stringify(this.info);
  }
}
