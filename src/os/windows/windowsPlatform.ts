import { POWERSHELL_TIMEOUT_MS } from '../../common/limits';
import { type ProcessIdentity, sameStart } from '../identity';
import { inspectInRuns, isKnownToKernel, selfOf } from '../pids';
import type { Inspection, OutsideUse, Platform, ProcessEntry, ServiceRole, Snapshot, StdinPeer } from '../platform';
import { InspectError, reasonOf } from '../reason';
import type { CommandRunner } from '../runCommand';
import { powershellPath } from './powershellPath';
import { POWERSHELL, parseWindowsProcesses, type WindowsProcess, windowsProcessArguments } from './windowsProcesses';
import { parseWindowsServices, windowsServiceArguments } from './windowsServices';

/**
 * Windows, through one `Get-CimInstance Win32_Process`. What that lacks is undefined: the user (a readable command line
 * shows our rights, not the owner), groups, sessions, terminals, environments.
 */
export class WindowsPlatform implements Platform {
  readonly name = 'portable';

  constructor(
    readonly scope: string,
    private readonly run: CommandRunner,
  ) {}

  async self(): Promise<ProcessIdentity> {
    return selfOf(await this.inspect(process.pid), this.scope, POWERSHELL);
  }

  async snapshot(): Promise<Snapshot> {
    const takenAt = Date.now();
    const rows = await this.ask();
    return { scope: this.scope, takenAt, processes: new Map(rows.map((row) => [row.pid, entryOf(row)])) };
  }

  async inspect(pid: number): Promise<Inspection> {
    return (await this.inspectAll([pid])).get(pid) as Inspection;
  }

  inspectAll(pids: readonly number[]): Promise<ReadonlyMap<number, Inspection>> {
    return inspectInRuns(pids, Number.POSITIVE_INFINITY, async (some) => {
      const rows = new Map((await this.ask(some)).map((row) => [row.pid, row]));
      return some.map((pid): [number, Inspection] => {
        const row = rows.get(pid);
        return [pid, row ? { kind: 'present', entry: entryOf(row) } : absent(pid)];
      });
    });
  }

  async stdinPeer(): Promise<StdinPeer> {
    return { kind: 'unknown', reason: { kind: 'windows-pipes' } };
  }

  /**
   * Never "service": the rules about services need process 1 above them, which Windows does not have. "Unknown" spares
   * the process (K06).
   */
  async serviceRole(identity: ProcessIdentity): Promise<ServiceRole> {
    try {
      const services = parseWindowsServices(await this.powershell(windowsServiceArguments(identity.pid)));
      if (services.length > 0)
        return { kind: 'unknown', reason: { kind: 'runs-services', services: services.join(', ') } };
      const inspection = await this.inspect(identity.pid);
      if (inspection.kind === 'error') return { kind: 'unknown', reason: inspection.reason };
      const isSame = inspection.kind === 'present' && sameStart(inspection.entry.start, identity.start);
      return isSame ? { kind: 'none' } : { kind: 'unknown', reason: { kind: 'gone' } };
    } catch (error) {
      return { kind: 'unknown', reason: reasonOf(error) };
    }
  }

  async outsideUse(): Promise<OutsideUse> {
    return { kind: 'unknown', reason: { kind: 'windows-connections' } };
  }

  /** A complete table includes this process: one without it proves nothing about others. */
  private async ask(pids?: readonly number[]): Promise<WindowsProcess[]> {
    const asked = pids && [...new Set([...pids, process.pid])];
    const rows = parseWindowsProcesses(await this.powershell(windowsProcessArguments(asked)));
    if (!rows.some((row) => row.pid === process.pid)) {
      throw new InspectError({ kind: 'self-missing', program: POWERSHELL });
    }
    return rows;
  }

  private async powershell(args: readonly string[]): Promise<string> {
    const { code, stdout } = await this.run(powershellPath(), args, POWERSHELL_TIMEOUT_MS);
    if (code !== 0) throw new InspectError({ kind: 'program-exit', program: POWERSHELL, code });
    return stdout;
  }
}

/** The kernel's own pseudo-processes are left out of the table. */
function absent(pid: number): Inspection {
  if (isKnownToKernel(pid)) return { kind: 'error', reason: { kind: 'not-listed', program: POWERSHELL } };
  return { kind: 'gone' };
}

function entryOf(row: WindowsProcess): ProcessEntry {
  return {
    pid: row.pid,
    start: `w${row.created}`,
    ppid: row.ppid,
    uid: undefined,
    pgid: undefined,
    sid: undefined,
    hasTerminal: undefined,
    zombie: false,
    name: row.name,
    args: row.commandLine === undefined ? undefined : [row.commandLine],
    memory: row.memory,
    cpuTime: row.cpuTime,
    cookie: undefined,
    environmentReadable: false,
  };
}
