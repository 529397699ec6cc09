import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import spawn from 'cross-spawn';
import type { LaunchDescription } from '../clients/launchDescription';
import { redactCommandLine, redactText } from '../clients/redaction';
import { withTimeout } from '../common/async';
import { STDERR_TAIL_MS } from '../common/limits';
import { containerRunOf, withLabels } from '../containers/containerRun';
import type { ReapResult } from '../model/reapResult';
import type { Failure, StartFailure, UnexpectedExit } from '../model/serverView';
import type { StartProblem } from '../model/startProblem';
import type { Platform } from '../os/platform';
import { COOKIE_VARIABLE, formatCookie } from '../registry/cookie';
import type { ExitStatus } from '../registry/history';
import { newRecord } from '../registry/newRecord';
import type { OwnSession } from '../registry/ownSession';
import type { Connection } from './connection';
import { assertStartable, StartError, spawnProblem } from './startFailure';

/** The stderr lines for an error message. */
const LAST_LINES = 12;
const LINE_LENGTH = 400;

/** What went wrong; the last line of stderr is added when it is read. */
export type KnownFailure = Omit<StartFailure, 'lastLine'> | Omit<UnexpectedExit, 'lastLine'>;

export type LaunchState =
  | { readonly kind: 'starting' }
  | { readonly kind: 'running'; readonly connection: Connection }
  /** Its process runs without a connection, because its ladder failed: it can only be stopped. */
  | { readonly kind: 'disconnected' }
  | { readonly kind: 'stopping'; readonly done: Promise<ReapResult>; readonly failure: KnownFailure | undefined }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed'; readonly failure: KnownFailure };

/** One server that this session launched: its process, its connection and the end of its stderr. */
export class LaunchedServer {
  readonly recordId = randomUUID();
  /** How often a person is ending processes of it at the moment, other than by stopping it. */
  expectedEnds = 0;
  private current: LaunchState = { kind: 'starting' };
  private process: ChildProcess | undefined;
  private exitStatus: ExitStatus | undefined;
  private readonly lastLines: string[] = [];
  private stderrEnd: Promise<void> = Promise.resolve();

  constructor(
    readonly description: LaunchDescription,
    private readonly session: OwnSession,
    private readonly platform: Platform,
    private readonly onOutput: (line: string) => void,
    private readonly onChange: () => void,
  ) {}

  get state(): LaunchState {
    return this.current;
  }

  become(state: LaunchState): void {
    this.current = state;
    this.onChange();
  }

  /** Undefined until it is spawned. */
  get child(): ChildProcess | undefined {
    return this.process;
  }

  /** Undefined while it runs. */
  get exit(): ExitStatus | undefined {
    return this.exitStatus;
  }

  /**
   * Records, spawns, completes the record. The record comes first, so that after a crash in between it explains the
   * cookie of the process (L11, L18).
   * @throws StartError when the program cannot be started; an error of the system when it cannot be recorded
   */
  async spawn(): Promise<ChildProcess> {
    const { description, session } = this;
    assertStartable(description);
    const { id, home, owner } = session.session;
    const whose = { home, session: id, record: this.recordId };
    const { command, environment } = description;
    // Only labels prove later whose container it is. Without a `run` there is nothing to label.
    const args = withLabels(command, description.args, whose) ?? description.args;
    const record = newRecord({
      id: this.recordId,
      server: description.name,
      client: description.client,
      folder: description.folder,
      kind: 'launched',
      commandLine: redactCommandLine([description.command, ...description.args]).join(' '),
      grace: description.grace,
      container: containerRunOf(command, args, environment, description.cwd),
    });
    this.session.add(record);
    const cookie = formatCookie({ home, session: id, record: this.recordId, owner });
    const child = await this.spawned(args, { ...environment, [COOKIE_VARIABLE]: cookie }).catch((error) => {
      session.remove(this.recordId);
      throw new StartError(spawnProblem(error, description));
    });
    await this.completeRecord(child.pid as number);
    return child;
  }

  /** @throws Node's error, which it throws (E2BIG, ENOTDIR) or emits (ENOENT) */
  private async spawned(args: readonly string[], env: Readonly<Record<string, string>>): Promise<ChildProcess> {
    const child = spawn(this.description.command, [...args], {
      cwd: this.description.cwd,
      env,
      stdio: 'pipe',
      // A group and POSIX session of its own, so that we notice processes that leave it.
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    this.process = child;
    child.stdin?.on('error', () => {});
    this.listen(child);
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    return child;
  }

  /** What went wrong with it, and its last line of stderr so far. */
  get failure(): Failure | undefined {
    const known = this.current.kind === 'failed' || this.current.kind === 'stopping' ? this.current.failure : undefined;
    return known && { ...known, lastLine: this.lastLine };
  }

  failedStart(problem: StartProblem): KnownFailure {
    return { kind: 'start', at: Date.now(), problem, exit: this.exit };
  }

  unexpectedExit(): KnownFailure {
    return { kind: 'exit', at: Date.now(), exit: this.exit ?? {} };
  }

  get lastLine(): string | undefined {
    return this.lastLines.findLast((line) => line.trim() !== '');
  }

  /** The end of its stderr, redacted, for an error message. */
  stderrTail(): string {
    return this.lastLines.join('\n');
  }

  /** Waits for the end of its stderr, but not for long: a child may keep it open. */
  async heard(): Promise<void> {
    await withTimeout(this.stderrEnd, STDERR_TAIL_MS, () => undefined);
  }

  private async completeRecord(pid: number): Promise<void> {
    const inspection = await this.platform.inspect(pid);
    // A server that has already ended or cannot be inspected is still found by its cookie.
    if (inspection.kind !== 'present') return;
    this.session.update(this.recordId, {
      root: { pid, start: inspection.entry.start, scope: this.platform.scope },
      // Spawned detached, it leads its own session.
      posixSession: process.platform === 'win32' ? undefined : pid,
    });
  }

  private listen(child: ChildProcess): void {
    let rest = '';
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).slice(-65_536).split(/\r?\n/);
      rest = lines.pop() ?? '';
      for (const line of lines) this.onStderrLine(line);
    });
    this.stderrEnd = new Promise((resolve) => {
      child.stderr?.once('close', resolve);
    });
    child.stderr?.once('end', () => rest && this.onStderrLine(rest));
    child.once('exit', (code, signal) => {
      if (signal) this.exitStatus = { signal };
      else this.exitStatus = code === null ? {} : { code };
    });
  }

  private onStderrLine(line: string): void {
    const redacted = redactText(line.slice(0, LINE_LENGTH));
    this.lastLines.push(redacted);
    if (this.lastLines.length > LAST_LINES) this.lastLines.shift();
    this.onOutput(redacted);
  }
}
