import type { ConfiguredServer } from '../clients/configuredServer';
import { observe } from '../clients/observed';
import { commandLineOf } from '../clients/shownCommandLine';
import { SharedRun } from '../common/async';
import { ADOPT_GROWING_MS, ADOPT_INTERVAL_MS, ADOPT_YOUNG_MS } from '../common/limits';
import { type Log, logOnce, type OnceLog } from '../common/log';
import { type ProcessIdentity, sameStart } from '../os/identity';
import type { Platform, ProcessEntry } from '../os/platform';
import { COOKIE_VARIABLE } from '../registry/cookie';
import { newRecord } from '../registry/newRecord';
import type { OwnSession } from '../registry/ownSession';
import type { Grace, ServerRecord } from '../registry/schema';
import { errorText } from '../wording/reasons';

export interface AdopterParts {
  readonly platform: Platform;
  readonly self: ProcessIdentity;
  readonly own: OwnSession;
  readonly log: Log;
  /** Entries of trusted configurations that other code in this host may start. */
  readonly adoptable: () => readonly ConfiguredServer[];
  readonly graceOf: (server: string) => Grace;
  /** Asked for a scan when a server was adopted, or has ended. */
  readonly scans: { rescan(): Promise<void> };
}

/** Known processes of an adopted server between two sweeps. */
const MAX_ADOPTED_CENSUS = 500;

interface Watched {
  readonly start: string;
  readonly since: number;
}

/**
 * Notices MCP servers that this window's extension host started for the editor's own client or another extension. They
 * get a record, and with it the guard; while this host lives, only the host manages them.
 */
export class Adopter {
  private readonly watched = new Map<number, Watched>();
  private readonly timer: NodeJS.Timeout;
  /** Records whose root has ended; each triggers one scan. */
  private readonly ended = new Set<string>();
  private readonly ticking = new SharedRun<void>();
  private readonly once: OnceLog;

  constructor(private readonly parts: AdopterParts) {
    this.once = logOnce(parts.log);
    this.timer = setInterval(() => void this.tick(), ADOPT_INTERVAL_MS);
    this.timer.unref();
  }

  dispose(): void {
    clearInterval(this.timer);
  }

  /** Checks the children of this host once. Never rejects. */
  tick(): Promise<void> {
    return this.ticking.run(() => this.tickOnce());
  }

  private async tickOnce(): Promise<void> {
    const { platform, self, own, log } = this.parts;
    if (!platform.childrenOf) return;
    try {
      const children = platform.childrenOf(self.pid) ?? [];
      const now = performance.now();
      let adopted = false;
      for (const pid of children) adopted = (await this.consider(pid, now)) || adopted;
      for (const pid of this.watched.keys()) if (!children.includes(pid)) this.watched.delete(pid);
      for (const record of own.session.records) {
        if (record.kind === 'adopted' && Date.now() - record.createdAt < ADOPT_GROWING_MS)
          await this.growCensus(record);
      }
      if (adopted || this.hasEnded(children)) void this.parts.scans.rescan();
    } catch (error) {
      log.warn(`The child processes of this extension host could not be read: ${errorText(error)}`);
    }
  }

  /** Checks all children again: the configuration has changed. */
  reconsider(): void {
    this.watched.clear();
  }

  private async consider(pid: number, now: number): Promise<boolean> {
    const { platform, own, adoptable } = this.parts;
    if (own.session.records.some(({ root }) => root?.pid === pid && this.isSame(pid, root))) return false;
    const known = this.watched.get(pid);
    // An older process does not turn into an MCP server any more.
    if (known && now - known.since > ADOPT_YOUNG_MS) return false;
    const inspection = await platform.inspect(pid);
    if (inspection.kind !== 'present' || inspection.entry.zombie) return false;
    // Ours already: launched by this session or the wrapper. A cookie that this host itself inherited proves nothing.
    if (inspection.entry.cookie && inspection.entry.cookie !== process.env[COOKIE_VARIABLE]) return false;
    const { entry } = inspection;
    if (!known || known.start !== entry.start) this.watched.set(pid, { start: entry.start, since: now });
    const { args } = entry;
    const observed = observe(platform, platform, entry);
    const server = args && adoptable().find((one) => one.matches(args, observed));
    return server ? this.adopt(entry, server) : false;
  }

  private hasEnded(children: readonly number[]): boolean {
    const gone = this.parts.own.session.records.filter(
      ({ id, kind, root }) => kind === 'adopted' && root && !children.includes(root.pid) && !this.ended.has(id),
    );
    for (const { id } of gone) this.ended.add(id);
    return gone.length > 0;
  }

  private isSame(pid: number, root: ProcessIdentity): boolean {
    const known = this.watched.get(pid);
    return known === undefined || sameStart(known.start, root.start);
  }

  private adopt(entry: ProcessEntry, server: ConfiguredServer): boolean {
    const { own, platform, log, graceOf } = this.parts;
    const root = { pid: entry.pid, start: entry.start, scope: platform.scope };
    try {
      const record = newRecord({
        server: server.name,
        client: server.client,
        folder: server.folder,
        kind: 'adopted',
        commandLine: commandLineOf(entry),
        root,
        posixSession: entry.sid,
        census: [root],
        grace: graceOf(server.name),
      });
      own.add(record);
      this.once.clear(server.name);
      this.watched.set(entry.pid, { start: entry.start, since: performance.now() });
      log.info(`Adopted "${server.name}", pid ${entry.pid}, which ${server.client} started.`);
      return true;
    } catch (error) {
      // Once: the attempt is repeated every second.
      this.once.warn(`"${server.name}" cannot be recorded: ${errorText(error)}`, server.name);
      return false;
    }
  }

  /** Adds new descendants of the known processes. Only the sweep, which sees everything, removes any. */
  private async growCensus(record: ServerRecord): Promise<void> {
    const { platform, own } = this.parts;
    const census = [...record.census];
    const known = new Set(census.map(({ pid }) => pid));
    for (let index = 0; index < census.length && census.length < MAX_ADOPTED_CENSUS; index++) {
      const parent = census[index] as ProcessIdentity;
      for (const pid of platform.childrenOf?.(parent.pid) ?? []) {
        if (known.has(pid)) continue;
        known.add(pid);
        const child = await this.childOf(parent, pid);
        if (child) census.push(child);
      }
    }
    if (census.length > record.census.length) own.update(record.id, { census });
  }

  /** Identifies a child and its parent at the same time: below a recycled parent pid, children are strangers. */
  private async childOf(parent: ProcessIdentity, pid: number): Promise<ProcessIdentity | undefined> {
    const { platform } = this.parts;
    const [child, above] = [await platform.inspect(pid), await platform.inspect(parent.pid)];
    if (child.kind !== 'present' || child.entry.zombie || child.entry.ppid !== parent.pid) return undefined;
    if (above.kind !== 'present' || !sameStart(above.entry.start, parent.start)) return undefined;
    return { pid, start: child.entry.start, scope: platform.scope };
  }
}
