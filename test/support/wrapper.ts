import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { readSessions } from '../../src/registry/sessionStore';
import { installWrapper } from '../../src/wrapper/install';
import type { WrapperSettings } from '../../src/wrapper/settings';
import { PLAIN } from './fakeOwner';
import { killHard, type Sandbox, SHORT_GRACE } from './sandbox';
import { findShell, type Shell } from './shells';
import { waitFor } from './waitFor';

const DIST = join(__dirname, '../../dist');
const OWNER = join(__dirname, 'owner.mjs');

/** The installed wrapper in a sandbox, and clients that use it. */
export class InstalledWrapper {
  readonly shell: Shell;
  readonly path: string;

  constructor(
    readonly sandbox: Sandbox,
    shell: 'dash' | 'bash' | 'busybox' = 'dash',
    settings: Partial<WrapperSettings> = {},
  ) {
    this.shell = findShell(shell, sandbox.path);
    this.path = installWrapper(sandbox.folder, {
      dist: DIST,
      version: '0',
      shell: this.shell.path,
      settings: { automatic: 'on', neverReap: [], graces: [['*', SHORT_GRACE]], ...settings },
    });
  }

  get environment(): Record<string, string> {
    return {
      ...this.sandbox.environment,
      PATH: this.shell.programs,
      MCP_PROCESSES_PARENT_CHECK_SECONDS: '0.2',
    };
  }

  /** Runs `mcp-processes run -- command args…` as a child of this process, which is then the owner. */
  run(args: readonly string[], options: SpawnOptions & { words?: readonly string[] } = {}): ChildProcess {
    const { words = ['run', '--'], ...rest } = options;
    return spawn(this.path, [...words, ...args], { env: this.environment, stdio: 'pipe', ...rest });
  }

  /** A client in its own process, which a test may kill. */
  client(under: readonly string[] = []): FakeClient {
    return new FakeClient(this, under);
  }

  /** The arguments of a plain server that answers at {@link at}`(name)`. */
  server(name: string, ...flags: string[]): string[] {
    return [process.execPath, PLAIN, `--answer=${this.at(name)}`, ...flags];
  }

  /** A flag that makes a plain server start a deaf one in its own POSIX session. */
  escaped(name: string): string {
    const args = [PLAIN, '--deaf', `--answer=${this.at(name)}`];
    return `--run=${JSON.stringify({ command: process.execPath, args, detached: true })}`;
  }

  at(name: string): string {
    return join(this.sandbox.path, `${name}.sock`);
  }

  sessions() {
    return readSessions(this.sandbox.folder).sessions.map(({ session }) => session);
  }

  /**
   * Waits until exactly this many servers are protected: a server answers before its watcher has begun, and what
   * a watcher finds in its first round is no change to it. @returns the watchers.
   */
  async protected(count = 1): Promise<number[]> {
    const napped = new Set<number>();
    let watchers: number[] = [];
    await waitFor(`${count} sessions with their watchers`, () => {
      watchers = this.sandbox.watchers();
      for (const pid of watchers) if (napsOf(pid).length > 0) napped.add(pid);
      return this.sessions().length === count && watchers.length === count && watchers.every((pid) => napped.has(pid));
    });
    return watchers;
  }

  /** Waits until no process and no session file is left. */
  async nothingLeft(): Promise<void> {
    const { sandbox } = this;
    await waitFor(
      'nothing is left',
      () => sandbox.living().length + sandbox.guards().length + readdirSync(sandbox.folder.sessions).length === 0,
    );
  }
}

/** The pid of the `sleep` that a watcher waits for; empty between two. */
export function napsOf(watcher: number): string[] {
  try {
    return readFileSync(`/proc/${watcher}/task/${watcher}/children`, 'utf8')
      .split(' ')
      .filter((pid) => pid && readFileSync(`/proc/${pid}/cmdline`, 'latin1').startsWith('sleep\0'));
  } catch {
    return [];
  }
}

/** Stands for an MCP client that dies without warning. */
export class FakeClient {
  readonly child: ChildProcess;

  constructor(
    private readonly installed: InstalledWrapper,
    under: readonly string[],
  ) {
    const [command = process.execPath, ...args] = [...under, process.execPath, OWNER];
    this.child = spawn(command, args, { env: installed.sandbox.environment, stdio: ['pipe', 'pipe', 'inherit'] });
  }

  /** Starts `mcp-processes run -- args…`. @returns its pid. */
  start(args: readonly string[], env: Record<string, string> = this.installed.environment): Promise<number> {
    return this.startPlain([this.installed.path, 'run', '--', ...args], env);
  }

  /** Starts any command. @returns its pid. */
  async startPlain([command, ...args]: readonly string[], env = this.installed.environment): Promise<number> {
    const lines = createInterface({ input: this.child.stdout as NodeJS.ReadableStream });
    const line = new Promise<string>((resolve) => lines.once('line', resolve));
    this.child.stdin?.write(`${JSON.stringify({ command, args, env })}\n`);
    const pid = Number(await line);
    lines.close();
    return pid;
  }

  kill(): Promise<void> {
    return killHard(this.child);
  }
}
