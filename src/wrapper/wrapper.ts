import { randomUUID } from 'node:crypto';
import { constants } from 'node:os';
import { basename } from 'node:path';
import spawn from 'cross-spawn';
import { withLabels } from '../containers/containerRun';
import { RecordedContainers } from '../containers/recordedContainers';
import { choosePlatform } from '../os/choosePlatform';
import { reapDeadSession } from '../reaping/deadSession';
import { endContainers } from '../reaping/endContainers';
import { COOKIE_VARIABLE, formatCookie } from '../registry/cookie';
import { openDataFolder } from '../registry/dataFolder';
import { newRecord } from '../registry/newRecord';
import { OwnSession } from '../registry/ownSession';
import { type ServerRecord, type SessionFile, WRAPPER_EDITOR } from '../registry/schema';
import { errorText } from '../wording/reasons';
import { containerLabels } from './containerLabels';
import { clientName, findOwner, isOwnerGone } from './owner';
import { readSettings } from './settings';

/*
 * `guard.js --run run [--name N] [--] command args…`: replaces `run.sh` where there is no exec. Node stays between client
 * and server, which share its stdin, stdout and stderr, so it sees none of their messages.
 */

interface Protection {
  /** The server's arguments, with labels where it runs a container. */
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** Called once the server runs. */
  readonly started: (pid: number) => Promise<void>;
  /** Called when it has ended. */
  readonly ended: () => Promise<void>;
}

function parse(argv: readonly string[]): { name: string | undefined; command: string; args: string[] } | undefined {
  const rest = argv.slice(1);
  let name: string | undefined;
  for (let flag = rest[0]; flag?.startsWith('-'); flag = rest[0]) {
    rest.shift();
    if (flag === '--') break;
    if (flag === '--name') name = rest.shift();
    else if (flag.startsWith('--name=')) name = flag.slice('--name='.length);
    else return undefined;
  }
  const [command, ...args] = rest;
  return argv[0] === 'run' && command ? { name, command, args } : undefined;
}

/** @throws Error with the reason why the server runs without protection */
async function protect(command: string, args: readonly string[], name: string | undefined): Promise<Protection> {
  const platform = await choosePlatform();
  const folder = openDataFolder();
  const settings = readSettings(folder);
  const self = await platform.self();
  const owner = findOwner(await platform.snapshot(), process.pid);
  if (!owner) throw new Error('no client was found among the processes that started it');
  const identity = { pid: owner.pid, start: owner.start, scope: platform.scope };
  const client = clientName(owner);
  const log = { info: () => {}, warn: say, error: say };
  const editor = `${WRAPPER_EDITOR}${client}`;
  const session = new OwnSession(folder, log, identity, editor, process.cwd(), settings);
  const server = name ?? basename(command);
  const record = randomUUID();
  const { id, home } = session.session;
  const labels = await containerLabels(command, args, process.env);
  session.add(
    newRecord({
      id: record,
      server,
      client,
      folder: process.cwd(),
      kind: 'launched',
      commandLine: basename(command),
      grace: settings.graceOf(server),
      container: labels?.run,
    }),
  );
  let reaping: Promise<unknown> | undefined;
  const timer = setInterval(() => void checkOwner(), checkSeconds() * 1000);
  async function checkOwner(): Promise<void> {
    if (reaping || !(await isOwnerGone(platform, identity))) return;
    clearInterval(timer);
    reaping = reapDeadSession(id, { platform, folder, self, log, by: 'wrapper' });
  }
  return {
    args: (labels && withLabels(command, args, { home, session: id, record })) ?? args,
    environment: { ...process.env, [COOKIE_VARIABLE]: formatCookie({ home, session: id, record, owner: identity }) },
    started: async (pid) => {
      const now = await platform.inspect(pid);
      if (now.kind !== 'present') return;
      const root = { pid, start: now.entry.start, scope: platform.scope };
      session.update(record, { root, posixSession: now.entry.sid });
    },
    ended: async () => {
      clearInterval(timer);
      // It ended because of a reap, which must also end what it started.
      if (reaping) return void (await reaping);
      const snapshot = await platform.snapshot();
      // Processes that it started may still run; a sweep ends them once the owner is gone.
      const carried = [...snapshot.processes.values()].some(({ cookie }) => cookie?.includes(record));
      if (carried) return;
      const left = session.record(record);
      // A client can be killed without its container; as long as that is unknown, the record stays.
      const containers = new RecordedContainers(log);
      if (!left || (await isOver(containers, left, session.session))) session.remove(record);
    },
  };
}

/** Ends a container that the client of an ended server left, where that needs no click. @returns whether nothing is left */
async function isOver(containers: RecordedContainers, record: ServerRecord, session: SessionFile): Promise<boolean> {
  if (session.automatic === 'on') return (await endContainers(containers, record, session)).problem === undefined;
  await containers.refresh([session]);
  return containers.isGone(record.id);
}

function checkSeconds(): number {
  const seconds = Number(process.env.MCP_PROCESSES_PARENT_CHECK_SECONDS || 5);
  return seconds > 0 && seconds < 86_400 ? seconds : 5;
}

function say(message: string): void {
  process.stderr.write(`mcp-processes: ${message}\n`);
}

/** Starts a server under protection. @param argv the words after `mcp-processes` */
export async function runWrapped(argv: readonly string[]): Promise<void> {
  const asked = parse(argv);
  if (!asked) {
    say('usage: mcp-processes run [--name N] -- command args...');
    process.exitCode = 2;
    return;
  }
  const { command, args, name } = asked;
  const protection = await protect(command, args, name).catch((error: Error) => {
    say(`${name ?? basename(command)} runs without protection: ${errorText(error)}`);
    return undefined;
  });
  const env = { ...(protection?.environment ?? process.env) };
  // The variable is for this Node only.
  delete env.ELECTRON_RUN_AS_NODE;
  const child = spawn(command, [...(protection?.args ?? args)], { stdio: 'inherit', env });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  child.once('spawn', () => void protection?.started(child.pid as number).catch((error) => say(errorText(error))));
  child.once('error', (error) => {
    say(`${command} could not be started: ${errorText(error)}`);
    process.exitCode = 127;
    void protection?.ended().catch((failure: Error) => say(failure.message));
  });
  child.once('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal as NodeJS.Signals] ?? 0);
    void protection
      ?.ended()
      .catch((error) => say(errorText(error)))
      .finally(() => process.exit());
  });
}
