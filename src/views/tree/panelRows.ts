import type { ContainerView, ContainerWithoutClient } from '../../model/containerView';
import type { Inventory } from '../../model/inventory';
import { managerOf, type ProcessNode, type ServerGroup, type ServerView } from '../../model/serverView';
import { stopPermissionOf } from '../../reaping/containerActions';
import { ContainerRow, ContainersRow } from './containerRow';
import { CopiesRow } from './copiesRow';
import { GROUPS, GroupRow } from './groupRow';
import { guardInfo } from './guardInfo';
import { endedInfo, historyInfo } from './historyInfo';
import { type Info, InfoRow } from './infoRow';
import { ProcessRow } from './processRow';
import type { Row } from './rows';
import { ServerRow } from './serverRow';

export const HISTORY_ID = 'info:history';
const GUARD_ID = 'info:guard';
const CONTAINERS_ID = 'containersWithoutClient';

/** Rows by id, and the fingerprint of each when it was last shown. */
interface Known {
  readonly rows: ReadonlyMap<string, Row>;
  readonly fingerprints: ReadonlyMap<string, string>;
}

interface Update {
  /** Rows came, went or moved. */
  readonly isReshaped: boolean;
  /** Rows whose fingerprint changed. */
  readonly changed: Row[];
}

/** Turns each inventory into the rows of the panel. A row keeps its object as long as its id is there. */
export class PanelRows {
  top: readonly Row[] = [];
  #known: Known = { rows: new Map(), fingerprints: new Map() };
  #shape = '';
  /** How many times the panel came to show only servers that are not running, and whether it does now. */
  #lonely = { times: 0, now: false };

  /** @param now for ages, epoch ms */
  update(inventory: Inventory, now: number): Update {
    this.#noteLonely(inventory);
    const build = new Build(this.#known, inventory, now);
    this.top = [...this.#groups(build, inventory), ...build.containers(), ...build.infos()];
    this.#known = { rows: build.rows, fingerprints: build.fingerprints };
    const shape = outline(this.top);
    const isReshaped = shape !== this.#shape;
    this.#shape = shape;
    return { isReshaped, changed: build.changed };
  }

  #noteLonely({ servers }: Inventory): void {
    const isLonely = servers.length > 0 && servers.every(({ group }) => group === 'notRunning');
    if (isLonely && !this.#lonely.now) this.#lonely.times++;
    this.#lonely.now = isLonely;
  }

  #groups(build: Build, inventory: Inventory): GroupRow[] {
    const { times } = this.#lonely;
    return GROUPS.flatMap((group) => {
      const servers = inventory.servers.filter((server) => server.group === group).sort(byName);
      if (servers.length === 0) return [];
      const canFold = group === 'notRunning';
      // The editor remembers collapsed rows by id: a new id expands the group when it is all that is left.
      const id = canFold && times > 0 ? `group:${group}:${times}` : `group:${group}`;
      return [build.group({ id, group, isFolded: canFold && times === 0 }, servers)];
    });
  }
}

/** The rows of one inventory. */
class Build {
  readonly rows = new Map<string, Row>();
  readonly fingerprints = new Map<string, string>();
  readonly changed: Row[] = [];
  readonly #before: Known;
  readonly #inventory: Inventory;
  readonly #now: number;

  constructor(before: Known, inventory: Inventory, now: number) {
    this.#before = before;
    this.#inventory = inventory;
    this.#now = now;
  }

  group(
    { id, group, isFolded }: { id: string; group: ServerGroup; isFolded: boolean },
    servers: readonly ServerView[],
  ): GroupRow {
    const row = this.#reuse(new GroupRow(id, group, isFolded));
    row.rows = inLines(servers).map((one) => (Array.isArray(one) ? this.#copies(one, row) : this.#server(one, row)));
    return this.#compared(row);
  }

  containers(): ContainersRow[] {
    const { containersWithoutClient } = this.#inventory;
    if (containersWithoutClient.length === 0) return [];
    const row = this.#reuse(new ContainersRow(CONTAINERS_ID));
    row.containers = containersWithoutClient.map((container) => this.#container(container, CONTAINERS_ID, row));
    return [this.#compared(row)];
  }

  /** The rows below the servers: what ended lately, and crash protection. */
  infos(): InfoRow[] {
    const { history, guard } = this.#inventory;
    const rows: InfoRow[] = [];
    if (history.length > 0) {
      const ended = history.map((entry) => endedInfo(entry, this.#now));
      rows.push(this.#info(HISTORY_ID, historyInfo(history), undefined, ended));
    }
    const shown = guardInfo(guard);
    if (shown) rows.push(this.#info(GUARD_ID, shown, undefined));
    return rows;
  }

  #copies(servers: readonly ServerView[], parent: GroupRow): CopiesRow {
    const name = servers[0]?.name ?? '';
    const row = this.#reuse(new CopiesRow(`copies:${parent.group}:${name}`, name, parent));
    row.servers = servers.map((server) => this.#server(server, row));
    return this.#compared(row);
  }

  #server(server: ServerView, parent: GroupRow | CopiesRow): ServerRow {
    const row = this.#reuse(new ServerRow(`server:${server.key}`, server, parent));
    row.processes = this.#processes(server.processes, server.key, row);
    row.containers = server.containers.map((container) => this.#container(container, server.key, row));
    return this.#compared(row);
  }

  #processes(processes: readonly ProcessNode[], of: string, parent: ServerRow | ProcessRow): ProcessRow[] {
    return processes.map((process) => {
      const row = this.#reuse(new ProcessRow(`process:${of}:${process.pid}`, process, parent));
      row.processes = this.#processes(process.children, of, row);
      return this.#compared(row);
    });
  }

  #container(
    container: ContainerView | ContainerWithoutClient,
    of: string,
    parent: ServerRow | ContainersRow,
  ): ContainerRow {
    const permission = stopPermissionOf(this.#inventory, container.id);
    return this.#compared(
      this.#reuse(new ContainerRow(`container:${of}:${container.id}`, container, permission, parent)),
    );
  }

  #info(id: string, info: Info, parent: InfoRow | undefined, below: readonly Info[] = []): InfoRow {
    const row = this.#reuse(new InfoRow(id, info, parent));
    row.infos = below.map((one, index) => this.#info(`${id}:${index}`, one, row));
    return this.#compared(row);
  }

  /** The object that the editor knows by this id, brought up to date. Its children are set afterwards. */
  #reuse<T extends Row>(fresh: T): T {
    const old = this.#before.rows.get(fresh.id);
    const row = old?.kind === fresh.kind ? Object.assign(old as T, fresh) : fresh;
    this.rows.set(fresh.id, row);
    return row;
  }

  /** Call this when the row has its children: its appearance may depend on them. */
  #compared<T extends Row>(row: T): T {
    const fingerprint = row.fingerprint(this.#now);
    this.fingerprints.set(row.id, fingerprint);
    if (this.#before.fingerprints.get(row.id) !== fingerprint) this.changed.push(row);
    return row;
  }
}

function byName(a: ServerView, b: ServerView): number {
  return a.name.localeCompare(b.name, undefined, { numeric: true }) || a.key.localeCompare(b.key);
}

/** This many copies of another client's server, or more, share a row. */
const COPIES_FROM = 3;

/** Groups other clients' servers of one name; every other server has its own row. Keeps the order. */
function inLines(servers: readonly ServerView[]): (ServerView | ServerView[])[] {
  const equal = (server: ServerView) =>
    managerOf(server) === 'foreign'
      ? servers.filter((one) => managerOf(one) === 'foreign' && one.name === server.name)
      : [];
  const seen = new Set<ServerView>();
  return servers.flatMap((server): (ServerView | ServerView[])[] => {
    if (seen.has(server)) return [];
    const copies = equal(server);
    if (copies.length < COPIES_FROM) return [server];
    for (const copy of copies) seen.add(copy);
    return [copies];
  });
}

function outline(rows: readonly Row[]): string {
  return rows.map((row) => `${row.id}(${outline(row.children())})`).join();
}
