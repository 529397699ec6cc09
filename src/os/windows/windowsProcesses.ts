import { InspectError } from '../reason';

/** The name, in reasons, of the one program that we ask on Windows. */
export const POWERSHELL = 'PowerShell';

/** One process as `Win32_Process` describes it. */
export interface WindowsProcess {
  readonly pid: number;
  /** The pid of its starter; often a stranger's by now, since Windows never changes it (L21). */
  readonly ppid: number;
  readonly name: string;
  /** Undefined when we may not see it: another user's, or a protected process. */
  readonly commandLine: string | undefined;
  /** Epoch milliseconds. */
  readonly created: number;
  /** Bytes. */
  readonly memory: number | undefined;
  /** Milliseconds. */
  readonly cpuTime: number | undefined;
}

/** A longer filter costs WMI more than the whole table, and its length is limited. */
const MAX_FILTER_PIDS = 40;

/**
 * Arguments for `powershell.exe` that print processes as JSON for {@link parseWindowsProcesses}: at least `pids`, or all.
 * - Any error gives an exit code other than 0: a partial table must not pass for a complete one.
 * - Bytes are written to stdout directly: the console's code page would destroy what is not ASCII.
 * - It omits itself.
 * - No double quotes: they would need quoting twice.
 */
export function windowsProcessArguments(pids?: readonly number[]): string[] {
  const some = pids && pids.length <= MAX_FILTER_PIDS;
  const filter = some ? ` -Filter '${pids.map((pid) => `ProcessId=${pid}`).join(' OR ')}'` : '';
  return powershellArguments(
    `$rows = @(Get-CimInstance -ClassName Win32_Process${filter} | Where-Object { $_.ProcessId -ne $PID } | ` +
      'Select-Object ProcessId, ParentProcessId, Name, CommandLine, WorkingSetSize, KernelModeTime, UserModeTime, ' +
      `@{ Name = 'CreationDate'; Expression = { ${epochMilliseconds('$_.CreationDate')} } })`,
    '$rows',
  );
}

/** A PowerShell expression: epoch milliseconds of a date, or null. */
export function epochMilliseconds(date: string): string {
  return `if (${date}) { ([DateTimeOffset]${date}.ToUniversalTime()).ToUnixTimeMilliseconds() }`;
}

/** Arguments for `powershell.exe` that run `statements` and then print the value of `result` as JSON. */
export function powershellArguments(statements: string, result: string): string[] {
  return [
    '-NoProfile',
    '-NonInteractive',
    '-Command',
    `$ErrorActionPreference = 'Stop'; $ProgressPreference = 'SilentlyContinue'; ${statements}; ` +
      `$bytes = [Text.Encoding]::UTF8.GetBytes((ConvertTo-Json -Compress -InputObject ${result})); ` +
      '$out = [Console]::OpenStandardOutput(); $out.Write($bytes, 0, $bytes.Length); $out.Flush()',
  ];
}

/**
 * Parses the table. The idle process (pid 0) is left out, and so are the kernel's own pseudo-processes where they
 * have no creation date.
 * @throws InspectError when it is not such a table, or a process cannot be identified.
 */
export function parseWindowsProcesses(text: string): WindowsProcess[] {
  const json = parseJson(text);
  // PowerShell prints a single object instead of an array of one.
  const rows = Array.isArray(json) ? json : [json];
  return rows.flatMap((row) => parseRow(row));
}

/** @throws InspectError when it is no JSON. Accepts a byte order mark. */
export function parseJson(text: string): unknown {
  const trimmed = text.replace(/^\ufeff/, '').trim();
  if (trimmed === '') throw unreadableOutput();
  try {
    return JSON.parse(trimmed);
  } catch {
    throw unreadableOutput();
  }
}

/** A table of another form counts as none. */
export function unreadableOutput(): InspectError {
  return new InspectError({ kind: 'unreadable-output', program: POWERSHELL });
}

function parseRow(row: unknown): WindowsProcess[] {
  if (typeof row !== 'object' || row === null) throw unreadableOutput();
  const fields = row as Record<string, unknown>;
  const pid = wholeNumber(fields.ProcessId);
  const ppid = wholeNumber(fields.ParentProcessId);
  if (pid === undefined || ppid === undefined || typeof fields.Name !== 'string') {
    throw unreadableOutput();
  }
  if (pid === 0) return [];
  const created = parseWindowsDate(fields.CreationDate);
  if (created === undefined) {
    // Started by the kernel (pid 0 or 4): System, Registry and their like.
    const isMissing = fields.CreationDate === null || fields.CreationDate === undefined;
    if (isMissing && (ppid === 0 || ppid === 4)) return [];
    throw unreadableOutput();
  }
  const kernel = wholeNumber(fields.KernelModeTime);
  const user = wholeNumber(fields.UserModeTime);
  return [
    {
      pid,
      ppid,
      name: fields.Name,
      commandLine: typeof fields.CommandLine === 'string' ? fields.CommandLine : undefined,
      created,
      memory: wholeNumber(fields.WorkingSetSize),
      // Units of 100 ns.
      cpuTime: kernel === undefined || user === undefined ? undefined : Math.floor((kernel + user) / 10_000),
    },
  ];
}

/**
 * Reads a date in any of the forms in which PowerShell versions write one: epoch milliseconds, `/Date(ms)/`, or ISO
 * 8601 with a time zone. A date without a zone is ambiguous and counts as none.
 * @returns whole epoch milliseconds, or undefined.
 */
export function parseWindowsDate(value: unknown): number | undefined {
  const direct = wholeNumber(value);
  if (direct !== undefined) return direct > 0 ? direct : undefined;
  if (typeof value !== 'string') return undefined;
  const epoch = /^\/Date\((\d{1,16})(?:[+-]\d{4})?\)\/$/.exec(value);
  if (epoch) return Number(epoch[1]) || undefined;
  const iso = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/.exec(value);
  if (!iso) return undefined;
  // Decimals are cut off, not rounded, as in the epoch forms.
  const time = Date.parse(`${iso[1]}.${(iso[2] ?? '').padEnd(3, '0').slice(0, 3)}${iso[3]}`);
  return Number.isNaN(time) || time <= 0 ? undefined : time;
}

/** A number, or a number as text, which some versions print for 64-bit values. */
function wholeNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}
