import { type ChildProcess, spawn } from 'node:child_process';
import { GUARD_CHECK_TIMEOUT_MS, MAX_GUARD_REARMS } from '../common/limits';
import type { Log } from '../common/log';
import type { GuardProblem } from '../model/inventory';
import { systemReason } from '../os/reason';
import { programReason, runProgram } from '../os/runCommand';
import type { DataFolder } from '../registry/dataFolder';
import { installGuard } from '../registry/guardCopy';
import type { SessionId } from '../registry/ids';
import { guardProblemText } from '../wording/guard';

/**
 * A shell blocked in `read` costs under 2 MB where Node costs 40. Its stdin ends as soon as this host is gone, for any
 * reason; only then does Node start. `"$0"` is the editor's own Node, which an update may have removed by then.
 */
const WATCH = 'trap "" TERM HUP INT; read -r word || { [ -x "$0" ] && "$0" "$@" && exit; exec node "$@"; }';

/** The variables that the guard needs, and that podman needs to find its store. No cookie: the guard must not reap itself. */
const ENV_ALLOWLIST =
  /^(?:HOME|PATH|LANG|LD_LIBRARY_PATH|XDG_(?:RUNTIME_DIR|DATA_HOME|CONFIG_HOME)|DOCKER_.*|CONTAINER_.*|MCP_PROCESSES_PLATFORM)$/;
const ENV_ALLOWLIST_WINDOWS = /^(?:Path|SystemRoot|LOCALAPPDATA|APPDATA|USERPROFILE|TEMP|TMP)$/i;

export interface GuardState {
  readonly kind: 'off' | 'armed' | 'unavailable';
  readonly pid: number | undefined;
  /** Why it is unavailable. */
  readonly problem: GuardProblem | undefined;
}

class NotRunnableError extends Error {
  constructor(readonly problem: GuardProblem) {
    super(problem.kind);
  }
}

export interface ArmedGuardParts {
  readonly folder: DataFolder;
  readonly log: Log;
  /** The bundled guard; it is copied into the data folder, because an update removes this one. */
  readonly script: string;
  readonly version: string;
  readonly isEnabled: () => boolean;
  readonly onChange: (state: GuardState) => void;
  readonly environment?: NodeJS.ProcessEnv;
  readonly node?: string;
  /** A POSIX shell; the system's own by default. */
  readonly shell?: string;
}

/** The dead man's switch of this session: at most one guard process outside the editor. */
export class GuardProcess {
  private child: ChildProcess | undefined;
  private sessionId: SessionId | undefined;
  private rearms = 0;
  private problem: GuardProblem | undefined;
  private checked: Promise<void> | undefined;

  constructor(private readonly parts: ArmedGuardParts) {}

  get state(): GuardState {
    const kind = this.child ? 'armed' : this.problem ? 'unavailable' : 'off';
    return { kind, pid: this.child?.pid, problem: this.problem };
  }

  /** Arms the guard for a session, once. Never rejects: without a guard, sweeps do its work later. */
  async arm(sessionId: SessionId): Promise<void> {
    if (!this.parts.isEnabled()) return this.standDown();
    if (this.child && this.sessionId === sessionId) return;
    this.standDown();
    this.sessionId = sessionId;
    try {
      this.checked ??= this.checkNode();
      await this.checked;
      // Another call may have armed or dismissed it in the meantime.
      if (!this.child && this.sessionId === sessionId) this.spawn(sessionId);
      this.problem = undefined;
    } catch (error) {
      this.checked = undefined;
      this.noteProblem(
        error instanceof NotRunnableError ? error.problem : { kind: 'failed', why: systemReason(error) },
      );
    }
    this.parts.onChange(this.state);
  }

  /** Dismisses the guard: nothing is left to guard, and it exits without a scan. */
  standDown(): void {
    const { child } = this;
    this.child = undefined;
    this.sessionId = undefined;
    if (!child) return;
    child.removeAllListeners('exit');
    child.stdin?.end('done\n');
    this.parts.onChange(this.state);
  }

  private spawn(sessionId: SessionId): void {
    const { folder, script, version } = this.parts;
    const copy = installGuard(folder, script, version);
    const node = this.parts.node ?? process.execPath;
    const options = { cwd: folder.path, env: this.environment, detached: true, windowsHide: true } as const;
    const child =
      process.platform === 'win32'
        ? spawn(node, [copy, sessionId, '--wait'], { ...options, stdio: ['pipe', 'ignore', 'ignore'] })
        : spawn(this.parts.shell ?? '/bin/sh', ['-c', WATCH, node, copy, sessionId], {
            ...options,
            // It must not block a folder or a mounted disk.
            cwd: '/',
            stdio: ['pipe', 'ignore', 'ignore'],
          });
    child.stdin?.on('error', () => {});
    child.once('error', (error) => {
      this.child = undefined;
      this.noteProblem({ kind: 'failed', why: systemReason(error) });
      this.parts.onChange(this.state);
    });
    child.once('exit', () => this.onExit(sessionId));
    // Neither its process nor its pipe may prevent this one from exiting.
    child.unref();
    (child.stdin as unknown as { unref?: () => void } | null)?.unref?.();
    this.child = child;
  }

  private onExit(sessionId: SessionId): void {
    this.child = undefined;
    if (this.sessionId !== sessionId) return;
    if (++this.rearms > MAX_GUARD_REARMS) {
      this.noteProblem({ kind: 'ended', count: this.rearms });
      this.parts.onChange(this.state);
      return;
    }
    this.parts.log.info('Another program ended the guard. It is armed again.');
    void this.arm(sessionId);
  }

  private noteProblem(problem: GuardProblem): void {
    this.problem = problem;
    this.parts.log.warn(
      `The guard is unavailable: ${guardProblemText(problem)}. If this window crashes, its servers are ended the next time an editor starts.`,
    );
  }

  private get environment(): NodeJS.ProcessEnv {
    const environment = this.parts.environment ?? process.env;
    const isPassedOn = (name: string) =>
      ENV_ALLOWLIST.test(name) || (process.platform === 'win32' && ENV_ALLOWLIST_WINDOWS.test(name));
    const passed = Object.entries(environment).filter(([name]) => isPassedOn(name));
    // In a desktop editor the program is Electron, which acts as a Node only with this variable.
    return { ...Object.fromEntries(passed), MCP_PROCESSES_HOME: this.parts.folder.path, ELECTRON_RUN_AS_NODE: '1' };
  }

  private async checkNode(): Promise<void> {
    const program = this.parts.node ?? process.execPath;
    const limits = { timeout: GUARD_CHECK_TIMEOUT_MS, maxOutput: 1 << 10 };
    const end = await runProgram({ program, args: ['-v'], environment: this.environment, ...limits });
    if (end.kind !== 'exited' || end.code !== 0) {
      const why =
        end.kind === 'not-run' && end.code !== undefined
          ? ({ kind: 'system', code: end.code } as const)
          : programReason(program, end, GUARD_CHECK_TIMEOUT_MS);
      throw new NotRunnableError({ kind: 'not-run', program, why });
    }
    if (!/^v\d+\./.test(end.stdout)) throw new NotRunnableError({ kind: 'not-node', program });
  }
}
