import * as vscode from 'vscode';
import type { Picture, ProcessNode, ServerGroup, ServerView } from '../lifecycle/model';
import type { Actions } from './actions';
import { folderName, formatAge, formatMemory, joinParts, processLabel } from './format';
import { stateWord, verdictSentence } from './serverWords';

export const VIEW_ID = 'mcpProcesses.view';

export interface GroupRow {
  readonly kind: 'group';
  readonly id: string;
  readonly group: ServerGroup;
  servers: ServerRow[];
}

export interface ServerRow {
  readonly kind: 'server';
  readonly id: string;
  server: ServerView;
  parent: GroupRow;
  processes: ProcessRow[];
}

export interface ProcessRow {
  readonly kind: 'process';
  readonly id: string;
  process: ProcessNode;
  parent: ServerRow | ProcessRow;
  processes: ProcessRow[];
}

/** The objects stay the same over all pictures, because the editor finds the row to refresh by object. */
export type Node = GroupRow | ServerRow | ProcessRow;

const GROUPS: readonly ServerGroup[] = ['orphaned', 'thisWindow', 'otherWindows', 'notRunning'];

/** Groups, servers and their processes; reads nothing but the published picture. */
export class ProcessTree implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<Node | Node[] | undefined>();
  readonly #view: vscode.TreeView<Node>;
  readonly #subscription: { dispose(): void };
  readonly #context = new Map<string, boolean>();
  /** By id; also what was last shown of each, to refresh only what looks different. */
  #rows = new Map<string, Node>();
  #shown = new Map<string, string>();
  #groups: GroupRow[] = [];
  #shape = '';
  #endProgress: (() => void) | undefined;

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(actions: Actions) {
    const first = actions.picture();
    this.#shape = this.#rebuild(first).shape;
    this.#view = vscode.window.createTreeView(VIEW_ID, { treeDataProvider: this, showCollapseAll: true });
    this.#decorate(first);
    if (!first.scanned) {
      const scanned = new Promise<void>((resolve) => {
        this.#endProgress = resolve;
      });
      vscode.window.withProgress({ location: { viewId: VIEW_ID } }, () => scanned);
    }
    this.#subscription = actions.onDidChange((picture) => this.#update(picture));
  }

  getTreeItem(node: Node): vscode.TreeItem {
    switch (node.kind) {
      case 'group':
        return groupItem(node);
      case 'server':
        return serverItem(node);
      case 'process':
        return processItem(node);
    }
  }

  getChildren(node?: Node): Node[] {
    if (!node) {
      return this.#groups;
    }
    return node.kind === 'group' ? node.servers : node.processes;
  }

  getParent(node: Node): Node | undefined {
    return node.kind === 'group' ? undefined : node.parent;
  }

  /** Only when a row is hovered: most tooltips are never seen. */
  resolveTreeItem(item: vscode.TreeItem, node: Node): vscode.TreeItem {
    item.tooltip =
      node.kind === 'server'
        ? serverTooltip(node.server)
        : node.kind === 'process'
          ? processTooltip(node.process)
          : groupSentence(node.group);
    return item;
  }

  dispose(): void {
    this.#endProgress?.();
    this.#subscription.dispose();
    this.#view.dispose();
    this.#changed.dispose();
  }

  #update(picture: Picture): void {
    const { shape, different } = this.#rebuild(picture);
    if (shape !== this.#shape) {
      this.#shape = shape;
      this.#changed.fire(undefined);
    } else if (different.length > 0) {
      this.#changed.fire(different);
    }
    this.#decorate(picture);
  }

  /** Brings the row objects up to date and says what is different from before. */
  #rebuild(picture: Picture): { shape: string; different: Node[] } {
    const rows = new Map<string, Node>();
    const shown = new Map<string, string>();
    const different: Node[] = [];
    const reuse = <T extends Node>(fresh: T): T => {
      const old = this.#rows.get(fresh.id);
      const row = old?.kind === fresh.kind ? Object.assign(old, fresh) : fresh;
      rows.set(fresh.id, row);
      return row as T;
    };
    const compare = (row: Node) => {
      const text = fingerprint(row);
      shown.set(row.id, text);
      if (this.#shown.get(row.id) !== text) {
        different.push(row);
      }
    };
    const processRows = (parent: ServerRow | ProcessRow, server: string, processes: readonly ProcessNode[]) => {
      parent.processes = processes.map((process) => {
        const id = `process:${server}:${process.pid}`;
        const row = reuse<ProcessRow>({ kind: 'process', id, process, parent, processes: [] });
        processRows(row, server, process.children);
        compare(row);
        return row;
      });
    };

    this.#groups = [];
    for (const group of GROUPS) {
      const servers = picture.servers.filter((server) => server.group === group);
      if (servers.length === 0) {
        continue;
      }
      servers.sort((a, b) => a.name.localeCompare(b.name) || a.key.localeCompare(b.key));
      const groupRow = reuse<GroupRow>({ kind: 'group', id: `group:${group}`, group, servers: [] });
      groupRow.servers = servers.map((server) => {
        const id = `server:${server.key}`;
        const row = reuse<ServerRow>({ kind: 'server', id, server, parent: groupRow, processes: [] });
        processRows(row, server.key, server.processes);
        compare(row);
        return row;
      });
      compare(groupRow);
      this.#groups.push(groupRow);
    }
    this.#rows = rows;
    this.#shown = shown;
    return { shape: outline(this.#groups), different };
  }

  /** Badge, message, progress and context keys. */
  #decorate(picture: Picture): void {
    const orphans = picture.servers.filter((server) => server.verdict === 'orphaned').length;
    this.#view.badge =
      orphans === 0
        ? undefined
        : {
            value: orphans,
            tooltip:
              orphans === 1
                ? vscode.l10n.t('1 MCP server is orphaned')
                : vscode.l10n.t('{0} MCP servers are orphaned', orphans),
          };
    this.#view.message = problemMessage(picture);
    if (picture.scanned) {
      this.#endProgress?.();
      this.#endProgress = undefined;
    }
    this.#setContext('mcpProcesses.scanned', picture.scanned);
    this.#setContext('mcpProcesses.hasOrphans', orphans > 0);
    this.#setContext('mcpProcesses.empty', picture.servers.length === 0);
  }

  /** Never awaited: the editor may be going down, and nothing here depends on the answer. */
  #setContext(key: string, value: boolean): void {
    if (this.#context.get(key) !== value) {
      this.#context.set(key, value);
      vscode.commands.executeCommand('setContext', key, value);
    }
  }
}

function outline(rows: readonly Node[]): string {
  return rows.map((row) => `${row.id}(${outline(row.kind === 'group' ? row.servers : row.processes)})`).join();
}

function fingerprint(row: Node): string {
  switch (row.kind) {
    case 'group':
      return String(row.servers.length);
    case 'server': {
      const { server } = row;
      const facts = [server.evidence, server.introduction, server.problem, server.pid, server.url, server.verdict];
      return JSON.stringify([server.name, serverDescription(server), serverFlags(server), server.state, facts]);
    }
    case 'process': {
      const { process } = row;
      return JSON.stringify([process.name, processDescription(process), process.commandLine, process.kept]);
    }
  }
}

function groupItem(row: GroupRow): vscode.TreeItem {
  const collapsed = row.group === 'notRunning';
  const item = new vscode.TreeItem(
    groupLabel(row.group),
    collapsed ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.Expanded,
  );
  item.id = row.id;
  item.description = String(row.servers.length);
  item.contextValue = `group ${row.group}`;
  item.accessibilityInformation = {
    label:
      row.servers.length === 1
        ? vscode.l10n.t('{0}, 1 server', groupLabel(row.group))
        : vscode.l10n.t('{0}, {1} servers', groupLabel(row.group), row.servers.length),
    role: 'treeitem',
  };
  return item;
}

function groupLabel(group: ServerGroup): string {
  switch (group) {
    case 'orphaned':
      return vscode.l10n.t('Orphaned');
    case 'thisWindow':
      return vscode.l10n.t('This Window');
    case 'otherWindows':
      return vscode.l10n.t('Other Windows');
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
    case 'notRunning':
      return vscode.l10n.t('Configured servers without a process. VS Code starts its own when chat needs them.');
  }
}

function serverItem(row: ServerRow): vscode.TreeItem {
  const { server } = row;
  const item = new vscode.TreeItem(
    server.name,
    row.processes.length > 0 ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.None,
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

/** Flags for the manifest's `when` clauses; the can… flags say what a row offers. */
function serverFlags(server: ServerView): string {
  const live = server.state === 'running' || server.state === 'starting';
  const local = server.owner !== 'remote';
  const here = server.group === 'thisWindow' || server.group === 'notRunning';
  const flags: [string, boolean][] = [
    ['canReap', server.verdict === 'orphaned'],
    ['canStart', here && local && (server.state === 'stopped' || server.state === 'failed')],
    ['canStop', here && local && live],
    ['canRestart', here && local && live],
    ['canCallTool', here && server.owner === 'us' && server.state === 'running'],
    ['canShowOutput', here && local],
    ['canShowConfiguration', here],
    ['hasPid', server.pid !== undefined],
  ];
  const set = flags.filter(([, on]) => on).map(([flag]) => flag);
  return ['server', server.verdict, server.owner, server.state, ...set].join(' ');
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

/** The first problem in the panel; the others are in the log. */
function problemMessage(picture: Picture): string | undefined {
  const [problem] = picture.problems;
  if (!problem) {
    return undefined;
  }
  const place = [problem.file === undefined ? undefined : folderName(problem.file), problem.line, problem.column]
    .filter((part) => part !== undefined)
    .join(':');
  const text = place ? `${place}: ${problem.message}` : problem.message;
  return picture.problems.length === 1
    ? text
    : vscode.l10n.t('{0} (and {1} more in the log)', text, picture.problems.length - 1);
}
