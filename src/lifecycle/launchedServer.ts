import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import spawn from 'cross-spawn';
import { redactCommandLine, redactText } from '../clients/redaction';
import type { Connection } from '../mcp/connection';
import type { Platform } from '../os/platform';
import { containerRunOf, withLabels } from '../reaping/containers/runCommand';
import { COOKIE_VARIABLE, formatCookie } from '../registry/cookie';
import type { Grace } from '../registry/schema';
import type { ReapResult } from './model';
import type { OwnSession } from './ownSession';

/** Everything a spawn needs; variables replaced, environment complete. */
export interface LaunchDescription {
  readonly key: string;
  readonly name: string;
  readonly client: string;
  readonly folder: string | undefined;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
  readonly grace: Grace;
}

/** stderr lines kept for an error message. */
const LAST_LINES = 12;
const LINE_LENGTH = 400;

/** One server that this session launched: its process, its conversation and its last words. */
export class LaunchedServer {
  readonly recordId = randomUUID();
  state: 'starting' | 'running' | 'stopping' | 'stopped' | 'failed' = 'starting';
  problem: string | undefined;
  connection: Connection | undefined;
  child: ChildProcess | undefined;
  exit: string | undefined;
  /** The ladder that runs on it now. */
  ending: Promise<ReapResult> | undefined;
  private readonly lastLines: string[] = [];

  constructor(
    readonly description: LaunchDescription,
    private readonly session: OwnSession,
    private readonly platform: Platform,
    private readonly onOutput: (line: string) => void,
  ) {}

  /**
   * Records, spawns, completes the record. The record comes first: whoever dies in between leaves a cookie that the
   * record explains (L11, L18).
   * @throws Error with a remedy when the program cannot be started or cannot be recorded.
   */
  async spawn(): Promise<ChildProcess> {
    const { description, session } = this;
    assertStartable(description);
    const { id, home, owner } = session.session;
    const whose = { home, session: id, record: this.recordId };
    const { command, environment } = description;
    // Only labels prove later whose container it is; without a `run` there is nothing to label.
    const args = withLabels(command, description.args, whose) ?? description.args;
    this.session.add({
      id: this.recordId,
      server: description.name,
      client: description.client,
      folder: description.folder,
      kind: 'launched',
      commandLine: redactCommandLine([description.command, ...description.args]).join(' '),
      createdAt: Date.now(),
      root: undefined,
      posixSession: undefined,
      census: [],
      grace: description.grace,
      ladder: undefined,
      container: containerRunOf(command, args, environment, description.cwd),
    });
    const child = spawn(command, [...args], {
      cwd: description.cwd,
      env: {
        ...environment,
        [COOKIE_VARIABLE]: formatCookie({ home, session: id, record: this.recordId, owner }),
      },
      stdio: 'pipe',
      // A group and POSIX session of its own: what leaves it later is known to have left.
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    this.child = child;
    child.stdin?.on('error', () => {});
    this.listen(child);
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (error: NodeJS.ErrnoException) =>
        reject(new Error(explainSpawnError(error, description, environment.PATH))),
      );
    }).catch((error) => {
      session.remove(this.recordId);
      throw error;
    });
    await this.completeRecord(child.pid as number);
    return child;
  }

  /** The end of its stderr, redacted, for an error message. */
  lastWords(): string {
    return this.lastLines.join('\n');
  }

  private async completeRecord(pid: number): Promise<void> {
    const look = await this.platform.look(pid);
    // A server that has ended already, or cannot be read, is still found by its cookie.
    if (look.kind !== 'present') return;
    this.session.update(this.recordId, {
      root: { pid, start: look.entry.start, scope: this.platform.scope },
      // Spawned detached, it leads a session of its own.
      posixSession: process.platform === 'win32' ? undefined : pid,
    });
  }

  private listen(child: ChildProcess): void {
    let rest = '';
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).slice(-65_536).split(/\r?\n/);
      rest = lines.pop() ?? '';
      for (const line of lines) this.hear(line);
    });
    child.stderr?.once('end', () => rest && this.hear(rest));
    child.once('exit', (code, signal) => {
      this.exit = signal ? `ended by ${signal}` : `exited with code ${code}`;
    });
  }

  private hear(line: string): void {
    const redacted = redactText(line.slice(0, LINE_LENGTH));
    this.lastLines.push(redacted);
    if (this.lastLines.length > LAST_LINES) this.lastLines.shift();
    this.onOutput(redacted);
  }
}

function assertStartable({ command, cwd, name }: LaunchDescription): void {
  if (cwd !== undefined && !isFolder(cwd)) {
    throw new Error(`"${name}" cannot start: its working folder ${cwd} does not exist. Correct "cwd".`);
  }
  if (/[\\/]/.test(command) && isFolder(command)) {
    throw new Error(`"${name}" cannot start: ${command} is a folder. "command" must name a program.`);
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function explainSpawnError(error: NodeJS.ErrnoException, { name, command }: LaunchDescription, path = ''): string {
  // A folder of PATH that is closed to us reads as "not permitted", also where the program is nowhere.
  const isNowhere =
    !/[\\/]/.test(command) && !path.split(delimiter).some((folder) => existsSync(join(folder, command)));
  if (error.code === 'ENOENT' || (error.code === 'EACCES' && isNowhere)) {
    return `"${name}" cannot start: the program "${command}" was not found. Install it, or give its full path in "command".`;
  }
  if (error.code === 'EACCES') {
    return `"${name}" cannot start: "${command}" may not be executed. Make it executable, or correct "command".`;
  }
  return `"${name}" cannot start: ${error.code ?? error.message}.`;
}
