import * as vscode from 'vscode';
import type { ProcessNode, ServerGroup, ServerView } from '../lifecycle/model';
import { folderName, formatAge, formatMemory, joinParts, processLabel, shortId } from './format';
import { offersOf } from './offers';
import { containerSentence, stateWord, verdictSentence } from './serverWords';
import type { ContainerGroupRow, ContainerRow, GroupRow, Node, NoteRow, ProcessRow, ServerRow } from './treeRows';
import { type BundleRow, serversOf } from './treeRows';

/** The row as the editor shows it; its tooltip comes later, from {@link tooltipOf}. */
export function treeItemOf(row: Node): vscode.TreeItem {
  switch (row.kind) {
    case 'group':
      return groupItem(row);
    case 'bundle':
      return bundleItem(row);
    case 'server':
      return serverItem(row);
    case 'process':
      return processItem(row);
    case 'container':
      return containerItem(row);
    case 'containerGroup':
      return containerGroupItem(row);
    case 'note':
      return noteItem(row);
  }
}

export function tooltipOf(row: Node): vscode.MarkdownString | string {
  switch (row.kind) {
    case 'group':
      return groupSentence(row.group);
    case 'bundle':
      return vscode.l10n.t('{0} copies of {1}', row.servers.length, row.name);
    case 'server':
      return serverTooltip(row.server);
    case 'process':
      return processTooltip(row.process);
    case 'container':
      return containerSentence(row.container);
    case 'containerGroup':
      return vscode.l10n.t(
        'Containers that wait for input, run like a configured server, and have no client on this machine. Nothing is done to them by itself.',
      );
    case 'note':
      return row.note.tooltip;
  }
}

/** Changes exactly when the row looks different. */
export function fingerprintOf(row: Node): string {
  switch (row.kind) {
    case 'group':
      return String(serversOf(row).length);
    case 'bundle':
      return bundleDescription(row);
    case 'server': {
      const { server } = row;
      const facts = [server.evidence, server.introduction, server.problem, server.pid, server.url, server.verdict];
      return JSON.stringify([server.name, serverDescription(server), serverFlags(server), server.state, facts]);
    }
    case 'process': {
      const { process } = row;
      return JSON.stringify([process.name, processDescription(process), process.commandLine, process.kept]);
    }
    case 'container':
      return JSON.stringify([row.container, row.stand]);
    case 'containerGroup':
      return String(row.containers.length);
    case 'note':
      return JSON.stringify(row.note);
  }
}

function groupItem(row: GroupRow): vscode.TreeItem {
  const collapsed = row.group === 'notRunning';
  const item = new vscode.TreeItem(
    groupLabel(row.group),
    collapsed ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.Expanded,
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

function bundleItem(row: BundleRow): vscode.TreeItem {
  const item = new vscode.TreeItem(
    vscode.l10n.t('{0} ×{1}', row.name, row.servers.length),
    vscode.TreeItemCollapsibleState.Collapsed,
  );
  item.id = row.id;
  item.description = bundleDescription(row);
  item.iconPath = row.servers[0] && serverIcon(row.servers[0].server);
  item.contextValue = row.servers[0] && offersOf(row.servers[0].server).canReap ? 'bundle canReap' : 'bundle';
  return item;
}

function bundleDescription({ servers }: BundleRow): string {
  const memory = servers.reduce((sum, { server }) => sum + (server.memory ?? 0), 0);
  const clients = new Set(servers.map(({ server }) => server.client));
  return joinParts([formatMemory(memory), clients.size === 1 ? [...clients][0] : undefined]);
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

function groupSentence(group: ServerGroup): string {
  switch (group) {
    case 'orphaned':
      return vscode.l10n.t('Servers whose client is provably gone. Reaping ends them.');
    case 'thisWindow':
      return vscode.l10n.t('Servers that this window uses.');
    case 'otherWindows':
      return vscode.l10n.t('Servers that another live window or client uses. They are left alone.');
    case 'otherClients':
      return vscode.l10n.t('Servers of other MCP clients on this machine. They are left alone.');
    case 'ownerUnknown':
      return vscode.l10n.t('Their parent has exited; it cannot be proven that no client is connected.');
    case 'notRunning':
      return vscode.l10n.t('Configured servers without a process. VS Code starts its own when chat needs them.');
  }
}

function serverItem(row: ServerRow): vscode.TreeItem {
  const { server } = row;
  const item = new vscode.TreeItem(
    server.name,
    row.processes.length + row.containers.length > 0
      ? vscode.TreeItemCollapsibleState.Collapsed
      : vscode.TreeItemCollapsibleState.None,
  );
  item.id = row.id;
  item.description = serverDescription(server);
  item.iconPath = serverIcon(server);
  item.contextValue = serverFlags(server);
  item.accessibilityInformation = {
    label: [server.name, ...serverDescription(server).split(' · ')].join(', '),
    role: 'treeitem',
  };
  return item;
}

/** The state first: a side bar of usual width cuts off the end. */
function serverDescription(server: ServerView): string {
  return joinParts([
    stateWord(server),
    formatMemory(server.memory),
    server.copies > 1 ? vscode.l10n.t('{0} copies', server.copies) : undefined,
    formatAge(server.startedAt, Date.now(), vscode.l10n.t),
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
  if (server.owner === 'remote') {
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
  const offered = Object.entries(offersOf(server)).flatMap(([flag, on]) => (on ? [flag] : []));
  return ['server', server.verdict, server.owner, server.state, ...offered].join(' ');
}

function processItem(row: ProcessRow): vscode.TreeItem {
  const { process } = row;
  const label = processLabel(process.name, process.commandLine);
  const item = new vscode.TreeItem(
    label,
    row.processes.length > 0 ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.None,
  );
  item.id = row.id;
  item.description = processDescription(process);
  item.iconPath = new vscode.ThemeIcon(
    process.kept === undefined ? 'gear' : 'shield',
    new vscode.ThemeColor('descriptionForeground'),
  );
  item.contextValue = 'process hasPid';
  item.accessibilityInformation = {
    label: [label, ...processDescription(process).split(' · ')].join(', '),
    role: 'treeitem',
  };
  return item;
}

function processDescription(process: ProcessNode): string {
  return joinParts([
    process.kept === undefined ? undefined : vscode.l10n.t('kept'),
    vscode.l10n.t('pid {0}', process.pid),
    formatMemory(process.memory),
    formatAge(process.startedAt, Date.now(), vscode.l10n.t),
  ]);
}

/** Untrusted, and everything that came from outside goes in as text: a server chooses its own command line and name. */
function serverTooltip(server: ServerView): vscode.MarkdownString {
  const tooltip = new vscode.MarkdownString();
  tooltip.appendMarkdown('**').appendText(server.name).appendMarkdown('**\n\n');
  tooltip.appendText(verdictSentence(server)).appendMarkdown('\n\n');
  if (server.problem !== undefined) {
    tooltip.appendText(server.problem).appendMarkdown('\n\n');
  }
  for (const sentence of server.evidence) {
    tooltip.appendMarkdown('- ').appendText(oneLine(sentence)).appendMarkdown('\n');
  }
  tooltip.appendMarkdown('\n');
  if (server.folder !== undefined) {
    tooltip.appendText(vscode.l10n.t('Folder: {0}', server.folder)).appendMarkdown('\n\n');
  }
  if (server.terminal !== undefined) {
    tooltip.appendText(vscode.l10n.t('Terminal: {0}', server.terminal)).appendMarkdown('\n\n');
  }
  const idle = formatAge(server.idleSince, Date.now(), vscode.l10n.t);
  if (idle !== undefined) {
    tooltip.appendText(vscode.l10n.t('Idle for {0}', idle)).appendMarkdown('\n\n');
  }
  if (server.url !== undefined) {
    tooltip.appendText(vscode.l10n.t('Address: {0}', server.url)).appendMarkdown('\n\n');
  }
  const root = server.processes.find((process) => process.pid === server.pid) ?? server.processes[0];
  if (root) {
    tooltip.appendCodeblock(root.commandLine, 'text');
    tooltip.appendText(vscode.l10n.t('Processes: {0}', pids(server.processes).join(', '))).appendMarkdown('\n\n');
  }
  if (server.introduction) {
    const { name, version, tools, resources, prompts } = server.introduction;
    tooltip.appendText(
      vscode.l10n.t(
        'It says it is {0} {1}, with {2} tools, {3} resources and {4} prompts.',
        name,
        version,
        tools,
        resources,
        prompts,
      ),
    );
  }
  return tooltip;
}

function processTooltip(process: ProcessNode): vscode.MarkdownString {
  const tooltip = new vscode.MarkdownString();
  tooltip.appendText(vscode.l10n.t('{0}, process {1}', process.name, process.pid));
  tooltip.appendCodeblock(process.commandLine, 'text');
  if (process.startedAt !== undefined) {
    tooltip
      .appendText(vscode.l10n.t('Started {0}', new Date(process.startedAt).toLocaleString()))
      .appendMarkdown('\n\n');
  }
  if (process.kept !== undefined) {
    tooltip.appendText(vscode.l10n.t('Will not be ended: {0}', process.kept));
  }
  return tooltip;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}

function pids(processes: readonly ProcessNode[]): number[] {
  return processes.flatMap((process) => [process.pid, ...pids(process.children)]);
}

function containerItem(row: ContainerRow): vscode.TreeItem {
  const { container, stand } = row;
  const { id, image, state } = container;
  const lost = 'notOurs' in container ? container : undefined;
  const item = new vscode.TreeItem(image, vscode.TreeItemCollapsibleState.None);
  item.id = row.id;
  item.description = joinParts([
    lost?.notOurs === undefined ? state : vscode.l10n.t('not ours: {0}', lost.notOurs),
    lost?.server,
    vscode.l10n.t('container {0}', shortId(id)),
    formatAge(lost?.createdAt, Date.now(), vscode.l10n.t),
  ]);
  item.iconPath = new vscode.ThemeIcon('package', new vscode.ThemeColor('descriptionForeground'));
  const canStop = stand.kind !== 'no' && /^(?:running|paused|restarting)$/.test(state);
  item.contextValue = `container canShowLogs ${canStop ? ' canStopContainer ' : ''}`.trim();
  item.accessibilityInformation = { label: `${image}, ${item.description.replaceAll(' · ', ', ')}`, role: 'treeitem' };
  return item;
}

function containerGroupItem(row: ContainerGroupRow): vscode.TreeItem {
  const label = vscode.l10n.t('Containers Without a Client');
  const item = new vscode.TreeItem(label, vscode.TreeItemCollapsibleState.Collapsed);
  item.id = row.id;
  const { length } = row.containers;
  item.description = String(length);
  item.contextValue = row.containers.some(({ stand }) => stand.kind !== 'no') ? 'containerGroup canStopContainer ' : '';
  item.accessibilityInformation = {
    label:
      length === 1 ? vscode.l10n.t('{0}, 1 container', label) : vscode.l10n.t('{0}, {1} containers', label, length),
    role: 'treeitem',
  };
  return item;
}

function noteItem(row: NoteRow): vscode.TreeItem {
  const { label, description, icon, color } = row.note;
  const item = new vscode.TreeItem(
    label,
    row.notes.length > 0 ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.None,
  );
  item.id = row.id;
  item.description = description;
  item.iconPath = new vscode.ThemeIcon(icon, new vscode.ThemeColor(color));
  item.contextValue = 'note';
  return item;
}
