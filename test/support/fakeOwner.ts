import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { ProcessIdentity } from '../../src/os/identity';
import type { Platform } from '../../src/os/platform';
import { createProcfsPlatform } from '../../src/os/procfs/procfsPlatform';
import { COOKIE_VARIABLE, formatCookie } from '../../src/registry/cookie';
import type { ServerRecord, SessionFile } from '../../src/registry/schema';
import { writeSession } from '../../src/registry/sessionStore';
import { newRecord, newSession } from './records';
import { killHard, type Sandbox } from './sandbox';
import { waitFor } from './waitFor';

export const PLAIN = join(__dirname, '../servers/plain.mjs');
const OWNER = join(__dirname, 'owner.mjs');

export interface Started {
  readonly pid: number;
  readonly record: ServerRecord;
}

/**
 * One session whose owner is a real process, light enough for a test to have several: its servers are real,
 * and its file is written as a session writes it. `kill -9` of the owner makes the session dead.
 */
export class FakeOwner {
  readonly id = randomUUID();
  readonly child: ChildProcess;
  readonly platform: Platform;
  identity: ProcessIdentity | undefined;
  private readonly records: ServerRecord[] = [];
  private readonly lines: Interface;

  /** @param under a command that starts the owner, such as a subreaper; it gets the owner's command as arguments */
  constructor(
    private readonly sandbox: Sandbox,
    under: readonly string[] = [],
  ) {
    this.platform = procfs();
    const [command = process.execPath, ...args] = [...under, process.execPath, OWNER];
    this.child = spawn(command, args, { env: sandbox.environment, stdio: ['pipe', 'pipe', 'inherit'] });
    this.lines = createInterface({ input: this.child.stdout as NodeJS.ReadableStream });
  }

  /** Opens the session. @param pid the owner's, if `under` starts it as another process */
  async open(pid = this.child.pid as number): Promise<this> {
    this.identity = await identityOf(pid);
    return this;
  }

  /** Starts a server through the owner, with cookie and record. Without `args`: a plain one that ignores everything. */
  async start(
    args: readonly string[] = [PLAIN, '--deaf'],
    options: { command?: string; cookie?: boolean; record?: Partial<ServerRecord> | false; plain?: boolean } = {},
  ): Promise<Started> {
    const { command = process.execPath, cookie = true, record: change = {}, plain = false } = options;
    const id = randomUUID();
    const env = { ...this.sandbox.environment, ...(cookie ? { [COOKIE_VARIABLE]: this.cookie(id) } : {}) };
    const line = new Promise<string>((resolve) => this.lines.once('line', resolve));
    this.child.stdin?.write(`${JSON.stringify({ command, args, env, plain })}\n`);
    const pid = Number(await line);
    if (!pid) throw new Error(await line);
    const record = newRecord({
      id,
      server: `server ${this.records.length + 1}`,
      commandLine: [command, ...args].join(' '),
      root: await identityOf(pid),
      posixSession: pid,
      ...change,
    });
    if (change !== false) this.add(record);
    return { pid, record };
  }

  /** The full cookie of a record of this session. */
  cookie(record: string): string {
    return formatCookie({
      home: this.sandbox.folder.homeTag,
      session: this.id,
      record,
      owner: this.identity as ProcessIdentity,
    });
  }

  add(...records: ServerRecord[]): void {
    this.records.push(...records);
    this.write();
  }

  /** Rewrites the session file. */
  write(change: Partial<SessionFile> = {}): void {
    const { id, records } = this;
    const owner = this.identity as ProcessIdentity;
    const { folder } = this.sandbox;
    writeSession(folder, newSession({ id, home: folder.homeTag, owner, records, ...change }));
  }

  /** `kill -9` of the owner, and waits until it is gone. */
  async kill(): Promise<void> {
    await killHard(this.child);
  }

  /** A path in the sandbox, for an answering socket or a pid file. */
  path(name: string): string {
    return join(this.sandbox.path, name);
  }
}

export function procfs(): Platform {
  const platform = createProcfsPlatform();
  if (!platform) throw new Error('These tests need a usable /proc.');
  return platform;
}

export async function identityOf(pid: number): Promise<ProcessIdentity> {
  const platform = procfs();
  const found = await platform.inspect(pid);
  if (found.kind !== 'present') throw new Error(`pid ${pid} is ${found.kind}`);
  return { pid, start: found.entry.start, scope: platform.scope };
}

/** Asks a survivor for its pid over its socket: it must work, not merely exist. Waits until it is ready. */
export function ask(path: string): Promise<number> {
  return waitFor(`an answer from ${path}`, async () => Number(await answerOf(path)));
}

/** Waits until no client is connected to these processes; the connection of a question stays for a moment. */
export async function unused(...pids: number[]): Promise<void> {
  const platform = procfs();
  await waitFor('no client is connected', async () => (await platform.outsideUse(pids, new Set(pids))).kind === 'none');
}

function answerOf(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(path);
    socket.setTimeout(2_000, () => socket.destroy(new Error('no answer')));
    socket.on('data', (data) => {
      text += data;
    });
    socket.once('close', () => resolve(text)).once('error', reject);
  });
}

/** The pid that a process of the test writes when it is ready. */
export async function pidIn(file: string): Promise<number> {
  return Number(await waitFor(`a pid in ${file}`, () => existsSync(file) && readFileSync(file, 'utf8')));
}
