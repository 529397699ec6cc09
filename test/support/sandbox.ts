import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive, signalAll, tagged } from '../../scripts/taggedProcesses.mjs';
import type { Settings } from '../../src/model/settings';
import { choosePlatform } from '../../src/os/choosePlatform';
import { parseStat } from '../../src/os/procfs/stat';
import { type DataFolder, openDataFolder } from '../../src/registry/dataFolder';
import { OwnSession } from '../../src/registry/ownSession';
import { Tracker, type TrackerParts } from '../../src/tracker/tracker';
import { askingAgain } from './askingAgain';
import { hostProgram } from './testPrograms';
import { waitFor } from './waitFor';

export { isAlive };

const TAG = 'MCP_PROCESSES_TEST_SANDBOX';
/** Built by the stage `build`. */
export const GUARD = join(__dirname, '../../dist/guard.js');
/** ms. Shorter than for a user's servers, to save time. */
export const SHORT_GRACE = { stdin: 300, term: 300 };
export const SERVER = join(__dirname, '../servers/server.mjs');

export interface Host {
  readonly child: ChildProcess;
  /** The servers' root pids in the order of the request, first the launched, then the adopted ones. */
  readonly servers: readonly number[];
  /** Calls the tool `whoami` of a server through its host; resolves to the answering pid. */
  ask(server: string): Promise<number>;
}

/** A test's data folder, sessions and processes. {@link dispose} removes and ends all of them. */
export class Sandbox {
  readonly path = mkdtempSync(join(tmpdir(), 'sb-'));
  readonly folder: DataFolder = openDataFolder(join(this.path, 'home'));
  readonly log: string[] = [];
  private readonly tag = randomUUID();
  private readonly trackers: Tracker[] = [];
  private isDisposed = false;

  /**
   * The environment for everything that a test starts, so that it can be found.
   * @throws if the sandbox is disposed of: a test that has run out of time must not start what nothing would end
   */
  get environment(): Record<string, string> {
    if (this.isDisposed) throw new Error('The sandbox of this test is gone.');
    return { ...(process.env as Record<string, string>), [TAG]: this.tag, MCP_PROCESSES_HOME: this.folder.path };
  }

  /** A session in this process, ended by {@link dispose}. Repeats probes that fail on a busy machine. */
  async tracker(settings: Partial<Settings> = {}, parts: Partial<TrackerParts> = {}): Promise<Tracker> {
    const platform = askingAgain(await choosePlatform());
    const self = await platform.self();
    const complete = {
      automatic: 'on' as const,
      neverReap: [],
      launchTimeout: 60_000,
      guard: false,
      graceOf: () => SHORT_GRACE,
      ...settings,
    };
    const write = (message: string) => this.log.push(message);
    const log = { info: write, warn: write, error: write };
    const tracker = new Tracker({
      platform,
      folder: this.folder,
      self,
      own: new OwnSession(this.folder, log, self, 'test', undefined, complete),
      log,
      version: '0',
      guardScript: GUARD,
      settings: () => complete,
      configured: () => [],
      configurationProblems: () => [],
      onOutput: (server, line) => this.log.push(`${server}: ${line}`),
      ...parts,
    });
    this.trackers.push(tracker);
    return tracker;
  }

  /** A session of this process in another data folder. */
  async session(folder: DataFolder): Promise<OwnSession> {
    const log = { info: () => {}, warn: () => {}, error: () => {} };
    const self = await (await choosePlatform()).self();
    return new OwnSession(folder, log, self, 'test', undefined, { automatic: 'on', neverReap: [] });
  }

  /** What {@link LaunchedServers.launch} needs to start a fixture server. */
  server(name: string, ...flags: string[]) {
    return {
      key: name,
      name,
      client: 'test',
      folder: undefined,
      command: process.execPath,
      args: [SERVER, ...flags],
      cwd: undefined,
      environment: this.environment,
      grace: SHORT_GRACE,
    };
  }

  /** Starts what {@link host} starts, and does not wait for it. */
  startHost(
    servers: Record<string, string[] | { command: string; args: string[] }>,
    automatic = 'on',
    options: object = {},
  ): ChildProcess {
    const order = JSON.stringify({ home: this.folder.path, servers, automatic, ...options });
    return spawn(process.execPath, [hostProgram(), order], {
      env: this.environment,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
  }

  /** A session in its own process, which a test may kill: stands for an extension host. */
  async host(
    servers: Record<string, string[] | { command: string; args: string[] }>,
    automatic = 'on',
    options: {
      guard?: boolean;
      node?: string;
      guardShell?: string;
      adopted?: Record<string, string[]>;
      /** Adds a child that is not an MCP server and ignores everything. */
      bystander?: boolean;
      /** A process outside the tree keeps the adopted servers' stdin open. */
      sharedStdin?: boolean;
      /** ms. */
      grace?: { stdin: number; term: number };
    } = {},
  ): Promise<Host> {
    const child = this.startHost(servers, automatic, options);
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk) => {
      output += chunk;
    });
    // One after the other.
    const hasDied = () => child.exitCode !== null || child.signalCode !== null;
    const launched = (): string | undefined => /^\[.*\]$/m.exec(output)?.[0] ?? (hasDied() ? 'died' : undefined);
    const line = await waitFor('the host has launched its servers', launched, 90_000);
    if (line === 'died') throw new Error('The host has died; its output is above.');
    const ask = async (server: string) => {
      const before = output.length;
      child.stdin?.write(`ask ${server}\n`);
      const answer = await waitFor(`${server} answers`, () => /^answer (\d+)$/m.exec(output.slice(before))?.[1]);
      return Number(answer);
    };
    return { child, servers: JSON.parse(line), ask };
  }

  /** Living guards and watchers of this sandbox, each once. */
  watchers(): number[] {
    // Before its exec, a child has the command line of its parent.
    const guards = this.guards();
    return guards.filter((pid) => !guards.includes(parentOf(pid) ?? 0));
  }

  /** Like {@link watchers}, with forks before their exec. They carry no tag. */
  guards(): number[] {
    const copy = `${this.folder.guard}/guard-`;
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => {
        try {
          return readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(copy) && isAlive(pid);
        } catch {
          return false;
        }
      });
  }

  /** The log of the guards; '' before the first line. */
  guardLog(): string {
    try {
      return readFileSync(join(this.folder.logs, 'guard.log'), 'utf8');
    } catch {
      return '';
    }
  }

  /** Living processes of this sandbox; `Z` is dead. */
  living(): number[] {
    return tagged(this.tag, TAG).map(({ pid }) => pid);
  }

  async dispose(): Promise<void> {
    this.isDisposed = true;
    const trackers = this.trackers.splice(0);
    // Sessions must end first, or they would go on scanning and writing. Their servers are killed meanwhile,
    // so that this does not wait for their ladders.
    let areEnding = true;
    const ended = Promise.all(trackers.map((one) => one.deactivate().catch(() => {}))).finally(() => {
      areEnding = false;
    });
    if (trackers.length > 0) await waitFor('its sessions have ended', () => this.killAll() && !areEnding);
    await ended;
    await waitFor('all processes of the sandbox have ended', () => this.killAll());
    rmSync(this.path, { recursive: true, force: true });
  }

  /** @returns true if there was nothing to kill. */
  private killAll(): boolean {
    const left = [...this.living(), ...this.guards()].map((pid) => ({ pid, command: '' }));
    return signalAll(left, 'SIGKILL').length === 0;
  }
}

function parentOf(pid: number): number | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.ppid;
  } catch {
    return undefined;
  }
}

/** Kills a process of the test and waits until it is gone. */
export async function killHard(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await waitFor(`pid ${child.pid} is gone`, () => !isAlive(child.pid as number));
}
