import type { Memento } from 'vscode';
import type { Inventory } from '../model/inventory';
import { managerOf, type ServerView } from '../model/serverView';
import { identityKey } from '../os/identity';

const KEY = 'hiddenServers';
const MAX = 200;

/** Servers that a person has hidden, by identity: the next one with the same command is shown. */
export class HiddenServers {
  private readonly keys: Set<string>;

  /** @param scope of this machine's processes: after a reboot or elsewhere, the same pid and start mean another process. */
  constructor(
    private readonly memento: Memento,
    private readonly scope: string,
  ) {
    this.keys = new Set(memento.get<string[]>(KEY, []));
  }

  without(inventory: Inventory): Inventory {
    if (this.keys.size === 0) return inventory;
    return { ...inventory, servers: inventory.servers.filter((server) => !this.keys.has(this.keyOf(server))) };
  }

  add(server: ServerView): void {
    const key = this.keyOf(server);
    if (key === '') return;
    this.keys.add(key);
    // Without a scope it cannot be distinguished from a later one: hidden in this window only.
    if (this.scope === '') return;
    // Not awaited: it does not settle while the client is away, and the row must go at once.
    void this.memento.update(KEY, [...this.keys].slice(-MAX));
  }

  private keyOf(server: ServerView): string {
    const [root] = server.processes;
    return managerOf(server) === 'foreign' && root
      ? identityKey({ pid: root.pid, start: root.start, scope: this.scope })
      : '';
  }
}
