import { homedir } from 'node:os';
import { observe } from '../../clients/observed';
import type { NamedServer, Recogniser } from '../../clients/recogniser';
import { yieldIfBusy } from '../../common/eventLoop';
import { ancestorsOf } from '../../judgement/processTree';
import type { ProcessIdentity } from '../../os/identity';
import type { Platform, ProcessEntry, Snapshot } from '../../os/platform';

/** The process that a server consists of, with all below it. */
export interface ForeignRoot {
  readonly entry: ProcessEntry;
  readonly named: NamedServer;
}

/** Recognises the root processes of foreign servers. */
export class ForeignRoots {
  private readonly recognised = new Map<number, ForeignRoot>();
  private last: Recogniser | undefined;

  constructor(
    private readonly platform: Platform,
    private readonly self: ProcessIdentity,
  ) {}

  /** @param taken pids of our own servers' processes */
  async find(snapshot: Snapshot, recogniser: Recogniser, taken: ReadonlySet<number>): Promise<ForeignRoot[]> {
    if (recogniser !== this.last) this.recognised.clear();
    this.last = recogniser;
    for (const pid of this.recognised.keys()) if (!snapshot.processes.has(pid)) this.recognised.delete(pid);
    const { pid: ownPid } = this.self;
    const uid = snapshot.processes.get(ownPid)?.uid;
    const clientFolders = once(() => this.clientFoldersIn(snapshot, recogniser));
    const found: ForeignRoot[] = [];
    for (const entry of snapshot.processes.values()) {
      // The first scan compares every process with every entry.
      await yieldIfBusy();
      const { pid, args } = entry;
      if (entry.zombie || !args || entry.uid !== uid || taken.has(pid) || pid === ownPid) continue;
      const named =
        this.knownAs(entry) ?? recogniser.serverOf(args, observe(this.platform, snapshot, entry, clientFolders));
      if (!named) continue;
      this.recognised.set(pid, { entry, named });
      found.push({ entry, named });
    }
    return topmost(snapshot, found);
  }

  /** A recognised process stays recognised: the folder behind a placeholder may be gone with its client. */
  private knownAs({ pid, start, args }: ProcessEntry): NamedServer | undefined {
    const known = this.recognised.get(pid);
    return known?.entry.start === start && haveSameArgs(known.entry.args, args) ? known.named : undefined;
  }

  /** Folders that known clients run in. The root and the home are no projects. */
  private clientFoldersIn(snapshot: Snapshot, recogniser: Recogniser): ReadonlySet<string> {
    const folders = new Set<string>();
    for (const entry of snapshot.processes.values()) {
      if (entry.zombie || recogniser.clientOf(entry) === undefined) continue;
      const folder = this.platform.folderOf?.(entry.pid);
      if (folder !== undefined && folder !== '/' && folder !== homedir()) folders.add(folder);
    }
    return folders;
  }
}

/** `npx` and what it runs may both match: the upper one is the server's root. */
export function topmost(snapshot: Snapshot, found: readonly ForeignRoot[]): ForeignRoot[] {
  const pids = new Set(found.map(({ entry }) => entry.pid));
  return found.filter(({ entry }) => !ancestorsOf(snapshot, entry).some((above) => pids.has(above.pid)));
}

/** The arguments of a young process are read each time, into another array. */
function haveSameArgs(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  return a === b || (a?.length === b?.length && (a?.every((word, at) => word === b?.[at]) ?? false));
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
