import { type ProcessIdentity, sameStart } from '../identity';
import { findOutsideUse } from '../outsideUse';
import type { Look, OutsideUse, Platform, ProcessEntry, ServiceRole, Snapshot, StdinPeer } from '../platform';
import { serviceRoleOfControlGroup } from '../serviceRole';
import { type CommandRunner, reasonOf } from './commandRunner';
import { controlGroupArguments, parseControlGroupLine } from './controlGroupColumn';
import { parseLaunchctlServices, saysNoSuchDomain } from './launchctlOutput';
import { judgeLsofConnections } from './lsofConnections';
import { LSOF_FIELDS, parseLsof } from './lsofOutput';
import { holderOf, stdinEnd } from './lsofStdin';
import { isKnownToKernel, isQuestionablePid, selfOf } from './pids';
import { environmentOf, parseEnvironmentLines, psEnvironmentArguments } from './psEnvironment';
import { type PosixSystem, type PsRow, parsePsTable, psTableArguments } from './psTable';

/** What `ps-list` tells that we use. Its start time is not: it is read in local time (K27). */
export interface ListedProcess {
  readonly pid: number;
  readonly ppid: number;
  readonly cmd?: string | undefined;
}

export type ProcessLister = () => Promise<readonly ListedProcess[]>;

const TIMEOUT_MS = 5_000;
/** One command line holds far more; but what is printed must stay within the time-out. */
const PIDS_PER_CALL = 500;

/** macOS, and Linux by choice, by `ps`, `lsof`, `launchctl` and `ss`. */
export class PosixPlatform implements Platform {
  readonly name = 'portable';
  private ownStart: string | undefined;

  constructor(
    readonly scope: string,
    private readonly system: PosixSystem,
    private readonly run: CommandRunner,
    private readonly list: ProcessLister,
  ) {}

  async self(): Promise<ProcessIdentity> {
    return selfOf(await this.look(process.pid), this.scope);
  }

  /** One after the other, our own first: if `ps` hangs, then where we can end it. */
  async snapshot(): Promise<Snapshot> {
    const takenAt = Date.now();
    const rows = await this.readTable();
    const environments = await this.readEnvironments();
    const listed = new Map((await withTimeout(this.list(), '`ps-list`')).map((process) => [process.pid, process]));
    if (!listed.has(process.pid)) throw new Error('`ps-list` does not list this process itself');
    const processes = new Map<number, ProcessEntry>();
    for (const row of rows.values()) {
      // In one table only: it ended or began in between, as all of these `ps` did.
      const later = listed.get(row.pid);
      if (!later) continue;
      // Without the same arguments before and after, nothing can be subtracted from the line in between.
      const line = later.cmd?.trim() === row.args.trim() ? environments.get(row.pid) : undefined;
      processes.set(row.pid, entryOf({ ...row, ppid: later.ppid }, line));
    }
    return { scope: this.scope, takenAt, processes };
  }

  async look(pid: number): Promise<Look> {
    return (await this.lookAll([pid])).get(pid) as Look;
  }

  async lookAll(pids: readonly number[]): Promise<ReadonlyMap<number, Look>> {
    const looks = new Map<number, Look>();
    const asked = [...new Set(pids)].filter((pid) => {
      if (isQuestionablePid(pid)) looks.set(pid, { kind: 'error', reason: 'not the id of a process' });
      return !isQuestionablePid(pid);
    });
    for (let from = 0; from < asked.length; from += PIDS_PER_CALL) {
      const some = asked.slice(from, from + PIDS_PER_CALL);
      try {
        for (const [pid, look] of await this.lookAtSome(some)) looks.set(pid, look);
      } catch (error) {
        for (const pid of some) looks.set(pid, { kind: 'error', reason: reasonOf(error) });
      }
    }
    return looks;
  }

  private async lookAtSome(pids: readonly number[]): Promise<Map<number, Look>> {
    const before = await this.readTable(pids);
    const environments = await this.readEnvironments(pids);
    const after = await this.readTable(pids);
    return new Map(pids.map((pid) => [pid, lookOf(pid, before.get(pid), environments.get(pid), after.get(pid))]));
  }

  async stdinPeer(identity: ProcessIdentity): Promise<StdinPeer> {
    if (this.system === 'linux') return { kind: 'unknown', reason: 'not examined without a usable /proc' };
    try {
      const { pid } = identity;
      const own = await this.run('lsof', [...LSOF_FIELDS, '-a', '-p', String(pid), '-d', '0'], TIMEOUT_MS);
      // Everything it says is in the output; its code also tells of matters that are not ours.
      const end = stdinEnd(parseLsof(own.stdout), pid);
      const peer =
        end.kind === 'peer'
          ? holderOf(parseLsof((await this.run('lsof', LSOF_FIELDS, TIMEOUT_MS)).stdout), end.address)
          : end;
      if (peer.kind === 'unknown') return peer;
      return (await this.stillThere(identity)) ?? peer;
    } catch (error) {
      return { kind: 'unknown', reason: reasonOf(error) };
    }
  }

  async serviceRole(identity: ProcessIdentity): Promise<ServiceRole> {
    try {
      return this.system === 'linux' ? await this.systemdRole(identity) : await this.launchdRole(identity);
    } catch (error) {
      return { kind: 'unknown', reason: reasonOf(error) };
    }
  }

  private async systemdRole(identity: ProcessIdentity): Promise<ServiceRole> {
    const { code, stdout } = await this.run('ps', controlGroupArguments(identity.pid), TIMEOUT_MS);
    const line = code === 0 ? parseControlGroupLine(stdout) : undefined;
    if (!line) return { kind: 'unknown', reason: '`ps` does not tell its control group' };
    if (!sameStart(startToken(line.startSeconds), identity.start)) {
      return { kind: 'unknown', reason: 'its pid belongs to another process' };
    }
    return serviceRoleOfControlGroup(line.controlGroups);
  }

  private async launchdRole(identity: ProcessIdentity): Promise<ServiceRole> {
    const look = await this.look(identity.pid);
    if (look.kind === 'error') return { kind: 'unknown', reason: look.reason };
    if (look.kind === 'gone' || !sameStart(look.entry.start, identity.start)) {
      return { kind: 'unknown', reason: 'it is gone' };
    }
    // launchd starts every job itself.
    if (look.entry.ppid !== 1) return { kind: 'none' };
    const uid = process.getuid?.();
    for (const domain of ['system', `user/${uid}`, `gui/${uid}`]) {
      const { code, stdout, stderr } = await this.run('launchctl', ['print', domain], TIMEOUT_MS);
      if (code !== 0 && domain !== 'system' && saysNoSuchDomain(stdout + stderr)) continue;
      const services = code === 0 ? parseLaunchctlServices(stdout) : undefined;
      if (!services) return { kind: 'unknown', reason: `\`launchctl print ${domain}\` cannot be read` };
      const name = services.get(identity.pid);
      if (name !== undefined) return { kind: 'service', name };
    }
    return (await this.stillThere(identity)) ?? { kind: 'none' };
  }

  async outsideUse(pids: readonly number[], members: ReadonlySet<number>): Promise<OutsideUse> {
    if (this.system === 'linux') return findOutsideUse(pids, members);
    if (pids.length === 0) return { kind: 'none' };
    try {
      const own = await this.run('lsof', [...LSOF_FIELDS, '-p', pids.join(',')], TIMEOUT_MS);
      const sockets = await this.run('lsof', [...LSOF_FIELDS, '-i', '-U'], TIMEOUT_MS);
      if (sockets.stdout === '') return { kind: 'unknown', reason: '`lsof` shows no sockets' };
      return judgeLsofConnections(parseLsof(own.stdout), parseLsof(sockets.stdout), pids, members);
    } catch (error) {
      return { kind: 'unknown', reason: reasonOf(error) };
    }
  }

  /** Undefined when the process that was asked about still has its pid; else why an answer about the pid is none. */
  private async stillThere(identity: ProcessIdentity): Promise<{ kind: 'unknown'; reason: string } | undefined> {
    const look = await this.look(identity.pid);
    if (look.kind === 'present' && sameStart(look.entry.start, identity.start)) return undefined;
    return { kind: 'unknown', reason: look.kind === 'error' ? look.reason : 'it is gone' };
  }

  /**
   * Our own table, of `pids` or of everything. We ask about ourselves every time: `ps` ends with code 1 and no output
   * both when all are gone and when it could not look, and a table without us proves nothing about others (K09).
   */
  private async readTable(pids?: readonly number[]): Promise<Map<number, PsRow>> {
    const stdout = await this.ps(psTableArguments(this.system, withUs(pids)), 'latin1');
    const rows = new Map(parsePsTable(stdout, this.system).map((row) => [row.pid, row]));
    const own = rows.get(process.pid);
    if (!own) throw new Error('`ps` does not list this process itself');
    const start = startToken(own.startSeconds);
    this.ownStart ??= start;
    // Linux stores ticks since boot, and `ps` adds today's clock: when that is set, every start time moves (K27).
    if (!sameStart(start, this.ownStart)) {
      throw new Error('`ps` gives this process itself another start time than before: the clock was set');
    }
    return rows;
  }

  private async readEnvironments(pids?: readonly number[]): Promise<Map<number, string>> {
    const lines = parseEnvironmentLines(await this.ps(psEnvironmentArguments(this.system, withUs(pids))));
    if (!lines.has(process.pid)) throw new Error('`ps` does not list this process itself');
    return lines;
  }

  private async ps(args: readonly string[], encoding?: 'latin1'): Promise<string> {
    const { code, stdout } = await this.run('ps', args, TIMEOUT_MS, encoding);
    if (code !== 0) throw new Error(`\`ps\` failed with code ${code}`);
    return stdout;
  }
}

function withUs(pids: readonly number[] | undefined): number[] | undefined {
  return pids && [...new Set([...pids, process.pid])];
}

function lookOf(pid: number, before: PsRow | undefined, line: string | undefined, after: PsRow | undefined): Look {
  if (!after) {
    // A system that hides other users' processes does not list what has changed its user.
    if (isKnownToKernel(pid)) return { kind: 'error', reason: 'it exists, but `ps` does not list it' };
    return { kind: 'gone' };
  }
  if (!before || !sameStart(startToken(before.startSeconds), startToken(after.startSeconds))) {
    return { kind: 'error', reason: 'changed while being read' };
  }
  return { kind: 'present', entry: entryOf(after, before.args === after.args ? line : undefined) };
}

function entryOf(row: PsRow, environmentLine: string | undefined): ProcessEntry {
  const { pid, ppid, uid, pgid, sid, hasTerminal, zombie, name, memory, cpuTime } = row;
  return {
    pid,
    start: startToken(row.startSeconds),
    ppid,
    uid,
    pgid,
    sid,
    hasTerminal,
    zombie,
    name,
    // Of a zombie `ps` prints a name of its own making.
    args: zombie ? undefined : [row.args],
    memory,
    cpuTime,
    ...environmentOf(row.args, environmentLine),
  };
}

function startToken(seconds: number): string {
  return `e${seconds}`;
}

async function withTimeout<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not answer within ${TIMEOUT_MS / 1000} s`)), TIMEOUT_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
