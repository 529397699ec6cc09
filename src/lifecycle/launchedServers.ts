import { Connection, type ServerTool } from '../mcp/connection';
import type { Platform } from '../os/platform';
import { endLivingChildTree } from '../reaping/livingChildTree';
import type { LadderStand } from '../registry/schema';
import type { ConfiguredServer } from './configuredServer';
import type { Containers } from './containers';
import { type LaunchDescription, LaunchedServer } from './launchedServer';
import type { Log } from './log';
import type { ReapResult } from './model';
import type { OwnSession } from './ownSession';
import type { Reaper } from './reaper';
import { logResult } from './result';

export interface LaunchedServersParts {
  readonly platform: Platform;
  readonly own: OwnSession;
  readonly reaper: Reaper;
  readonly containers: Containers;
  readonly log: Log;
  readonly version: string;
  /** ms that a server may take for its handshake. */
  readonly launchTimeout: () => number;
  readonly configured: () => readonly ConfiguredServer[];
  /** One redacted line of a server's stderr. */
  readonly onOutput: (server: string, line: string) => void;
  /** Something changed that needs no new look. */
  readonly onChange: () => void;
  /** Processes came or went. */
  readonly lookAgain: () => Promise<void>;
  /** Called before each spawn: whoever watches over this session from outside has to be there first. */
  readonly beforeSpawn: () => Promise<void>;
}

/** The servers that this session launched: start, stop, talk to, and hand over. */
export class LaunchedServers {
  private readonly servers = new Map<string, LaunchedServer>();
  private readonly launching = new Map<string, Promise<void>>();
  private readonly steps = new Map<string, { step: LadderStand['step']; until: number }>();
  private isEnding = false;

  constructor(private readonly parts: LaunchedServersParts) {}

  get all(): ReadonlyMap<string, LaunchedServer> {
    return this.servers;
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
    const { own, platform, log, version, launchTimeout, onOutput } = this.parts;
    const before = this.servers.get(description.key);
    if (before && (before.state === 'running' || before.state === 'starting')) return;
    if (before?.state === 'stopping')
      throw new Error(`"${description.name}" is still stopping; start it again in a moment.`);
    if (this.isEnding) throw new Error('The window is closing.');
    await this.parts.beforeSpawn();
    const server = new LaunchedServer(description, own, platform, (line) => onOutput(description.name, line));
    this.servers.set(description.key, server);
    try {
      const child = await server.spawn();
      log.info(`Started "${description.name}", pid ${child.pid}.`);
      child.once('exit', () => void this.onExit(server));
      void this.noteContext(server);
      this.parts.onChange();
      server.connection = await Connection.open(child, version, launchTimeout());
      if (server.state === 'starting') server.state = 'running';
    } catch (error) {
      server.problem = this.explain(server, error as Error);
      log.error(server.problem);
      await this.end(server).catch(() => {});
      server.state = 'failed';
      throw new Error(server.problem);
    } finally {
      await this.parts.lookAgain();
    }
  }

  /** Runs the ladder on a launched server. @throws when the key names none. */
  async stop(key: string): Promise<ReapResult> {
    const server = this.servers.get(key);
    if (!server?.child) throw new Error('This server is not running.');
    const result = await this.end(server);
    server.state = 'stopped';
    logResult(this.parts.log, result);
    await this.parts.lookAgain();
    return result;
  }

  async restart(key: string): Promise<void> {
    const server = this.servers.get(key);
    if (server && server.state !== 'stopped' && server.state !== 'failed') await this.stop(key);
    if (this.parts.configured().some((one) => one.key === key && one.describe)) await this.start(key);
    else if (server) await this.launch(server.description);
  }

  /** While the server starts, this waits for it. @throws when it does not run. */
  async listTools(key: string): Promise<ServerTool[]> {
    return (await this.connectionOf(key)).listTools();
  }

  /** While the server starts, this waits for it. @throws when it does not run. */
  async callTool(key: string, tool: string, args: Record<string, unknown>): Promise<unknown> {
    return (await this.connectionOf(key)).callTool(tool, args);
  }

  /**
   * Ends what runs: closes every stdin and climbs the ladders for at most `time` ms. No wait is shortened to fit: the
   * session file says where each ladder stands, for whoever carries on.
   */
  async handOver(time: number): Promise<void> {
    this.isEnding = true;
    const running = [...this.servers.values()].filter(
      ({ child, state }) => child && state !== 'stopped' && state !== 'failed',
    );
    const ladders = Promise.all(running.map((server) => this.end(server).catch(() => undefined)));
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, time);
    });
    await Promise.race([ladders, deadline]);
    clearTimeout(timer);
    for (const [recordId, { step, until }] of this.steps) {
      const remaining = Math.max(0, Math.round(until - performance.now()));
      this.parts.own.update(recordId, { ladder: { step, remaining } });
    }
  }

  private async noteContext({ recordId }: LaunchedServer): Promise<void> {
    const run = this.parts.own.record(recordId)?.container;
    if (run) this.parts.own.update(recordId, { container: await this.parts.containers.withContext(run) });
  }

  private async end(server: LaunchedServer): Promise<ReapResult> {
    const { own, reaper, onChange } = this.parts;
    server.state = 'stopping';
    onChange();
    const { connection } = server;
    server.connection = undefined;
    await connection?.close().catch(() => {});
    if (process.platform === 'win32' && server.child) {
      // The ladder cannot end anything there: Windows knows no signals, and tells too little for the kill bar.
      const ending = await endLivingChildTree(server.child, this.parts.platform, server.description.grace.stdin);
      if (ending.kind === 'kept') this.parts.log.warn(`"${server.description.name}" is kept: ${ending.reason}.`);
    }
    const { result, isDone } = await reaper.stopOwn(
      () => own.session,
      server.recordId,
      () => server.child?.stdin?.end(),
      (step, wait) => {
        this.steps.set(server.recordId, { step, until: performance.now() + wait });
      },
    );
    this.steps.delete(server.recordId);
    if (isDone) own.remove(server.recordId);
    return result;
  }

  /** A server that ends by itself may leave children; their tree is ended like any other. */
  private async onExit(server: LaunchedServer): Promise<void> {
    if (server.state === 'stopping' || server.state === 'starting' || this.isEnding) return;
    server.problem = `"${server.description.name}" ${server.exit ?? 'ended'}. ${lastWords(server)}`;
    this.parts.log.warn(server.problem);
    await this.end(server).catch((error) => this.parts.log.error((error as Error).message));
    server.state = 'failed';
    await this.parts.lookAgain();
  }

  private explain(server: LaunchedServer, error: Error): string {
    if (!server.child?.pid) return error.message;
    const { name } = server.description;
    const seconds = this.parts.launchTimeout() / 1000;
    if (server.exit) return `"${name}" ${server.exit} before it answered. ${lastWords(server)}`;
    if (/timed? ?out/i.test(error.message)) {
      return `"${name}" did not answer within ${seconds} s. Check its command, or raise mcpProcesses.launch.timeoutSeconds. ${lastWords(server)}`;
    }
    return `"${name}" did not speak MCP: ${error.message}. Check that its command starts an MCP server. ${lastWords(server)}`;
  }

  private async connectionOf(key: string): Promise<Connection> {
    await this.launching.get(key);
    const connection = this.servers.get(key)?.connection;
    if (!connection)
      throw new Error('This server is not running, or was not launched by MCP Processes. Start it first.');
    return connection;
  }
}

function lastWords(server: LaunchedServer): string {
  const words = server.lastWords();
  return words === '' ? 'It wrote nothing to stderr.' : `The last lines of its stderr:\n${words}`;
}
