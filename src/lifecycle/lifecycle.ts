import { identityOf, type Member, membersOf } from '../judgement/members';
import { childrenOf, descendantsOf } from '../judgement/processTree';
import { Connection, type ServerTool } from '../mcp/connection';
import type { ProcessIdentity } from '../os/identity';
import type { Platform, Snapshot } from '../os/platform';
import type { DataFolder } from '../registry/dataFolder';
import type { AutomaticReap, LadderStand } from '../registry/schema';
import type { ConfiguredServer } from './configuredServer';
import { type LaunchDescription, LaunchedServer } from './launchedServer';
import type { Log } from './log';
import type { Picture, Problem, ReapResult, ServerView } from './model';
import type { OwnSession } from './ownSession';
import { Reaper } from './reaper';
import { approximateStart, memoryOf, treeOf } from './rows';
import { censusOf, type JudgedSession, type Survey, survey } from './sweep';

export interface Settings {
  readonly automatic: AutomaticReap;
  readonly neverReap: readonly string[];
  /** ms that a server may take for its handshake. */
  readonly launchTimeout: number;
}

export interface LifecycleParts {
  readonly platform: Platform;
  readonly folder: DataFolder;
  readonly self: ProcessIdentity;
  readonly own: OwnSession;
  readonly log: Log;
  readonly version: string;
  readonly settings: () => Settings;
  readonly configured: () => readonly ConfiguredServer[];
  readonly configurationProblems: () => readonly Problem[];
  /** One redacted line of a launched server's stderr. */
  readonly onOutput: (server: string, line: string) => void;
}

/** deactivate has 5 s in all; what the ladder has not done by then is handed over. */
const DEACTIVATE_MS = 4_000;

/** When everything happens: launch, stop, sweep, reap, hand over. The only orchestrator; awaits nothing of the editor. */
export class Lifecycle {
  private readonly launched = new Map<string, LaunchedServer>();
  private readonly launching = new Map<string, Promise<void>>();
  private readonly reaper: Reaper;
  private readonly listeners = new Set<(picture: Picture) => void>();
  private readonly steps = new Map<string, { step: LadderStand['step']; until: number }>();
  private current: Picture = { scanned: false, sweptAt: 0, servers: [], problems: [] };
  private lastSurvey: Survey | undefined;
  private keptReasons = new Map<string, ReadonlyMap<number, string>>();
  private sweeping: Promise<Picture> | undefined;
  private stopping = false;

  constructor(private readonly parts: LifecycleParts) {
    const { platform, folder, self, log, settings } = parts;
    this.reaper = new Reaper({ platform, folder, self, log, neverReap: () => settings().neverReap });
  }

  get picture(): Picture {
    return this.current;
  }

  onDidChange(listener: (picture: Picture) => void): { dispose(): void } {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  }

  /**
   * One pass: snapshot → census → verdicts → (reap) → publish. One at a time; a call during one joins it.
   * @throws what kept it from being done; nothing was signalled then.
   */
  sweep(): Promise<Picture> {
    this.sweeping ??= this.sweepOnce().finally(() => {
      this.sweeping = undefined;
    });
    return this.sweeping;
  }

  private async sweepOnce(): Promise<Picture> {
    const seen = await this.look();
    this.publish();
    const due: JudgedSession[] = [];
    for (const judged of seen.sessions) {
      if (!this.isReapable(judged) || judged.session.automatic !== 'on') continue;
      // Where everything would be kept there is nothing to claim; it is shown with its reasons.
      const plan = await this.reaper.plan(seen, judged);
      if ([...plan.values()].flat().some(({ ruling }) => 'permit' in ruling)) due.push(judged);
    }
    if (due.length > 0 && !this.stopping) {
      const results = (await Promise.all(due.map((judged) => this.reaper.reap(judged)))).flat();
      for (const result of results) this.logResult(result);
      await this.look();
      this.publish();
    }
    return this.current;
  }

  /** Reaps every session that is provably dead, or only the rows named. */
  async reapOrphans(options: { dryRun?: boolean; only?: readonly string[] } = {}): Promise<ReapResult[]> {
    // Joining a sweep first: it may be reaping the same sessions at this moment.
    await this.sweeping?.catch(() => {});
    const seen = await this.look();
    const only = options.only && new Set(options.only);
    const due = seen.sessions.filter(
      (judged) =>
        this.isReapable(judged) &&
        (!only || judged.records.some(({ record }) => only.has(`${judged.session.id}:${record.id}`))),
    );
    if (options.dryRun) {
      const previews = (await Promise.all(due.map((judged) => this.reaper.preview(seen, judged)))).flat();
      return previews.filter((result) => !only || only.has(`${result.sessionId}:${result.recordId}`));
    }
    const results = (await Promise.all(due.map((judged) => this.reaper.reap(judged, only)))).flat();
    for (const result of results) this.logResult(result);
    await this.look();
    this.publish();
    return results.filter(({ processes }) => processes.length > 0);
  }

  /** Starts a configured server of ours. A second call while it starts joins the first; a running one stays as it is. */
  async start(key: string): Promise<void> {
    const configured = this.parts.configured().find((server) => server.key === key);
    if (!configured?.describe) throw new Error('This server is not started by MCP Processes.');
    await this.launch(await configured.describe());
  }

  /** Spawns, records and shakes hands. @throws Error with a remedy; what had started is stopped again. */
  launch(description: LaunchDescription): Promise<void> {
    const running = this.launching.get(description.key);
    if (running) return running;
    const launching = this.launchOnce(description).finally(() => this.launching.delete(description.key));
    this.launching.set(description.key, launching);
    return launching;
  }

  private async launchOnce(description: LaunchDescription): Promise<void> {
    const { own, platform, log, version, settings, onOutput } = this.parts;
    const before = this.launched.get(description.key);
    if (before && (before.state === 'running' || before.state === 'starting')) return;
    if (before?.state === 'stopping')
      throw new Error(`"${description.name}" is still stopping; start it again in a moment.`);
    if (this.stopping) throw new Error('The window is closing.');
    const server = new LaunchedServer(description, own, platform, (line) => onOutput(description.name, line));
    this.launched.set(description.key, server);
    try {
      const child = await server.spawn();
      log.info(`Started "${description.name}", pid ${child.pid}.`);
      child.once('exit', () => void this.onExit(server));
      this.refresh();
      server.connection = await Connection.open(child, version, settings().launchTimeout);
      if (server.state === 'starting') server.state = 'running';
    } catch (error) {
      server.problem = this.explain(server, error as Error);
      log.error(server.problem);
      await this.end(server).catch(() => {});
      server.state = 'failed';
      throw new Error(server.problem);
    } finally {
      await this.look().catch(() => {});
      this.publish();
    }
  }

  /** Runs the ladder on a launched server. @throws when the key names none. */
  async stop(key: string): Promise<ReapResult> {
    const server = this.launched.get(key);
    if (!server?.child) throw new Error('This server is not running.');
    const result = await this.end(server);
    server.state = 'stopped';
    this.logResult(result);
    await this.look().catch(() => {});
    this.publish();
    return result;
  }

  async restart(key: string): Promise<void> {
    const server = this.launched.get(key);
    if (server && server.state !== 'stopped' && server.state !== 'failed') await this.stop(key);
    if (this.parts.configured().some((one) => one.key === key && one.describe)) await this.start(key);
    else if (server) await this.launch(server.description);
  }

  async listTools(key: string): Promise<ServerTool[]> {
    return this.connectionOf(key).listTools();
  }

  async callTool(key: string, tool: string, args: Record<string, unknown>): Promise<unknown> {
    return this.connectionOf(key).callTool(tool, args);
  }

  /** Whether this session launched the server. */
  isLaunched(key: string): boolean {
    return this.launched.has(key);
  }

  /**
   * Ends what this session launched: closes every stdin, climbs the ladders for at most 4 s, and hands over the rest.
   * No wait is shortened to fit; the session file says where each ladder stands.
   */
  async deactivate(): Promise<void> {
    this.stopping = true;
    const running = [...this.launched.values()].filter(
      ({ child, state }) => child && state !== 'stopped' && state !== 'failed',
    );
    const ladders = Promise.all(running.map((server) => this.end(server).catch(() => undefined)));
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, DEACTIVATE_MS);
    });
    await Promise.race([ladders, deadline]);
    clearTimeout(timer);
    const { own } = this.parts;
    for (const [recordId, { step, until }] of this.steps) {
      own.update(recordId, { ladder: { step, remaining: Math.max(0, Math.round(until - performance.now())) } });
    }
    if (own.session.records.length > 0) own.handOver();
  }

  private async end(server: LaunchedServer): Promise<ReapResult> {
    const { own } = this.parts;
    server.state = 'stopping';
    this.refresh();
    const closeStdin = () => {
      server.child?.stdin?.end();
    };
    const connection = server.connection;
    server.connection = undefined;
    await connection?.close().catch(() => {});
    const result = await this.reaper.stopOwn(
      () => own.session,
      server.recordId,
      closeStdin,
      (step, wait) => {
        this.steps.set(server.recordId, { step, until: performance.now() + wait });
      },
    );
    this.steps.delete(server.recordId);
    const left = result.processes.filter(({ outcome }) => outcome === 'kept' || outcome === 'survived');
    if (left.length === 0) own.remove(server.recordId);
    return result;
  }

  /** A server that ends by itself may leave children; their tree is ended like any other. */
  private async onExit(server: LaunchedServer): Promise<void> {
    if (server.state === 'stopping' || server.state === 'starting' || this.stopping) return;
    server.problem = `"${server.description.name}" ${server.exit ?? 'ended'}. ${lastWords(server)}`;
    this.parts.log.warn(server.problem);
    await this.end(server).catch((error) => this.parts.log.error((error as Error).message));
    server.state = 'failed';
    await this.look().catch(() => {});
    this.publish();
  }

  private explain(server: LaunchedServer, error: Error): string {
    if (!server.child?.pid) return error.message;
    const { name } = server.description;
    const seconds = this.parts.settings().launchTimeout / 1000;
    if (server.exit) return `"${name}" ${server.exit} before it answered. ${lastWords(server)}`;
    if (/timed? ?out/i.test(error.message)) {
      return `"${name}" did not answer within ${seconds} s. Check its command, or raise mcpProcesses.launch.timeoutSeconds. ${lastWords(server)}`;
    }
    return `"${name}" did not speak MCP: ${error.message}. Check that its command starts an MCP server. ${lastWords(server)}`;
  }

  private connectionOf(key: string): Connection {
    const connection = this.launched.get(key)?.connection;
    if (!connection)
      throw new Error('This server is not running, or was not launched by MCP Processes. Start it first.');
    return connection;
  }

  private isReapable({ session, verdict, claimedBy, records }: JudgedSession): boolean {
    return (
      verdict.kind === 'dead' &&
      session.id !== this.parts.own.session.id &&
      (!claimedBy || claimedBy.pid === this.parts.self.pid) &&
      records.some(({ members }) => members.length > 0)
    );
  }

  private async look(): Promise<Survey> {
    const { platform, folder, own, settings } = this.parts;
    const seen = await survey(platform, folder, own.session.id, settings());
    for (const problem of seen.problems) this.parts.log.warn(problem);
    for (const record of own.session.records) {
      const members = membersOf(seen.snapshot, own.session, record);
      if (members.length > 0) own.update(record.id, { census: censusOf(members) });
    }
    const kept = new Map<string, ReadonlyMap<number, string>>();
    for (const judged of seen.sessions.filter((one) => this.isReapable(one))) {
      for (const [recordId, ruled] of await this.reaper.plan(seen, judged)) {
        const reasons = ruled.flatMap(({ member, ruling }): [number, string][] =>
          'kept' in ruling ? [[member.entry.pid, ruling.kept]] : [],
        );
        kept.set(`${judged.session.id}:${recordId}`, new Map(reasons));
      }
    }
    this.keptReasons = kept;
    this.lastSurvey = seen;
    return seen;
  }

  /** Publishes again from what is known; for changes of ours between sweeps. */
  refresh(): Picture {
    this.publish();
    return this.current;
  }

  private publish(): void {
    const seen = this.lastSurvey;
    if (!seen) return;
    this.current = {
      scanned: true,
      sweptAt: Date.now(),
      servers: [...this.orphans(seen), ...this.thisWindow(seen.snapshot), ...this.otherWindows(seen)],
      problems: [
        ...this.parts.configurationProblems(),
        ...seen.problems.map((message) => ({ file: undefined, line: undefined, column: undefined, message })),
      ],
    };
    for (const listener of this.listeners) {
      try {
        listener(this.current);
      } catch (error) {
        this.parts.log.error(`A listener failed: ${(error as Error).message}`);
      }
    }
  }

  private orphans(seen: Survey): ServerView[] {
    return seen.sessions
      .filter(({ verdict, session }) => verdict.kind === 'dead' && session.id !== this.parts.own.session.id)
      .flatMap((judged) => this.rowsOf(judged, 'orphaned'));
  }

  private otherWindows(seen: Survey): ServerView[] {
    return seen.sessions
      .filter(({ verdict, session }) => verdict.kind !== 'dead' && session.id !== this.parts.own.session.id)
      .flatMap((judged) => this.rowsOf(judged, 'otherWindows'));
  }

  private rowsOf(
    { session, verdict, records, claimedBy }: JudgedSession,
    group: 'orphaned' | 'otherWindows',
  ): ServerView[] {
    return records
      .filter(({ members }) => members.length > 0)
      .map(({ record, members }) => {
        const key = `${session.id}:${record.id}`;
        const kept = this.keptReasons.get(key) ?? new Map<number, string>();
        const evidence = [
          `${record.server || 'This server'} was launched by ${session.editor || 'an editor session'} and recorded as ${record.id}`,
          verdict.evidence,
          ...members.map(({ entry, by }) => `pid ${entry.pid} belongs to it by its ${by}`),
          ...[...kept].map(([pid, reason]) => `pid ${pid} is kept: ${reason}`),
        ];
        if (claimedBy) evidence.push(`pid ${claimedBy.pid} is reaping it`);
        if (verdict.kind === 'dead' && session.automatic !== 'on') {
          evidence.push(
            `its session's setting mcpProcesses.reap.automatic is "${session.automatic}": it waits for a click`,
          );
        }
        const verdictKind = verdict.kind === 'dead' ? 'orphaned' : verdict.kind === 'live' ? 'active' : 'unknown';
        return this.row(members, kept, {
          key,
          name: record.server || 'unknown server',
          client: record.client || 'MCP Processes',
          folder: record.folder,
          group,
          owner: 'us',
          verdict: verdictKind,
          evidence,
          state: 'running',
          sessionId: session.id,
          recordId: record.id,
        });
      });
  }

  private thisWindow(snapshot: Snapshot): ServerView[] {
    const { own, configured, self } = this.parts;
    const rows = new Map<string, ServerView>();
    for (const [key, server] of this.launched) {
      const record = own.record(server.recordId);
      const members = record ? membersOf(snapshot, own.session, record) : [];
      const { description } = server;
      const running = members.length > 0 || server.state === 'starting' || server.state === 'stopping';
      const evidence = running ? [`launched by this window and recorded as ${server.recordId}`] : [];
      const introduction = server.connection?.introduction;
      if (introduction) evidence.push(`it answers MCP as ${introduction.name} ${introduction.version}`);
      for (const { entry, by } of members) evidence.push(`pid ${entry.pid} belongs to it by its ${by}`);
      if (server.problem && server.state === 'failed') evidence.push(server.problem);
      rows.set(
        key,
        this.row(members, new Map(), {
          key,
          name: description.name,
          client: description.client,
          folder: description.folder,
          group: running || server.state === 'failed' ? 'thisWindow' : 'notRunning',
          owner: 'us',
          verdict: running ? 'active' : 'gone',
          evidence,
          state: server.state,
          problem: server.state === 'failed' ? server.problem : undefined,
          introduction,
          configurationFile: configured().find((one) => one.key === key)?.file,
          sessionId: own.session.id,
          recordId: server.recordId,
        }),
      );
    }
    for (const server of configured()) {
      if (rows.has(server.key)) continue;
      const members = server.owner === 'editor' ? recognise(snapshot, self, server) : [];
      const running = members.length > 0;
      rows.set(
        server.key,
        this.row(members, new Map(), {
          key: server.key,
          name: server.name,
          client: server.client,
          folder: server.folder,
          group: running ? 'thisWindow' : 'notRunning',
          owner: server.owner,
          verdict: running ? 'active' : 'gone',
          evidence: running
            ? [`pid ${members[0]?.entry.pid} is a child of this window's extension host and matches the configuration`]
            : [],
          state: running ? 'running' : 'stopped',
          url: server.url,
          configurationFile: server.file,
        }),
      );
    }
    return [...rows.values()];
  }

  private row(
    members: readonly Member[],
    kept: ReadonlyMap<number, string>,
    rest: Partial<ServerView> &
      Pick<ServerView, 'key' | 'name' | 'client' | 'folder' | 'group' | 'owner' | 'verdict' | 'evidence' | 'state'>,
  ): ServerView {
    const top = members[0]?.entry;
    return {
      problem: undefined,
      introduction: undefined,
      url: undefined,
      configurationFile: undefined,
      sessionId: undefined,
      recordId: undefined,
      pid: top?.pid,
      startedAt: top && approximateStart(top.start),
      memory: memoryOf(members),
      processes: treeOf(members, kept),
      ...rest,
    };
  }

  private logResult(result: ReapResult): void {
    for (const { pid, name, outcome, reason } of result.processes) {
      this.parts.log.info(`"${result.server}": pid ${pid} (${name}) ${outcome}${reason ? `: ${reason}` : ''}`);
    }
  }
}

/** Direct children of our own host that run what an entry says, with everything below them. */
function recognise(snapshot: Snapshot, self: ProcessIdentity, server: ConfiguredServer): Member[] {
  return childrenOf(snapshot, self.pid)
    .filter((child) => !child.zombie && !child.cookie && child.args && server.matches(child.args))
    .slice(0, 1)
    .flatMap((child) => [child, ...descendantsOf(snapshot, child.pid)])
    .filter((entry) => !entry.zombie)
    .map((entry) => ({ entry, identity: identityOf(snapshot, entry), by: 'tree' as const }));
}

function lastWords(server: LaunchedServer): string {
  const words = server.lastWords();
  return words === '' ? 'It wrote nothing to stderr.' : `The last lines of its stderr:\n${words}`;
}
