import * as vscode from 'vscode';
import type { ProcessNode, ServerGroup, ServerView } from '../model/inventory';
import { foreignContainerText } from '../wording/containers';
import { folderName, formatAge, formatMemory, joinParts, processLabel, shortId } from '../wording/format';
import { capabilitiesOf } from './offers';
import { isChecking, stateWords, totalMemory } from './serverWords';
import type { ContainerGroupRow, ContainerRow, GroupRow, InfoRow, Node, ProcessRow, ServerRow } from './treeRows';
import { type CopiesRow, serversOf } from './treeRows';

/**
 * The row as the editor shows it; its tooltip comes later, from `tooltips.ts`.
 * @param now the moment for which ages are shown, the same for all rows; epoch ms
 */
export function treeItemOf(row: Node, now: number): vscode.TreeItem {
  switch (row.kind) {
    case 'group':
      return groupItem(row);
    case 'bundle':
      return copiesItem(row);
    case 'server':
      return serverItem(row, now);
    case 'process':
      return processItem(row, now);
    case 'container':
      return containerItem(row, now);
    case 'containerGroup':
      return containerGroupItem(row);
    case 'note':
      return infoItem(row);
  }
}

/** Changes exactly when the row looks different. @param now as in {@link treeItemOf} */
export function fingerprintOf(row: Node, now: number): string {
  switch (row.kind) {
    case 'group':
      return String(serversOf(row).length);
    case 'bundle':
      return JSON.stringify([copiesDescription(row), copiesFlags(row)]);
    case 'server': {
      const { server } = row;
      const ofKind = server.kind === 'launched' ? [server.serverInfo, server.failure] : [];
      const facts = [server.evidence, ofKind, server.pid, server.verdict];
      return JSON.stringify([server.name, serverDescription(server, now), serverFlags(server), server.state, facts]);
    }
    case 'process': {
      const { process } = row;
      return JSON.stringify([process.name, processDescription(process, now), process.commandLine, process.spared]);
    }
    case 'container':
      return JSON.stringify([row.container, row.permission, containerAge(row, now)]);
    case 'containerGroup':
      return String(row.containers.length);
    case 'note':
      return JSON.stringify(row.info);
  }
}

function groupItem(row: GroupRow): vscode.TreeItem {
  const item = new vscode.TreeItem(
    groupLabel(row.group),
    row.isFolded ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.Expanded,
  );
  item.id = row.id;
  const { length } = serversOf(row);
  item.description = String(length);
  item.contextValue = `group ${row.group}`;
  item.accessibilityInformation = {
    label:
      length === 1
        ? vscode.l10n.t('{0}, 1 server', groupLabel(row.group))
        : vscode.l10n.t('{0}, {1} servers', groupLabel(row.group), length),
    role: 'treeitem',
  };
  return item;
}

function copiesItem(row: CopiesRow): vscode.TreeItem {
  const item = new vscode.TreeItem(
    vscode.l10n.t('{0} ×{1}', row.name, row.servers.length),
    vscode.TreeItemCollapsibleState.Collapsed,
  );
  item.id = row.id;
  item.description = copiesDescription(row);
  // What is under way with some of them is the news.
  const shown = row.servers.find(isStopping) ?? row.servers[0];
  if (shown) item.iconPath = serverIcon(shown.server);
  item.contextValue = copiesFlags(row);
  // "×3" is read out as a letter, or not at all.
  const label = vscode.l10n.t('{0}, {1} servers', row.name, row.servers.length);
  item.accessibilityInformation = { label: screenReaderLabel(label, item.description), role: 'treeitem' };
  return item;
}

function copiesFlags({ servers }: CopiesRow): string {
  return servers.some(({ server }) => capabilitiesOf(server).canReap) ? 'bundle canReap' : 'bundle';
}

function isStopping({ server }: ServerRow): boolean {
  return server.state === 'stopping';
}

function copiesDescription({ servers }: CopiesRow): string {
  const isEnding = servers.some(isStopping);
  const hasChecking = servers.some(({ server }) => isChecking(server));
  const memory = totalMemory(servers.map(({ server }) => server));
  const clients = new Set(servers.map(({ server }) => server.client));
  const underWay = isEnding ? vscode.l10n.t('ending …') : hasChecking ? vscode.l10n.t('checking …') : undefined;
  return joinParts([underWay, formatMemory(memory), clients.size === 1 ? [...clients][0] : undefined]);
}

function groupLabel(group: ServerGroup): string {
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

function serverItem(row: ServerRow, now: number): vscode.TreeItem {
  const { server } = row;
  const item = new vscode.TreeItem(
    server.name,
    row.processes.length + row.containers.length > 0
      ? vscode.TreeItemCollapsibleState.Collapsed
      : vscode.TreeItemCollapsibleState.None,
  );
  item.id = row.id;
  item.description = serverDescription(server, now);
  item.iconPath = serverIcon(server);
  item.contextValue = serverFlags(server);
  item.accessibilityInformation = {
    label: screenReaderLabel(server.name, item.description),
    role: 'treeitem',
  };
  return item;
}

/** The state first: a side bar of usual width cuts off the end. */
function serverDescription(server: ServerView, now: number): string {
  return joinParts([
    stateWords(server),
    formatMemory(server.memory),
    server.kind === 'foreign' && server.copies > 1 ? vscode.l10n.t('{0} copies', server.copies) : undefined,
    formatAge(server.startedAt, now),
    server.client,
    server.folder === undefined ? undefined : folderName(server.folder),
  ]);
}

function serverIcon(server: ServerView): vscode.ThemeIcon {
  const icon = (id: string, color: string) => new vscode.ThemeIcon(id, new vscode.ThemeColor(color));
  if (server.state === 'starting' || server.state === 'stopping') {
    return new vscode.ThemeIcon('loading~spin');
  }
  if (server.verdict === 'orphaned') {
    return icon('warning', 'list.warningForeground');
  }
  if (server.state === 'failed') {
    return icon('error', 'list.errorForeground');
  }
  if (server.kind === 'remote') {
    return icon('globe', 'descriptionForeground');
  }
  if (server.state === 'stopped' || server.verdict === 'gone') {
    return icon('circle-outline', 'descriptionForeground');
  }
  switch (server.verdict) {
    case 'detached':
      return icon('debug-disconnect', 'charts.yellow');
    case 'unknown':
      return icon('question', 'charts.yellow');
    default:
      return icon('pass-filled', 'charts.green');
  }
}

/** Flags for the manifest's `when` clauses. */
function serverFlags(server: ServerView): string {
  const offered = Object.entries(capabilitiesOf(server)).flatMap(([flag, on]) => (on ? [flag] : []));
  return ['server', server.kind, server.verdict, server.state, ...offered].join(' ');
}

function processItem(row: ProcessRow, now: number): vscode.TreeItem {
  const { process } = row;
  const label = processLabel(process.name, process.commandLine);
  const item = new vscode.TreeItem(
    label,
    row.processes.length > 0 ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.None,
  );
  item.id = row.id;
  item.description = processDescription(process, now);
  item.iconPath = new vscode.ThemeIcon(
    process.spared === undefined ? 'gear' : 'shield',
    new vscode.ThemeColor('descriptionForeground'),
  );
  item.contextValue = 'process hasPid';
  item.accessibilityInformation = {
    label: screenReaderLabel(label, item.description),
    role: 'treeitem',
  };
  return item;
}

function processDescription(process: ProcessNode, now: number): string {
  return joinParts([
    process.spared === undefined ? undefined : vscode.l10n.t('spared'),
    vscode.l10n.t('pid {0}', process.pid),
    formatMemory(process.memory),
    formatAge(process.startedAt, now),
  ]);
}

function containerAge({ container }: ContainerRow, now: number): string | undefined {
  return 'createdAt' in container ? formatAge(container.createdAt, now) : undefined;
}

function containerItem(row: ContainerRow, now: number): vscode.TreeItem {
  const { container, permission } = row;
  const { id, image, state } = container;
  const lost = 'notOurs' in container ? container : undefined;
  const item = new vscode.TreeItem(image, vscode.TreeItemCollapsibleState.None);
  item.id = row.id;
  item.description = joinParts([
    lost?.notOurs === undefined ? state : vscode.l10n.t('not ours: {0}', foreignContainerText(lost.notOurs)),
    lost?.server,
    vscode.l10n.t('container {0}', shortId(id)),
    containerAge(row, now),
  ]);
  item.iconPath = new vscode.ThemeIcon('package', new vscode.ThemeColor('descriptionForeground'));
  const canStop = permission.kind !== 'no' && /^(?:running|paused|restarting)$/.test(state);
  item.contextValue = `container canShowLogs ${canStop ? ' canStopContainer ' : ''}`.trim();
  item.accessibilityInformation = { label: screenReaderLabel(image, item.description), role: 'treeitem' };
  return item;
}

function containerGroupItem(row: ContainerGroupRow): vscode.TreeItem {
  const label = vscode.l10n.t('Containers Without a Client');
  const item = new vscode.TreeItem(label, vscode.TreeItemCollapsibleState.Collapsed);
  item.id = row.id;
  const { length } = row.containers;
  item.description = String(length);
  item.contextValue = row.containers.some(({ permission }) => permission.kind !== 'no')
    ? 'containerGroup canStopContainer '
    : '';
  item.accessibilityInformation = {
    label:
      length === 1 ? vscode.l10n.t('{0}, 1 container', label) : vscode.l10n.t('{0}, {1} containers', label, length),
    role: 'treeitem',
  };
  return item;
}

function infoItem(row: InfoRow): vscode.TreeItem {
  const { label, description, icon, color } = row.info;
  const item = new vscode.TreeItem(
    label,
    row.infos.length > 0 ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.None,
  );
  item.id = row.id;
  item.description = description;
  item.iconPath = new vscode.ThemeIcon(icon, new vscode.ThemeColor(color));
  item.contextValue = 'note';
  item.accessibilityInformation = { label: screenReaderLabel(label, description), role: 'treeitem' };
  return item;
}

/** A row as it is read out: a pause where the eye sees a dot. */
function screenReaderLabel(label: string, description: string): string {
  return [label, ...description.split(' · ').filter(Boolean)].join(', ');
}
