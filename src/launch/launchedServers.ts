import * as l10n from '@vscode/l10n';
import type { ConfiguredServer } from '../clients/configuredServer';
import type { LaunchDescription } from '../clients/launchDescription';
import { withTimeout } from '../common/async';
import { UserError } from '../common/errors';
import { AFTERMATH_MS, ASK_TIMEOUT_MS } from '../common/limits';
import { withContextInUse } from '../containers/recordedContainers';
import type { ReapResult } from '../model/reapResult';
import type { RequestProblem } from '../model/requestProblem';
import { errorText } from '../wording/reasons';
import { failedCallText, failedListText } from '../wording/requests';
import { failedStartText, unexpectedExitText } from '../wording/start';
import type { Connection, ServerTool } from './connection';
import { LaunchedEndings, type LaunchedEndingsParts, type Outcome } from './launchedEndings';
import { LaunchedServer } from './launchedServer';
import { startProblemOf } from './startFailure';

export interface LaunchedServersParts extends LaunchedEndingsParts {
  readonly version: string;
  /** ms that a server may take for its handshake. */
  readonly launchTimeout: () => number;
  readonly configured: () => readonly ConfiguredServer[];
  /** One redacted line of a server's stderr. */
  readonly onOutput: (server: string, line: string) => void;
  /** Called after each change of a server's state. */
  readonly onChange: (servers: ReadonlyMap<string, LaunchedServer>) => void;
  /** Scans after processes have started or ended. */
  readonly scans: { rescan(): Promise<void> };
  /** Watches over this session from outside; it must be armed before each spawn. */
  readonly guard: { arm(sessionId: string): Promise<void> };
}

/** A start that failed because of the server; the log has it already. */
export class LaunchError extends UserError {}

const STOPPED: Outcome = { kind: 'stopped' };

function isUp({ state }: LaunchedServer): boolean {
  return state.kind !== 'stopped' && state.kind !== 'failed';
}

/** The servers that this session launched: starts, stops, calls and hands them over. */
export class LaunchedServers {
  private readonly servers = new Map<string, LaunchedServer>();
  /** Current launches, from the description on, which may ask the user. */
  private readonly launching = new Map<string, Promise<void>>();
  private readonly endings: LaunchedEndings;
  private isEnding = false;

  constructor(private readonly parts: LaunchedServersParts) {
    this.endings = new LaunchedEndings(parts);
  }

  /**
   * Starts a configured server of ours. A second call while it starts joins the first; a running server stays as it is.
   * @throws UserError as {@link launch}
   */
  async start(key: string): Promise<void> {
    const configured = this.parts.configured().find((server) => server.key === key);
    if (!configured?.describe)
      throw new UserError(
        l10n.t('MCP Processes does not start this server. Start it from the client that configures it.'),
      );
    await this.launchAs(key, configured.describe);
  }

  /** Records, spawns and connects. @throws UserError when any of that fails; what has started is then stopped again */
  launch(description: LaunchDescription): Promise<void> {
    return this.launchAs(description.key, async () => description);
  }

  private launchAs(key: string, describe: () => Promise<LaunchDescription>): Promise<void> {
    const running = this.launching.get(key);
    if (running) return running;
    const launching = this.launchOnce(key, describe).finally(() => this.launching.delete(key));
    this.launching.set(key, launching);
    return launching;
  }

  private async launchOnce(key: string, describe: () => Promise<LaunchDescription>): Promise<void> {
    const { own, platform, log, version, launchTimeout, onOutput } = this.parts;
    const before = this.servers.get(key);
    if (before?.state.kind === 'running' || before?.state.kind === 'starting') return;
    if (before?.state.kind === 'stopping' || before?.state.kind === 'disconnected')
      throw new UserError(l10n.t('"{0}" is still stopping. Start it again in a moment.', before.description.name));
    const description = await withAskTimeout(describe());
    this.assertOpen();
    await this.parts.guard.arm(own.session.id);
    // The SDK takes longer to load than all the rest of the extension, and in most windows nothing is launched.
    const mcp = await import('./connection');
    // Nothing would end a server that is spawned after the hand-over.
    this.assertOpen();
    const server = new LaunchedServer(
      description,
      own,
      platform,
      (line) => onOutput(description.name, line),
      () => this.changed(),
    );
    this.servers.set(key, server);
    try {
      const child = await server.spawn();
      log.info(`Started "${description.name}", pid ${child.pid}.`);
      child.once('exit', () => void this.onExit(server));
      void this.noteContext(server);
      this.changed();
      const connection = await mcp.Connection.open(child, version, launchTimeout());
      // Its last answer may arrive after its exit, and a stop may have come in between.
      if (server.exit !== undefined || server.state.kind !== 'starting') {
        await connection.close().catch(() => {});
        throw new Error(l10n.t('it exited'));
      }
      server.become({ kind: 'running', connection });
    } catch (error) {
      if (server.state.kind !== 'starting') {
        if (server.state.kind === 'stopping') await server.state.done.catch(() => {});
        throw new UserError(l10n.t('"{0}" was stopped while it was starting.', description.name));
      }
      const problem = startProblemOf(server, error, launchTimeout(), mcp.isTimeout);
      const text = failedStartText(description.name, problem, server.child?.pid ? server.stderrTail() : undefined);
      log.error(text);
      const failed = { kind: 'failed', failure: server.failedStart(problem) } as const;
      await this.endings.end(server, failed, 'start').catch(() => server.become(failed));
      throw new LaunchError(text);
    } finally {
      await this.parts.scans.rescan();
    }
  }

  private changed(): void {
    this.parts.onChange(this.servers);
  }

  private assertOpen(): void {
    if (this.isEnding) throw new UserError(l10n.t('The window is closing.'));
  }

  /** Runs the ladder on a launched server; a second call meanwhile joins the first. @throws UserError when it does not run */
  async stop(key: string): Promise<ReapResult> {
    const server = this.servers.get(key);
    if (!server?.child || !this.parts.own.record(server.recordId)) {
      throw new UserError(l10n.t('This server is not running.'));
    }
    const result = await this.endings.end(server, STOPPED, 'user');
    await this.parts.scans.rescan();
    return result;
  }

  async restart(key: string): Promise<void> {
    const server = this.servers.get(key);
    if (server && isUp(server)) await this.stop(key);
    // Otherwise the new start would join the stopped one, and fail.
    await this.launching.get(key)?.catch(() => {});
    if (this.parts.configured().some((one) => one.key === key && one.describe)) await this.start(key);
    else if (server) await this.launch(server.description);
  }

  /** Waits for a server that is starting. @throws UserError when it does not run, or does not answer */
  listTools(key: string): Promise<ServerTool[]> {
    return this.request(key, (connection) => connection.listTools(), failedListText);
  }

  /**
   * Waits for a server that is starting.
   * @throws UserError when it does not run, or does not run the tool; anything when `signal` has cancelled the call
   */
  callTool(key: string, tool: string, args: Record<string, unknown>, signal?: AbortSignal): Promise<unknown> {
    return this.request(
      key,
      (connection) => connection.callTool(tool, args, signal),
      (name, problem) => failedCallText(name, tool, problem),
      signal,
    );
  }

  /**
   * Ends all running servers: closes each stdin and runs the ladders for at most `time` ms. No wait is shortened: the
   * session file records each ladder's progress, and the guard or another window continues.
   */
  async handOver(time: number): Promise<void> {
    this.isEnding = true;
    const running = [...this.servers.values()].filter((server) => server.child && isUp(server));
    const ladders = Promise.all(
      running.map((server) => this.endings.end(server, STOPPED, 'close').catch(() => undefined)),
    );
    await withTimeout(ladders, time, () => undefined);
    this.endings.recordProgress();
  }

  private async noteContext({ recordId }: LaunchedServer): Promise<void> {
    const run = this.parts.own.record(recordId)?.container;
    if (run) this.parts.own.update(recordId, { container: await withContextInUse(run) });
  }

  /** A server that exits may leave children; its ladder ends them. */
  private async onExit(server: LaunchedServer): Promise<void> {
    const { log, own, scans } = this.parts;
    const { kind } = server.state;
    if (kind === 'stopping' || kind === 'starting' || this.isEnding) return;
    // The ladder may have noticed the exit first.
    if (kind !== 'running' && !own.record(server.recordId)) return;
    const isWanted = server.expectedEnds > 0;
    const outcome: Outcome = isWanted ? STOPPED : { kind: 'failed', failure: server.unexpectedExit() };
    await this.endings.end(server, outcome, isWanted ? 'user' : 'exit').catch((error) => {
      log.error(errorText(error));
      server.become(outcome);
    });
    if (!isWanted) {
      log.warn(unexpectedExitText(server.description.name, server.exit ?? {}, server.stderrTail()));
    }
    await scans.rescan();
  }

  /**
   * A person ends processes without stopping their server: a server that exits with them has not crashed.
   * @returns a function to call when they have ended
   */
  expectEnd(pids: readonly number[]): () => void {
    const theirs = [...this.servers.values()].filter(({ recordId, child }) => {
      const census = this.parts.own.record(recordId)?.census ?? [];
      return [child, ...census].some((one) => one?.pid !== undefined && pids.includes(one.pid));
    });
    for (const server of theirs) server.expectedEnds++;
    return () => {
      const done = () => {
        for (const server of theirs) server.expectedEnds--;
      };
      setTimeout(done, AFTERMATH_MS).unref();
    };
  }

  /** @param textOf why a request to the server of this name failed */
  private async request<T>(
    key: string,
    send: (connection: Connection) => Promise<T>,
    textOf: (name: string, problem: RequestProblem) => string,
    signal?: AbortSignal,
  ): Promise<T> {
    await this.launching.get(key);
    const server = this.servers.get(key);
    if (server?.state.kind !== 'running') {
      throw new UserError(l10n.t('This server is not running, or was not launched by MCP Processes. Start it first.'));
    }
    try {
      return await send(server.state.connection);
    } catch (error) {
      if (signal?.aborted) throw error;
      const mcp = await import('./connection');
      const problem = server.exit === undefined ? mcp.requestProblemOf(error) : ({ kind: 'exited' } as const);
      throw new UserError(textOf(server.description.name, problem));
    }
  }
}

/** Without a time-out, an unanswered question would block all later starts of the server. */
function withAskTimeout<T>(answer: Promise<T>): Promise<T> {
  const late = () => {
    throw new UserError(l10n.t('Timed out waiting for input values. Start it again.'));
  };
  return withTimeout(answer, ASK_TIMEOUT_MS, late, { holds: false });
}
