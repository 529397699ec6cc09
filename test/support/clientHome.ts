import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MachineConfigs } from '../../src/clients/machineConfigs';
import type { ServerView } from '../../src/model/serverView';
import type { Tracker } from '../../src/tracker/tracker';
import { forgetConfigPlaces } from './configPlaces';
import { isAlive, Sandbox, SERVER } from './sandbox';
import { waitFor } from './waitFor';

const MEMORY = realpathSync(join(__dirname, '../../node_modules/@modelcontextprotocol/server-memory'));
/** The variables of the developer's environment that a client gets; none can contain an account. */
const PASSED_ON = ['PATH', 'LANG', 'MCP_PROCESSES_HOME', 'MCP_PROCESSES_TEST_RUN', 'MCP_PROCESSES_TEST_SANDBOX'];
/** Clients start slowly. */
const START_MS = 90_000;

/** One entry of a client's configuration, in the form that most clients share. */
export interface ConfiguredEntry {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * A home for a real MCP client, with a project in which the real `npx` finds two servers without a download:
 * `memory`, the official package as it is, and `deaf`, a package that ignores the end of its input.
 */
export class ClientHome {
  readonly sandbox = new Sandbox();
  readonly home = join(this.sandbox.path, 'user');
  readonly project = join(this.home, 'project');
  private readonly giveBack = forgetConfigPlaces();
  private standIn: Server | undefined;
  /** Paths that the client requested from its model's service. */
  readonly requests: string[] = [];

  constructor() {
    mkdirSync(this.home, { recursive: true });
    this.write('project/package.json', '{ "private": true }');
    this.package('@modelcontextprotocol/server-memory', 'mcp-server-memory', MEMORY, 'dist/index.js');
    // Installed, not linked: a package under development is not the published one of the same name.
    this.write(
      'project/node_modules/deaf-server/package.json',
      '{"name":"deaf-server","version":"1.0.0","bin":"server.mjs"}',
    );
    this.write(
      'project/node_modules/deaf-server/server.mjs',
      `#!/usr/bin/env node\nawait import(${JSON.stringify(pathToFileURL(SERVER).href)});\n`,
    );
    this.package('deaf-server', 'deaf-server', undefined, 'server.mjs');
  }

  /** The two servers in a client's configuration. Clients pass few variables on, so `env` has what tests need. */
  get entries(): { memory: ConfiguredEntry; deaf: ConfiguredEntry } {
    const env = Object.fromEntries(
      Object.entries(this.environment).filter(([name]) => /^(?:MCP_PROCESSES|npm_config)_/.test(name)),
    );
    return {
      memory: { command: 'npx', args: ['-y', '@modelcontextprotocol/server-memory'], env },
      deaf: { command: 'npx', args: ['-y', 'deaf-server', '--deaf-to-eof', '--deaf-to-term'], env },
    };
  }

  get environment(): Record<string, string> {
    const passed = PASSED_ON.flatMap((name) => {
      const value = this.sandbox.environment[name];
      return value === undefined ? [] : [[name, value] as const];
    });
    return {
      ...Object.fromEntries(passed),
      HOME: this.home,
      XDG_CONFIG_HOME: join(this.home, '.config'),
      XDG_CACHE_HOME: join(this.home, '.cache'),
      XDG_DATA_HOME: join(this.home, '.local/share'),
      XDG_STATE_HOME: join(this.home, '.local/state'),
      TMPDIR: this.sandbox.path,
      TERM: 'dumb',
      DO_NOT_TRACK: '1',
      npm_config_offline: 'true',
      npm_config_update_notifier: 'false',
    };
  }

  /** Writes a file below the home. */
  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.home, path)), { recursive: true });
    writeFileSync(join(this.home, path), text);
  }

  /** Stands for the model's service: accepts requests and never answers. @returns its URL. */
  async service(): Promise<string> {
    this.standIn = createServer((request) => void this.requests.push(request.url ?? ''));
    await new Promise<void>((resolve) => this.standIn?.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.standIn.address() as AddressInfo).port}`;
  }

  /** Starts a client in the project. Its output goes to the sandbox's log. */
  start(command: string, args: readonly string[], environment: Record<string, string> = {}): ChildProcess {
    const child = spawn(command, args, {
      cwd: this.project,
      env: { ...this.environment, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => this.sandbox.log.push(text));
    }
    child.once('error', (error) => this.sandbox.log.push(error.message));
    return child;
  }

  /** A session that reads the configuration of this home. */
  async open(): Promise<Tracker> {
    const configs = new MachineConfigs({
      workspace: () => ({ folders: [], workspaceFile: undefined }),
      guess: () => false,
      log: { info: () => {}, warn: (message) => this.sandbox.log.push(message), error: () => {} },
      home: this.home,
      interval: 0,
    });
    return this.sandbox.tracker({}, { recogniser: () => configs.recogniser() });
  }

  /** The rows of a new sweep, by server. Fails if anything but the two servers is listed. */
  async rows(tracker: Tracker): Promise<Map<string, ServerView>> {
    const ours = new Set(this.sandbox.living());
    const { servers } = await tracker.sweep();
    const rows = servers.filter(({ pid }) => pid !== undefined && ours.has(pid));
    for (const { name, processes } of rows) {
      const line = processes[0]?.commandLine ?? '';
      assert.match(line, name === 'memory' ? /server-memory/ : /deaf-server/, `${name} is not a server: ${line}`);
    }
    const byName = new Map(rows.map((row) => [row.name, row]));
    assert.equal(byName.size, rows.length, `listed twice: ${rows.map(({ name, pid }) => `${name} ${pid}`).join(', ')}`);
    return byName;
  }

  /** Waits until both servers are running below the client. */
  running(tracker: Tracker): Promise<{ memory: ServerView; deaf: ServerView }> {
    const both = async () => {
      const rows = await this.rows(tracker);
      const [memory, deaf] = [rows.get('memory'), rows.get('deaf')];
      // npx, its shell, the server.
      const isUp = (row: ServerView | undefined) => row !== undefined && pidsOf(row).length >= 2;
      return isUp(memory) && isUp(deaf) ? { memory: memory as ServerView, deaf: deaf as ServerView } : undefined;
    };
    return waitFor('the client has started both servers', both, START_MS).catch((error) => {
      throw new Error(`${(error as Error).message}\nOutput of the client: ${this.sandbox.log.join('').slice(-3_000)}`);
    });
  }

  /** Ends what is left, even of clients that detach themselves. */
  async dispose(): Promise<void> {
    this.giveBack();
    this.standIn?.closeAllConnections();
    this.standIn?.close();
    await this.sandbox.dispose();
  }

  /** @param folder where the package is installed; undefined if it is created here */
  private package(name: string, bin: string, folder: string | undefined, script: string): void {
    const modules = join(this.project, 'node_modules');
    mkdirSync(join(modules, dirname(name)), { recursive: true });
    mkdirSync(join(modules, '.bin'), { recursive: true });
    if (folder !== undefined) symlinkSync(folder, join(modules, name));
    symlinkSync(join('..', name, script), join(modules, '.bin', bin));
    if (folder === undefined) chmodSync(join(modules, name, script), 0o755);
  }
}

/** All processes of a row. */
export function pidsOf({ processes }: ServerView): number[] {
  const below = (nodes: ServerView['processes']): number[] =>
    nodes.flatMap(({ pid, children }) => [pid, ...below(children)]);
  return below(processes);
}

/** `kill -9`. */
export async function killProcesses(pids: readonly number[]): Promise<void> {
  for (const pid of pids) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  await waitFor('they are gone', () => !pids.some(isAlive));
}
