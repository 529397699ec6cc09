import * as vscode from 'vscode';
import type { ContainerView, ContainerWithoutClient } from '../../model/containerView';
import type { StopPermission } from '../../reaping/containerActions';
import { containerReasonSentence, foreignContainerText } from '../../wording/containers';
import { formatAge, formatMemory, joinParts, shortId } from '../../wording/format';
import type { Actions } from '../actions';
import { containerSentence } from '../serverWords';
import { coloredIcon, itemOf, type RowKind } from './row';

export class ContainerRow implements RowKind {
  readonly kind = 'container';

  /** @param permission whether it may be stopped from here */
  constructor(
    readonly id: string,
    readonly container: ContainerView | ContainerWithoutClient,
    readonly permission: StopPermission,
    readonly parent: RowKind,
  ) {}

  item(now: number): vscode.TreeItem {
    const { container, permission } = this;
    const { id, image, state } = container;
    const lost = 'notOurs' in container ? container : undefined;
    const canStop = permission.kind !== 'no' && /^(?:running|paused|restarting)$/.test(state);
    return itemOf(this, {
      label: image,
      description: joinParts([
        lost?.notOurs === undefined ? state : vscode.l10n.t('not ours: {0}', foreignContainerText(lost.notOurs)),
        lost?.server,
        vscode.l10n.t('container {0}', shortId(id)),
        this.#age(now),
      ]),
      icon: coloredIcon('package', 'descriptionForeground'),
      collapsible: vscode.TreeItemCollapsibleState.None,
      flags: canStop ? ['container', 'canShowLogs', 'canStopContainer'] : ['container', 'canShowLogs'],
    });
  }

  /** Asks its engine, which takes a second or two. */
  async tooltip(actions: Pick<Actions, 'containerStats'>): Promise<string> {
    const { container, permission } = this;
    const lines = [containerSentence(container)];
    if (permission.kind === 'no') {
      lines.push(vscode.l10n.t('Cannot be stopped from here: {0}.', containerReasonSentence(permission.why)));
    }
    if (container.state === 'running') {
      try {
        const stats = await actions.containerStats(container.id);
        const memory = formatMemory(stats?.memory);
        if (memory !== undefined) lines.push(vscode.l10n.t('Memory: {0}', memory));
        if (stats?.cpu !== undefined) lines.push(vscode.l10n.t('CPU: {0} %', stats.cpu));
      } catch (error) {
        lines.push((error as Error).message);
      }
    }
    return lines.join('\n');
  }

  children(): readonly [] {
    return [];
  }

  fingerprint(now: number): string {
    return JSON.stringify([this.container, this.permission, this.#age(now)]);
  }

  #age(now: number): string | undefined {
    return 'createdAt' in this.container ? formatAge(this.container.createdAt, now) : undefined;
  }
}

/** The group of the containers without a client. */
export class ContainersRow implements RowKind {
  readonly kind = 'containers';
  readonly parent = undefined;
  containers: ContainerRow[] = [];

  constructor(readonly id: string) {}

  item(): vscode.TreeItem {
    const label = vscode.l10n.t('Containers Without a Client');
    const { length } = this.containers;
    const canStop = this.containers.some(({ permission }) => permission.kind !== 'no');
    return itemOf(this, {
      label,
      description: String(length),
      icon: undefined,
      collapsible: vscode.TreeItemCollapsibleState.Collapsed,
      flags: canStop ? ['containers', 'canStopContainer'] : ['containers'],
      spoken:
        length === 1 ? vscode.l10n.t('{0}, 1 container', label) : vscode.l10n.t('{0}, {1} containers', label, length),
    });
  }

  tooltip(): string {
    return vscode.l10n.t(
      'Containers that match a configured server but have no client on this machine. They are never stopped automatically.',
    );
  }

  children(): readonly ContainerRow[] {
    return this.containers;
  }

  fingerprint(): string {
    return String(this.containers.length);
  }
}
