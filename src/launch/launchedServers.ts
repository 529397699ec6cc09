import * as l10n from '@vscode/l10n';
import type { ConfiguredServer } from '../clients/configuredServer';
import type { LaunchDescription } from '../clients/launchDescription';
import { redactText } from '../clients/redaction';
import { withTimeout } from '../common/async';
import { UserError } from '../common/errors';
import { AFTERMATH_MS, ASK_TIMEOUT_MS } from '../common/limits';
import type { Log } from '../common/log';
import { withContextInUse } from '../containers/recordedContainers';
import type { ReapResult } from '../model/inventory';
import type { StartProblem } from '../model/startProblem';
import type { Platform } from '../os/platform';
import type { Reaper } from '../reaping/reaper';
import type { Ending } from '../reaping/results';
import { endLivingChildTree } from '../reaping/windowsTree';
import type { EndCause } from '../registry/history';
import type { OwnSession } from '../registry/ownSession';
import type { LadderProgress } from '../registry/schema';
import { errorText } from '../wording/reasons';
import { failedStartText, unexpectedExitText } from '../wording/start';
import type { Connection, ServerTool } from './connection';
import { LaunchedServer, type LaunchState, StartError } from './launchedServer';

export interface LaunchedServersParts {
  readonly platform: Platform;
  readonly own: OwnSession;
  readonly reaper: Reaper;
  readonly log: Log;
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

/** The state of a server after its ladder. */
type Outcome = Extract<LaunchState, { kind: 'stopped' | 'failed' }>;
const STOPPED: Outcome = { kind: 'stopped' };

function isUp({ state }: LaunchedServer): boolean {
  return state.kind !== 'stopped' && state.kind !== 'failed';
}

/** The servers that this session launched: starts, stops, calls and hands them over. */
export class LaunchedServers {
  private readonly servers = new Map<string, LaunchedServer>();
  /** Current launches, from the description on, which may ask the user. */
  private readonly launching = new Map<string, Promise<void>>();
  private readonly steps = new Map<string, { step: LadderProgress['step']; until: number }>();
  private isEnding = false;

  constructor(private readonly parts: LaunchedServersParts) {}

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
      const problem = this.problemOf(server, error, mcp.isTimeout(error));
      const text = failedStartText(description.name, problem, server.child?.pid ? server.stderrTail() : undefined);
      log.error(text);
      const failed = { kind: 'failed', failure: server.failedStart(problem) } as const;
      await this.end(server, failed, 'start').catch(() => server.become(failed));
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
    const result = await this.end(server, STOPPED, 'user');
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

  /** Waits for a server that is starting. @throws UserError when it does not run */
  async listTools(key: string): Promise<ServerTool[]> {
    return (await this.connectionOf(key)).listTools();
  }

  /** Waits for a server that is starting. @throws UserError when it does not run */
  async callTool(key: string, tool: string, args: Record<string, unknown>, signal?: AbortSignal): Promise<unknown> {
    return (await this.connectionOf(key)).callTool(tool, args, signal);
  }

  /**
   * Ends all running servers: closes each stdin and runs the ladders for at most `time` ms. No wait is shortened: the
   * session file records each ladder's progress, and the guard or another window continues.
   */
  async handOver(time: number): Promise<void> {
    this.isEnding = true;
    const running = [...this.servers.values()].filter((server) => server.child && isUp(server));
    const ladders = Promise.all(running.map((server) => this.end(server, STOPPED, 'close').catch(() => undefined)));
    await withTimeout(ladders, time, () => undefined);
    for (const [recordId, { step, until }] of this.steps) {
      const remaining = Math.max(0, Math.round(until - performance.now()));
      this.parts.own.update(recordId, { ladder: { step, remaining } });
    }
  }

  private async noteContext({ recordId }: LaunchedServer): Promise<void> {
    const run = this.parts.own.record(recordId)?.container;
    if (run) this.parts.own.update(recordId, { container: await withContextInUse(run) });
  }

  /**
   * One ladder per server at a time; a call during one joins it, and its own `outcome` is dropped.
   * @param outcome the server's state after the ladder
   * @param cause with `user`, the list of processes that are never reaped does not apply
   */
  private end(server: LaunchedServer, outcome: Outcome, cause: EndCause): Promise<ReapResult> {
    if (server.state.kind === 'stopping') return server.state.done;
    const done = this.endOnce(server, server.state, outcome, cause);
    server.become({ kind: 'stopping', done, failure: outcome.kind === 'failed' ? outcome.failure : undefined });
    return done;
  }

  private async endOnce(
    server: LaunchedServer,
    before: LaunchState,
    outcome: Outcome,
    cause: EndCause,
  ): Promise<ReapResult> {
    const { own, reaper } = this.parts;
    if (before.kind === 'running') await before.connection.close().catch(() => {});
    try {
      if (process.platform === 'win32' && server.child) {
        // The ladder cannot end anything there: Windows has no signals, and too few facts for the kill policy.
        const ending = await endLivingChildTree(server.child, this.parts.platform, server.description.grace.stdin);
        if (ending.kind === 'spared')
          this.parts.log.warn(`"${server.description.name}" was not ended: ${ending.reason}.`);
      }
      const { result, isDone } = await reaper.stopOwn(
        () => own.session,
        server.recordId,
        cause,
        () => this.exitOf(server, cause),
        () => server.child?.stdin?.end(),
        (step, wait) => {
          this.steps.set(server.recordId, { step, until: performance.now() + wait });
        },
      );
      if (isDone) own.remove(server.recordId);
      server.become(outcome);
      return result;
    } catch (error) {
      // A server that stays "stopping" could be neither stopped nor started again.
      const hasEnded = before.kind === 'starting' || server.exit !== undefined;
      server.become(hasEnded ? { kind: 'failed', failure: server.unexpectedExit() } : { kind: 'disconnected' });
      throw error;
    } finally {
      this.steps.delete(server.recordId);
    }
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
    await this.end(server, outcome, isWanted ? 'user' : 'exit').catch((error) => {
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

  /** For the history, after the ladder, when all of its output can be read. */
  private async exitOf(server: LaunchedServer, cause: EndCause): Promise<Pick<Ending, 'exit' | 'lastLine'>> {
    if (cause !== 'exit' && cause !== 'start') return {};
    await server.heard();
    const { lastLine } = server;
    const exit = server.failure?.exit;
    return { ...(exit && { exit }), ...(lastLine !== undefined && { lastLine }) };
  }

  private problemOf(server: LaunchedServer, error: unknown, isLate: boolean): StartProblem {
    if (error instanceof StartError) return error.problem;
    // The text may come from the server.
    const said = redactText(errorText(error));
    if (!server.child?.pid) return { kind: 'said', text: said };
    if (server.exit) return { kind: 'exited', exit: server.exit };
    if (isLate) return { kind: 'no-answer', seconds: this.parts.launchTimeout() / 1000 };
    return { kind: 'no-mcp', said };
  }

  private async connectionOf(key: string): Promise<Connection> {
    await this.launching.get(key);
    const state = this.servers.get(key)?.state;
    if (state?.kind !== 'running')
      throw new UserError(l10n.t('This server is not running, or was not launched by MCP Processes. Start it first.'));
    return state.connection;
  }
}

/** Without a time-out, an unanswered question would block all later starts of the server. */
function withAskTimeout<T>(answer: Promise<T>): Promise<T> {
  const late = () => {
    throw new UserError(l10n.t('Timed out waiting for input values. Start it again.'));
  };
  return withTimeout(answer, ASK_TIMEOUT_MS, late, { holds: false });
}
