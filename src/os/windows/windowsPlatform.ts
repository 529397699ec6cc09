import * as l10n from '@vscode/l10n';
import { messageOf } from '../../common/errors';
import { POWERSHELL_TIMEOUT_MS } from '../../common/limits';
import { type ProcessIdentity, sameStart } from '../identity';
import { isKnownToKernel, isQuestionablePid, selfOf } from '../pids';
import type { Inspection, OutsideUse, Platform, ProcessEntry, ServiceRole, Snapshot, StdinPeer } from '../platform';
import type { CommandRunner } from '../runCommand';
import { powershellPath } from './powershellPath';
import { parseWindowsProcesses, type WindowsProcess, windowsProcessArguments } from './windowsProcesses';
import { parseWindowsServices, windowsServiceArguments } from './windowsServices';

/**
 * Windows, by one `Get-CimInstance Win32_Process`. What it does not tell stays undefined: the user (whether a command
 * line could be read says something about rights, not about the owner), groups, sessions, terminals, environments.
 */
export class WindowsPlatform implements Platform {
  readonly name = 'portable';

  constructor(
    readonly scope: string,
    private readonly run: CommandRunner,
  ) {}

  async self(): Promise<ProcessIdentity> {
    return selfOf(await this.inspect(process.pid), this.scope);
  }

  async snapshot(): Promise<Snapshot> {
    const takenAt = Date.now();
    const rows = await this.ask();
    return { scope: this.scope, takenAt, processes: new Map(rows.map((row) => [row.pid, entryOf(row)])) };
  }

  async inspect(pid: number): Promise<Inspection> {
    return (await this.inspectAll([pid])).get(pid) as Inspection;
  }

  async inspectAll(pids: readonly number[]): Promise<ReadonlyMap<number, Inspection>> {
    const looks = new Map<number, Inspection>();
    for (const pid of pids) {
      if (isQuestionablePid(pid)) looks.set(pid, { kind: 'error', reason: 'not the id of a process' });
    }
    const asked = [...new Set(pids)].filter((pid) => !looks.has(pid));
    if (asked.length === 0) return looks;
    try {
      const rows = new Map((await this.ask(asked)).map((row) => [row.pid, row]));
      for (const pid of asked) {
        const row = rows.get(pid);
        looks.set(pid, row ? { kind: 'present', entry: entryOf(row) } : absent(pid));
      }
    } catch (error) {
      for (const pid of asked) looks.set(pid, { kind: 'error', reason: messageOf(error) });
    }
    return looks;
  }

  async stdinPeer(): Promise<StdinPeer> {
    return { kind: 'unknown', reason: l10n.t('Windows does not tell who holds the other end of a pipe') };
  }

  /**
   * Never "service": rules about services go by process 1 above them, which Windows does not have. "Unknown" keeps it
   * (K06).
   */
  async serviceRole(identity: ProcessIdentity): Promise<ServiceRole> {
    try {
      const services = parseWindowsServices(await this.powershell(windowsServiceArguments(identity.pid)));
      if (services.length > 0)
        return { kind: 'unknown', reason: l10n.t('it runs the service {0}', services.join(', ')) };
      const look = await this.inspect(identity.pid);
      if (look.kind === 'error') return { kind: 'unknown', reason: look.reason };
      const isSame = look.kind === 'present' && sameStart(look.entry.start, identity.start);
      return isSame ? { kind: 'none' } : { kind: 'unknown', reason: l10n.t('it is gone') };
    } catch (error) {
      return { kind: 'unknown', reason: messageOf(error) };
    }
  }

  async outsideUse(): Promise<OutsideUse> {
    return { kind: 'unknown', reason: l10n.t('connections are not examined on Windows') };
  }

  /** We are in every table that is whole: one without us proves nothing about others. */
  private async ask(pids?: readonly number[]): Promise<WindowsProcess[]> {
    const asked = pids && [...new Set([...pids, process.pid])];
    const rows = parseWindowsProcesses(await this.powershell(windowsProcessArguments(asked)));
    if (!rows.some((row) => row.pid === process.pid))
      throw new Error(l10n.t('PowerShell does not list this process itself'));
    return rows;
  }

  private async powershell(args: readonly string[]): Promise<string> {
    const { code, stdout } = await this.run(powershellPath(), args, POWERSHELL_TIMEOUT_MS);
    if (code !== 0) throw new Error(l10n.t('PowerShell failed with code {0}', code));
    return stdout;
  }
}

/** The kernel's own pseudo-processes are left out of the table. */
function absent(pid: number): Inspection {
  if (isKnownToKernel(pid)) return { kind: 'error', reason: l10n.t('it exists, but Windows does not describe it') };
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
