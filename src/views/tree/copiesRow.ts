import * as vscode from 'vscode';
import { formatMemory, joinParts } from '../../wording/format';
import { can } from '../capabilities';
import { isChecking, totalMemory } from '../serverWords';
import type { GroupRow } from './groupRow';
import { itemOf, type RowFlag, type RowKind, spokenLabel } from './row';
import { type ServerRow, serverIcon } from './serverRow';

/** Copies of one server that other clients run: people have ten of them, and one row says so. */
export class CopiesRow implements RowKind {
  readonly kind = 'copies';
  servers: ServerRow[] = [];

  constructor(
    readonly id: string,
    readonly name: string,
    readonly parent: GroupRow,
  ) {}

  item(): vscode.TreeItem {
    const { length } = this.servers;
    const description = this.#description();
    // A copy that is being ended matters most.
    const shown = this.servers.find(isStopping) ?? this.servers[0];
    return itemOf(this, {
      label: vscode.l10n.t('{0} ×{1}', this.name, length),
      description,
      icon: shown && serverIcon(shown.server),
      collapsible: vscode.TreeItemCollapsibleState.Collapsed,
      flags: this.#flags(),
      // "×3" is read out as a letter, or not at all.
      spoken: spokenLabel(vscode.l10n.t('{0}, {1} servers', this.name, length), description),
    });
  }

  tooltip(): string {
    return vscode.l10n.t('{0} copies of {1}', this.servers.length, this.name);
  }

  children(): readonly ServerRow[] {
    return this.servers;
  }

  fingerprint(): string {
    return JSON.stringify([this.#description(), this.#flags()]);
  }

  #flags(): readonly RowFlag[] {
    const canReap = can('canReap');
    return this.servers.some(({ server }) => canReap(server)) ? ['copies', 'canReap'] : ['copies'];
  }

  #description(): string {
    const { servers } = this;
    const isEnding = servers.some(isStopping);
    const hasChecking = servers.some(({ server }) => isChecking(server));
    const memory = totalMemory(servers.map(({ server }) => server));
    const clients = new Set(servers.map(({ server }) => server.client));
    const underWay = isEnding ? vscode.l10n.t('ending …') : hasChecking ? vscode.l10n.t('checking …') : undefined;
    return joinParts([underWay, formatMemory(memory), clients.size === 1 ? [...clients][0] : undefined]);
  }
}

function isStopping({ server }: ServerRow): boolean {
  return server.state === 'stopping';
}
