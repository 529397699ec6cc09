import { hostname } from 'node:os';
import * as vscode from 'vscode';
import {
  type ContainerView,
  type ContainerWithoutClient,
  type Inventory,
  managerOf,
  type ProcessNode,
  type ServerView,
} from '../model/inventory';
import { stopPermissionOf } from '../reaping/containerActions';
import { folderName } from '../wording/format';
import type { Actions } from './actions';
import { inView, VIEW_ID } from './inView';
import { HISTORY_ID, infosOf } from './notes';
import { redrawAfter } from './rowClock';
import { countedOrphans, uncountedOrphans } from './serverWords';
import { tooltipOf } from './tooltips';
import { fingerprintOf, treeItemOf } from './treeItems';
import {
  type ContainerGroupRow,
  type ContainerRow,
  type CopiesRow,
  childrenOfRow,
  GROUPS,
  type GroupRow,
  type Info,
  type InfoRow,
  type Node,
  type ProcessRow,
  type ServerRow,
} from './treeRows';

/** Groups, servers and their processes; reads nothing but the published picture. */
export class ProcessTree implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<Node | Node[] | undefined>();
  readonly #view: vscode.TreeView<Node>;
  readonly #subscription: vscode.Disposable;
  readonly #context = new Map<string, boolean>();
  /** By id; also what was last shown of each, to refresh only what looks different. */
  #rows = new Map<string, Node>();
  #shown = new Map<string, string>();
  #top: Node[] = [];
  #shape = '';
  /** How often the servers that do not run have become all there is to see, and whether they are now. */
  #lonely = { times: 0, now: false };
  #endProgress: (() => void) | undefined;
  /** The moment for which all rows show their ages; epoch ms. */
  #now = Date.now();
  #redraw: NodeJS.Timeout | undefined;
  readonly #actions: Actions;
  readonly #containerTooltip: (row: ContainerRow) => Promise<string>;

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(
    actions: Actions,
    containerTooltip: (row: ContainerRow) => Promise<string> = async (row) => String(tooltipOf(row)),
  ) {
    this.#containerTooltip = containerTooltip;
    const first = actions.inventory();
    this.#shape = this.#rebuild(first).shape;
    this.#view = vscode.window.createTreeView(VIEW_ID, { treeDataProvider: this, showCollapseAll: true });
    this.#decorate(first);
    if (!first.scanned) {
      const scanned = new Promise<void>((resolve) => {
        this.#endProgress = resolve;
      });
      inView(() => scanned);
    }
    const changed = actions.onDidChange((inventory) => this.#update(inventory));
    // What nobody sees grows no older; it does when somebody looks.
    const seen = this.#view.onDidChangeVisibility(() => this.#update(actions.inventory()));
    this.#subscription = vscode.Disposable.from(changed, seen);
    this.#actions = actions;
    this.#redrawLater(first);
  }

  getTreeItem(node: Node): vscode.TreeItem {
    return treeItemOf(node, this.#now);
  }

  getChildren(node?: Node): Node[] {
    return node ? childrenOfRow(node) : this.#top;
  }

  /** Told when a person opens or closes the panel. */
  get onDidChangeVisibility(): vscode.Event<{ readonly visible: boolean }> {
    return this.#view.onDidChangeVisibility;
  }

  get isVisible(): boolean {
    return this.#view.visible;
  }

  getParent(node: Node): Node | undefined {
    return node.kind === 'group' || node.kind === 'containerGroup' ? undefined : node.parent;
  }

  /** Only when a row is hovered: most tooltips are never seen, and an engine takes seconds to measure. */
  async resolveTreeItem(item: vscode.TreeItem, node: Node): Promise<vscode.TreeItem> {
    item.tooltip = node.kind === 'container' ? await this.#containerTooltip(node) : tooltipOf(node);
    return item;
  }

  /** Shows what ended lately. */
  async showHistory(): Promise<void> {
    await vscode.commands.executeCommand(`${VIEW_ID}.focus`);
    const row = this.#top.find(({ id }) => id === HISTORY_ID);
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
    const { shape, different } = this.#rebuild(inventory);
    if (shape !== this.#shape) {
      this.#shape = shape;
      this.#changed.fire(undefined);
    } else if (different.length > 0) {
      this.#changed.fire(different);
    }
    this.#decorate(inventory);
    this.#redrawLater(inventory);
  }

  /** Ages go on between two pictures. */
  #redrawLater(inventory: Inventory): void {
    clearTimeout(this.#redraw);
    if (!this.#view.visible) return;
    this.#redraw = setTimeout(() => this.#update(this.#actions.inventory()), redrawAfter(inventory, this.#now));
  }

  /** Brings the row objects up to date and says what is different from before. */
  #rebuild(inventory: Inventory): { shape: string; different: Node[] } {
    this.#now = Date.now();
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
      const text = fingerprintOf(row, this.#now);
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

    const containerRow = (
      container: ContainerView | ContainerWithoutClient,
      of: string,
      parent: ServerRow | ContainerGroupRow,
    ) => {
      const permission = stopPermissionOf(inventory, container.id);
      const row = reuse<ContainerRow>({
        kind: 'container',
        id: `container:${of}:${container.id}`,
        container,
        permission: permission,
        parent,
      });
      compare(row);
      return row;
    };

    this.#top = [];
    const isLonely = inventory.servers.length > 0 && inventory.servers.every(({ group }) => group === 'notRunning');
    if (isLonely && !this.#lonely.now) this.#lonely.times++;
    this.#lonely.now = isLonely;
    for (const group of GROUPS) {
      const servers = inventory.servers.filter((server) => server.group === group);
      if (servers.length === 0) {
        continue;
      }
      servers.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }) || a.key.localeCompare(b.key));
      // The editor keeps what was folded by id: a new one unfolds the group, as when a crash has left nothing else.
      const { times } = this.#lonely;
      const isFolded = group === 'notRunning' && times === 0;
      const id = group === 'notRunning' && times > 0 ? `group:${group}:${times}` : `group:${group}`;
      const groupRow = reuse<GroupRow>({ kind: 'group', id, group, isFolded, rows: [] });
      const serverRow = (server: ServerView, parent: GroupRow | CopiesRow): ServerRow => {
        const id = `server:${server.key}`;
        const row = reuse<ServerRow>({ kind: 'server', id, server, parent, processes: [], containers: [] });
        processRows(row, server.key, server.processes);
        row.containers = server.containers.map((container) => containerRow(container, server.key, row));
        compare(row);
        return row;
      };
      groupRow.rows = bundled(servers).map((one) => {
        if (!Array.isArray(one)) return serverRow(one, groupRow);
        const name = one[0]?.name ?? '';
        const bundle = reuse<CopiesRow>({
          kind: 'bundle',
          id: `bundle:${group}:${name}`,
          name,
          parent: groupRow,
          servers: [],
        });
        bundle.servers = one.map((server) => serverRow(server, bundle));
        compare(bundle);
        return bundle;
      });
      compare(groupRow);
      this.#top.push(groupRow);
    }
    if (inventory.containersWithoutClient.length > 0) {
      const id = 'containersWithoutClient';
      const row = reuse<ContainerGroupRow>({ kind: 'containerGroup', id, containers: [] });
      row.containers = inventory.containersWithoutClient.map((container) => containerRow(container, id, row));
      compare(row);
      this.#top.push(row);
    }
    const noteRow = (id: string, note: Info, below: readonly Info[], parent: InfoRow | undefined): InfoRow => {
      const row = reuse<InfoRow>({ kind: 'note', id, info: note, infos: [], parent });
      row.infos = below.map((one, index) => noteRow(`${id}:${index}`, one, [], row));
      compare(row);
      return row;
    };
    for (const { id, note, below } of infosOf(inventory, this.#now))
      this.#top.push(noteRow(id, note, below, undefined));
    this.#rows = rows;
    this.#shown = shown;
    return { shape: outline(this.#top), different };
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
    this.#view.message = messageOf(inventory) ?? '';
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

  /** Never awaited: the editor may be going down, and nothing here depends on the answer. */
  #setContext(key: string, value: boolean): void {
    if (this.#context.get(key) !== value) {
      this.#context.set(key, value);
      vscode.commands.executeCommand('setContext', key, value);
    }
  }
}

/** From this many on, other clients' equal servers share a line. */
const BUNDLE_FROM = 3;

/** Other clients' servers of one name together; everything else by itself. Keeps the order. */
function bundled(servers: readonly ServerView[]): (ServerView | ServerView[])[] {
  const equal = (server: ServerView) =>
    managerOf(server) === 'foreign'
      ? servers.filter((one) => managerOf(one) === 'foreign' && one.name === server.name)
      : [];
  const seen = new Set<ServerView>();
  return servers.flatMap((server): (ServerView | ServerView[])[] => {
    if (seen.has(server)) return [];
    const copies = equal(server);
    if (copies.length < BUNDLE_FROM) return [server];
    for (const copy of copies) seen.add(copy);
    return [copies];
  });
}

function outline(rows: readonly Node[]): string {
  return rows.map((row) => `${row.id}(${outline(childrenOfRow(row))})`).join();
}

/** What the badge leaves out, and what is wrong. The editor shows no line breaks there. */
function messageOf(inventory: Inventory): string | undefined {
  const [orphans, problem] = [uncountedOrphans(inventory), problemMessage(inventory)];
  return orphans !== undefined && problem !== undefined ? `${orphans}. ${problem}` : (orphans ?? problem);
}

/** The first problem in the panel; the others are in the log. */
function problemMessage(inventory: Inventory): string | undefined {
  const [problem] = inventory.problems;
  if (!problem) {
    return undefined;
  }
  const place = [problem.file === undefined ? undefined : folderName(problem.file), problem.line, problem.column]
    .filter((part) => part !== undefined)
    .join(':');
  const text = place ? `${place}: ${problem.message}` : problem.message;
  return inventory.problems.length === 1
    ? text
    : vscode.l10n.t('{0} (and {1} more in the log)', text, inventory.problems.length - 1);
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
