import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { codeOf } from '../../common/errors';
import { yieldIfBusy } from '../../common/eventLoop';
import type { ProcessIdentity } from '../identity';
import { findOutsideUse } from '../outsideUse';
import type { Identification, Inspection, Platform, ProcessEntry, ServiceRole, Snapshot, StdinPeer } from '../platform';
import { InspectError, type Reason, systemReason } from '../reason';
import { readLinuxScopeParts, scopeTag } from '../scope';
import { isServiceMain, serviceRoleOfControlGroup } from '../serviceRole';
import { readChildren } from './children';
import { certainUser, type Details, DetailsCache, readDetails } from './details';
import { variablesIn } from './environment';
import { readProcBytes, readProcFile } from './readProcFile';
import { readStat } from './readStat';
import { isZombie, type ProcStat, TICKS_PER_SECOND, terminalName } from './stat';
import { findStdinPeer } from './stdinPeer';

/**
 * Linux, directly from `/proc`: a sweep runs no other programs.
 * @returns undefined where `/proc` is missing, hidden, or belongs to another pid namespace.
 */
export function createProcfsPlatform(): Platform | undefined {
  const own = readStat(process.pid);
  // A /proc of another namespace would show strangers under our pids.
  if (own.kind !== 'stat' || own.stat.pid !== process.pid || own.stat.ppid !== process.ppid) return undefined;
  const scope = scopeTag(readLinuxScopeParts(), 'ticks');
  if (scope === '') return undefined;
  return new ProcfsPlatform(scope, own.stat);
}

class ProcfsPlatform implements Platform {
  readonly name = 'procfs';
  private readonly pageSize: number;
  private readonly details = new DetailsCache();

  constructor(
    readonly scope: string,
    private readonly own: ProcStat,
  ) {
    // Pages are 4, 16 or 64 KiB; our own resident size in both units shows which.
    const ratio = process.memoryUsage.rss() / Math.max(1, own.residentPages);
    this.pageSize = ratio > 32_768 ? 65_536 : ratio > 9_000 ? 16_384 : 4_096;
  }

  async self(): Promise<ProcessIdentity> {
    return { pid: process.pid, start: `t${this.own.startTicks}`, scope: this.scope };
  }

  async snapshot(): Promise<Snapshot> {
    const takenAt = Date.now();
    const uptimeTicks = Number(readFileSync('/proc/uptime', 'latin1').split(' ')[0]) * TICKS_PER_SECOND;
    const pids = readdirSync('/proc').filter((name) => name.charCodeAt(0) <= 57 && name.charCodeAt(0) >= 48);
    const processes = new Map<number, ProcessEntry>();
    for (const text of pids) {
      await yieldIfBusy();
      const read = readStat(Number(text));
      if (read.kind === 'gone') continue;
      // Other users' processes, where the system hides them.
      if (read.kind === 'error' && isDenied(read.reason) && Number(text) !== process.pid) continue;
      if (read.kind === 'error') {
        throw new InspectError({ kind: 'file-unreadable', file: `/proc/${text}/stat`, why: read.reason });
      }
      const { stat } = read;
      processes.set(stat.pid, this.entryOf(stat, this.details.of(stat, uptimeTicks)));
    }
    if (!processes.has(process.pid)) throw new InspectError({ kind: 'self-missing', program: '/proc' });
    this.details.retain(processes);
    // Process 1 is always there.
    return { scope: this.scope, takenAt, processes, ...(processes.has(1) ? {} : { isHidden }) };
  }

  async inspect(pid: number): Promise<Inspection> {
    const read = readStat(pid);
    if (read.kind === 'gone') return { kind: 'gone' };
    if (read.kind === 'error') return read;
    const details = { ...readDetails(read.stat), uid: certainUser(pid) };
    // Another process may have got the pid between the two reads.
    const again = readStat(pid);
    if (again.kind === 'gone') return { kind: 'gone' };
    if (again.kind === 'error') return again;
    if (again.stat.startTicks !== read.stat.startTicks) return { kind: 'error', reason: { kind: 'changed' } };
    return { kind: 'present', entry: this.entryOf(again.stat, details) };
  }

  identify(pid: number): Identification {
    const read = readStat(pid);
    return read.kind === 'stat'
      ? { kind: 'present', pid: read.stat.pid, start: `t${read.stat.startTicks}`, zombie: isZombie(read.stat) }
      : read;
  }

  async inspectAll(pids: readonly number[]): Promise<ReadonlyMap<number, Inspection>> {
    const inspections = new Map<number, Inspection>();
    for (const pid of pids) {
      await yieldIfBusy();
      inspections.set(pid, await this.inspect(pid));
    }
    return inspections;
  }

  childrenOf(pid: number): readonly number[] | undefined {
    return readChildren(pid);
  }

  terminalOf(pid: number): string | undefined {
    const read = readStat(pid);
    return read.kind === 'stat' ? terminalName(read.stat.terminal) : undefined;
  }

  folderOf(pid: number): string | undefined {
    return linkOf(pid, 'cwd');
  }

  executableOf(pid: number): string | undefined {
    return linkOf(pid, 'exe');
  }

  variablesOf(identity: ProcessIdentity, names: readonly string[]): Readonly<Record<string, string>> | undefined {
    const isSame = () => {
      const now = this.identify(identity.pid);
      return now.kind === 'present' && now.start === identity.start && identity.scope === this.scope;
    };
    try {
      if (!isSame()) return undefined;
      const found = variablesIn(readProcFile(`/proc/${identity.pid}/environ`, 'utf8'), names);
      return isSame() ? found : undefined;
    } catch {
      return undefined;
    }
  }

  stdinPeer(identity: ProcessIdentity): Promise<StdinPeer> {
    return findStdinPeer(identity, this.scope);
  }

  async serviceRole(identity: ProcessIdentity): Promise<ServiceRole> {
    try {
      const role = serviceRoleOfControlGroup(readProcFile(`/proc/${identity.pid}/cgroup`, 'utf8'));
      if (role.kind !== 'service') return role;
      const isMain = isServiceMain(readProcBytes(`/proc/${identity.pid}/environ`), identity.pid);
      return isMain === undefined ? role : { ...role, isMain };
    } catch (error) {
      return { kind: 'unknown', reason: { kind: 'control-group-unreadable', why: systemReason(error) } };
    }
  }

  outsideUse(pids: readonly number[], members: ReadonlySet<number>) {
    return findOutsideUse(pids, members);
  }

  private entryOf(stat: ProcStat, details: Details): ProcessEntry {
    return {
      pid: stat.pid,
      start: `t${stat.startTicks}`,
      ppid: stat.ppid,
      uid: details.uid,
      pgid: stat.pgid,
      sid: stat.sid,
      hasTerminal: stat.terminal !== 0,
      zombie: isZombie(stat),
      name: stat.name,
      args: details.args,
      memory: stat.residentPages * this.pageSize,
      cpuTime: (stat.cpuTicks * 1000) / TICKS_PER_SECOND,
      cookie: details.cookie,
      runsAsNode: details.runsAsNode,
      environmentReadable: details.environmentReadable,
    };
  }
}

function isDenied(reason: Reason): boolean {
  return reason.kind === 'system' && (reason.code === 'EPERM' || reason.code === 'EACCES');
}

/**
 * Whether a pid exists although `/proc` does not show it (mounted with hidepid): another user's process, or one of ours
 * that has restricted itself.
 */
function isHidden(pid: number): boolean {
  const read = readStat(pid);
  if (read.kind !== 'gone') return read.kind === 'error';
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}

/** The target of a link in a process's folder; undefined where it cannot be read, or the target was removed. */
function linkOf(pid: number, name: 'cwd' | 'exe'): string | undefined {
  try {
    const path = readlinkSync(`/proc/${pid}/${name}`);
    return path.endsWith(' (deleted)') ? undefined : path;
  } catch {
    return undefined;
  }
}
