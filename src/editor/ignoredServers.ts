import type { Memento } from 'vscode';
import type { Picture, ServerView } from '../lifecycle/model';

const KEY = 'ignoredServers';
const MOST = 200;

/** Servers that a person does not want to see, by identity: the next one with the same command is another one. */
export class IgnoredServers {
  private readonly keys: Set<string>;

  constructor(private readonly memento: Memento) {
    this.keys = new Set(memento.get<string[]>(KEY, []));
  }

  without(picture: Picture): Picture {
    if (this.keys.size === 0) return picture;
    return { ...picture, servers: picture.servers.filter((server) => !this.keys.has(keyOf(server))) };
  }

  async add(server: ServerView): Promise<void> {
    const key = keyOf(server);
    if (key === '') return;
    this.keys.add(key);
    // Not awaited by anything that matters: with the client away it never settles.
    await this.memento.update(KEY, [...this.keys].slice(-MOST));
  }
}

function keyOf({ owner, processes }: ServerView): string {
  const [root] = processes;
  return owner === 'other' && root ? `${root.pid}-${root.start}` : '';
}
