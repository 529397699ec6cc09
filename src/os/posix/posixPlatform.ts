import { FreshRun } from '../../common/async';
import { TOOL_TIMEOUT_MS } from '../../common/limits';
import { type ProcessIdentity, sameStart } from '../identity';
import { findOutsideUse } from '../outsideUse';
import { inspectInRuns } from '../pids';
import type { Inspection, OutsideUse, Platform, ServiceRole, Snapshot, StdinPeer } from '../platform';
import { InspectError, type Reason, reasonOf } from '../reason';
import type { CommandRunner } from '../runCommand';
import { serviceRoleOfControlGroup } from '../serviceRole';
import { controlGroupArguments, parseControlGroupLine } from './controlGroupColumn';
import { parseLaunchctlServices, saysNoSuchDomain } from './launchctlOutput';
import { judgeLsofConnections } from './lsofConnections';
import { LSOF_FIELDS, type OpenFile, parseLsof } from './lsofOutput';
import { holderOf, stdinEnd } from './lsofStdin';
import { type ProcessLister, PsReader, startToken } from './psReader';
import type { PosixSystem } from './psTable';

/** A command line holds far more, but the output must arrive within the time-out. */
const PIDS_PER_CALL = 500;

/** macOS, and optionally Linux, through `ps`, `lsof`, `launchctl` and `ss`. */
export class PosixPlatform implements Platform {
  readonly name = 'portable';
  private readonly ps: PsReader;
  /** The pids that the next run of `lsof` covers: it is slow, and a scan asks about hundreds of servers at once. */
  private readonly wanted = new Set<number>();
  private readonly openFiles = new FreshRun(() => this.readOpenFiles());

  constructor(
    readonly scope: string,
    private readonly system: PosixSystem,
    private readonly run: CommandRunner,
    list: ProcessLister,
  ) {
    this.ps = new PsReader(system, run, list);
  }

  async self(): Promise<ProcessIdentity> {
    return { pid: process.pid, start: await this.ps.readOwnStart(), scope: this.scope };
  }

  async snapshot(): Promise<Snapshot> {
    const takenAt = Date.now();
    return { scope: this.scope, takenAt, processes: await this.ps.readAll() };
  }

  async inspect(pid: number): Promise<Inspection> {
    return (await this.inspectAll([pid])).get(pid) as Inspection;
  }

  inspectAll(pids: readonly number[]): Promise<ReadonlyMap<number, Inspection>> {
    return inspectInRuns(pids, PIDS_PER_CALL, (some) => this.ps.inspect(some));
  }

  async stdinPeer(identity: ProcessIdentity): Promise<StdinPeer> {
    if (this.system === 'linux') return { kind: 'unknown', reason: { kind: 'no-proc' } };
    try {
      const { pid } = identity;
      const own = await this.run('lsof', [...LSOF_FIELDS, '-a', '-p', String(pid), '-d', '0'], TOOL_TIMEOUT_MS);
      // Only the output counts: the exit code also reflects unrelated problems.
      const end = stdinEnd(parseLsof(own.stdout), pid);
      const peer =
        end.kind === 'peer'
          ? holderOf(parseLsof((await this.run('lsof', LSOF_FIELDS, TOOL_TIMEOUT_MS)).stdout), end.address)
          : end;
      if (peer.kind === 'unknown') return peer;
      return (await this.stillThere(identity)) ?? peer;
    } catch (error) {
      const failure = error instanceof InspectError ? error.failure : 'failed';
      return { kind: 'unknown', reason: reasonOf(error), ...(failure && { failure }) };
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
    const { code, stdout } = await this.run('ps', controlGroupArguments(identity.pid), TOOL_TIMEOUT_MS);
    const line = code === 0 ? parseControlGroupLine(stdout) : undefined;
    if (!line) return { kind: 'unknown', reason: { kind: 'control-group-untold', program: 'ps' } };
    if (!sameStart(startToken(line.startSeconds), identity.start)) {
      return { kind: 'unknown', reason: { kind: 'pid-reused' } };
    }
    return serviceRoleOfControlGroup(line.controlGroups);
  }

  private async launchdRole(identity: ProcessIdentity): Promise<ServiceRole> {
    const inspection = await this.inspect(identity.pid);
    if (inspection.kind === 'error') return { kind: 'unknown', reason: inspection.reason };
    if (inspection.kind === 'gone' || !sameStart(inspection.entry.start, identity.start)) {
      return { kind: 'unknown', reason: { kind: 'gone' } };
    }
    // launchd starts every job itself.
    if (inspection.entry.ppid !== 1) return { kind: 'none' };
    const uid = process.getuid?.();
    for (const domain of ['system', `user/${uid}`, `gui/${uid}`]) {
      const { code, stdout, stderr } = await this.run('launchctl', ['print', domain], TOOL_TIMEOUT_MS);
      if (code !== 0 && domain !== 'system' && saysNoSuchDomain(stdout + stderr)) continue;
      const services = code === 0 ? parseLaunchctlServices(stdout) : undefined;
      if (!services)
        return { kind: 'unknown', reason: { kind: 'unreadable-output', program: `launchctl print ${domain}` } };
      const name = services.get(identity.pid);
      if (name !== undefined) return { kind: 'service', name };
    }
    return (await this.stillThere(identity)) ?? { kind: 'none' };
  }

  async outsideUse(pids: readonly number[], members: ReadonlySet<number>): Promise<OutsideUse> {
    if (this.system === 'linux') return findOutsideUse(pids, members);
    if (pids.length === 0) return { kind: 'none' };
    for (const pid of pids) this.wanted.add(pid);
    try {
      const { own, sockets } = await this.openFiles.ask();
      if (sockets.length === 0) return { kind: 'unknown', reason: { kind: 'no-sockets', program: 'lsof' } };
      const asked = new Set(pids);
      return judgeLsofConnections(
        own.filter(({ pid }) => asked.has(pid)),
        sockets,
        pids,
        members,
      );
    } catch (error) {
      return { kind: 'unknown', reason: reasonOf(error) };
    }
  }

  /** All open files of the wanted processes, and the sockets of all processes. */
  private async readOpenFiles() {
    const pids = [...this.wanted];
    this.wanted.clear();
    const own: OpenFile[] = [];
    for (let from = 0; from < pids.length; from += PIDS_PER_CALL) {
      const some = pids.slice(from, from + PIDS_PER_CALL).join(',');
      own.push(...parseLsof((await this.run('lsof', [...LSOF_FIELDS, '-p', some], TOOL_TIMEOUT_MS)).stdout));
    }
    const sockets = await this.run('lsof', [...LSOF_FIELDS, '-i', '-U'], TOOL_TIMEOUT_MS);
    return { own, sockets: parseLsof(sockets.stdout) };
  }

  /** Undefined when the process still has its pid; otherwise why an answer about that pid is not about this process. */
  private async stillThere(
    identity: ProcessIdentity,
  ): Promise<{ kind: 'unknown'; reason: Reason; failure?: 'failed' } | undefined> {
    const inspection = await this.inspect(identity.pid);
    if (inspection.kind === 'present' && sameStart(inspection.entry.start, identity.start)) return undefined;
    return inspection.kind === 'error'
      ? { kind: 'unknown', reason: inspection.reason, failure: 'failed' }
      : { kind: 'unknown', reason: { kind: 'gone' } };
  }
}
