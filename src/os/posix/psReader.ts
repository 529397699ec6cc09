import { withTimeout } from '../../common/async';
import { TOOL_TIMEOUT_MS } from '../../common/limits';
import { sameStart } from '../identity';
import { isKnownToKernel } from '../pids';
import type { Inspection, ProcessEntry } from '../platform';
import { InspectError } from '../reason';
import type { CommandRunner } from '../runCommand';
import { environmentOf, parseEnvironmentLines, psEnvironmentArguments } from './psEnvironment';
import { type PosixSystem, type PsRow, parsePsTable, psTableArguments } from './psTable';

/** What we use of `ps-list`. Its start time is not reliable: it is in local time (K27). */
export type ProcessLister = () => Promise<readonly { readonly pid: number }[]>;

/** Reads processes of a POSIX system with `ps`. */
export class PsReader {
  private ownStart: string | undefined;

  constructor(
    private readonly system: PosixSystem,
    private readonly run: CommandRunner,
    private readonly list: ProcessLister,
  ) {}

  /** @throws InspectError when this process cannot find itself. */
  async readOwnStart(): Promise<string> {
    return startToken((await this.readTable([process.pid])).get(process.pid)?.startSeconds as number);
  }

  /**
   * All processes. Our own `ps` comes first: if it hangs, then where we can end it.
   * @throws InspectError when the table cannot be read, or is not whole.
   */
  async readAll(): Promise<Map<number, ProcessEntry>> {
    const before = await this.readTable();
    const [lines, listed] = await Promise.all([this.readEnvironments(), this.listAll()]);
    const after = await this.readTable();
    // An independent reader and parser: a process that only it lists shows that our tables are incomplete (K09).
    const lost = listed.find(({ pid }) => !before.has(pid) && !after.has(pid) && isKnownToKernel(pid));
    if (lost) throw new InspectError({ kind: 'listed-once', program: 'ps', pid: lost.pid });
    return new Map([...after].map(([pid, row]) => [pid, entryOf(row, lineFor(row, before.get(pid), lines.get(pid)))]));
  }

  /** Some processes. @throws InspectError when `ps` cannot be asked. */
  async inspect(pids: readonly number[]): Promise<Map<number, Inspection>> {
    const before = await this.readTable(pids);
    const lines = await this.readEnvironments(pids);
    const after = await this.readTable(pids);
    return new Map(pids.map((pid) => [pid, inspectionOf(pid, before.get(pid), lines.get(pid), after.get(pid))]));
  }

  /**
   * Our own table, of `pids` or of all processes. It always includes this process: `ps` exits with code 1 and no output
   * both when all are gone and when it failed, and a table without us proves nothing about others (K09).
   */
  private async readTable(pids?: readonly number[]): Promise<Map<number, PsRow>> {
    const stdout = await this.ps(psTableArguments(this.system, withUs(pids)));
    const rows = new Map(parsePsTable(stdout, this.system).map((row) => [row.pid, row]));
    const own = rows.get(process.pid);
    if (!own) throw new InspectError({ kind: 'self-missing', program: 'ps' });
    // In a pid namespace whose /proc is another's, `ps` shows strangers under our numbers.
    if (own.ppid !== process.ppid) throw new InspectError({ kind: 'self-replaced', program: 'ps' });
    const start = startToken(own.startSeconds);
    this.ownStart ??= start;
    // Linux stores ticks since boot, and `ps` adds the current clock: when the clock is set, all start times move (K27).
    if (!sameStart(start, this.ownStart)) {
      throw new InspectError({ kind: 'clock-set', program: 'ps' });
    }
    return rows;
  }

  private async readEnvironments(pids?: readonly number[]): Promise<Map<number, string>> {
    const lines = parseEnvironmentLines(await this.ps(psEnvironmentArguments(this.system, withUs(pids))));
    if (!lines.has(process.pid)) throw new InspectError({ kind: 'self-missing', program: 'ps' });
    return lines;
  }

  private listAll(): ReturnType<ProcessLister> {
    return withTimeout(this.list(), TOOL_TIMEOUT_MS, () => {
      throw new InspectError({ kind: 'program-timeout', program: 'ps-list', seconds: TOOL_TIMEOUT_MS / 1000 });
    });
  }

  private async ps(args: readonly string[]): Promise<string> {
    const { code, stdout } = await this.run('ps', args, TOOL_TIMEOUT_MS);
    if (code !== 0) throw new InspectError({ kind: 'program-exit', program: 'ps', code });
    return stdout;
  }
}

/** How this platform writes a start time. */
export function startToken(seconds: number): string {
  return `e${seconds}`;
}

function withUs(pids: readonly number[] | undefined): number[] | undefined {
  return pids && [...new Set([...pids, process.pid])];
}

/** Only arguments that are the same before and after can be subtracted from the line in between. */
function lineFor(after: PsRow, before: PsRow | undefined, line: string | undefined): string | undefined {
  return before?.args === after.args && before.startSeconds === after.startSeconds ? line : undefined;
}

function inspectionOf(
  pid: number,
  before: PsRow | undefined,
  line: string | undefined,
  after: PsRow | undefined,
): Inspection {
  if (!after) {
    // A system that hides other users' processes does not list what has changed its user.
    if (isKnownToKernel(pid)) return { kind: 'error', reason: { kind: 'not-listed', program: 'ps' } };
    return { kind: 'gone' };
  }
  if (!before || !sameStart(startToken(before.startSeconds), startToken(after.startSeconds))) {
    return { kind: 'error', reason: { kind: 'changed' } };
  }
  return { kind: 'present', entry: entryOf(after, lineFor(after, before, line)) };
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
    // For a zombie `ps` makes up a name.
    args: zombie ? undefined : [row.args],
    memory,
    cpuTime,
    ...environmentOf(row.args, environmentLine),
  };
}
