import { POWERSHELL_TIMEOUT_MS, SCOPE_TIMEOUT_MS } from '../common/limits';
import type { PortableSystem } from './portablePlatform';
import { type Reason, reasonOf } from './reason';
import { type CommandRunner, runCommand } from './runCommand';
import { readLinuxScopeParts, type ScopeParts } from './scope';
import { powershellPath } from './windows/powershellPath';
import { epochMilliseconds, parseJson, parseWindowsDate, powershellArguments } from './windows/windowsProcesses';

export type ScopeReading =
  | { readonly kind: 'parts'; readonly parts: ScopeParts }
  | { readonly kind: 'unknown'; readonly reason: Reason };

/** Neither macOS nor Windows has pid namespaces. */
const ONLY_NAMESPACE = 'only';

/** Machine, boot and pid namespace of this machine. Never rejects. */
export async function readScopeParts(system: PortableSystem, run: CommandRunner = runCommand): Promise<ScopeReading> {
  if (system === 'linux') {
    const parts = readLinuxScopeParts();
    return parts ? { kind: 'parts', parts } : { kind: 'unknown', reason: { kind: 'no-proc' } };
  }
  try {
    const { machine, boot } = system === 'darwin' ? await readMacScope(run) : await readWindowsScope(run);
    if (!machine) return { kind: 'unknown', reason: { kind: 'machine-unknown' } };
    if (!boot) return { kind: 'unknown', reason: { kind: 'boot-unknown' } };
    return { kind: 'parts', parts: { machine, boot, pidNamespace: ONLY_NAMESPACE } };
  } catch (error) {
    return { kind: 'unknown', reason: reasonOf(error) };
  }
}

interface MachineAndBoot {
  readonly machine: string | undefined;
  readonly boot: string | undefined;
}

async function readMacScope(run: CommandRunner): Promise<MachineAndBoot> {
  const registry = await run('ioreg', ['-rd1', '-c', 'IOPlatformExpertDevice'], SCOPE_TIMEOUT_MS);
  const boot = await run('sysctl', ['-n', 'kern.bootsessionuuid'], SCOPE_TIMEOUT_MS);
  return {
    machine: registry.code === 0 ? parsePlatformUuid(registry.stdout) : undefined,
    boot: boot.code === 0 ? parseBootSession(boot.stdout) : undefined,
  };
}

async function readWindowsScope(run: CommandRunner): Promise<MachineAndBoot> {
  const { code, stdout } = await run(powershellPath(), windowsScopeArguments(), POWERSHELL_TIMEOUT_MS);
  return code === 0 ? parseWindowsScope(stdout) : { machine: undefined, boot: undefined };
}

const UUID = '[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}';

/** Output of `ioreg -rd1 -c IOPlatformExpertDevice`. */
function parsePlatformUuid(text: string): string | undefined {
  return new RegExp(`"IOPlatformUUID" = "(${UUID})"`).exec(text)?.[1]?.toLowerCase();
}

/** Output of `sysctl -n kern.bootsessionuuid`. */
function parseBootSession(text: string): string | undefined {
  return new RegExp(`^(${UUID})$`).exec(text.trim())?.[1]?.toLowerCase();
}

/** Arguments for `powershell.exe` that print what {@link parseWindowsScope} reads. */
function windowsScopeArguments(): string[] {
  return powershellArguments(
    "$guid = (Get-ItemProperty -Path 'HKLM:\\SOFTWARE\\Microsoft\\Cryptography').MachineGuid; " +
      "$system = Get-CimInstance -ClassName Win32_Process -Filter 'ProcessId=4'; " +
      '$os = Get-CimInstance -ClassName Win32_OperatingSystem; ' +
      `$created = ${epochMilliseconds('$system.CreationDate')}; ` +
      `$boot = ${epochMilliseconds('$os.LastBootUpTime')}`,
    '@{ Machine = $guid; System = $created; Boot = $boot }',
  );
}

/**
 * Machine and boot of a Windows machine. A boot is named `system-<epoch ms>` after the creation date of the kernel's
 * own process, which never changes; otherwise `boot-<epoch s>` after the last boot time, which Windows computes each
 * time from clock and uptime, so that it moves when the clock is set.
 * @throws Error when the text is no JSON.
 */
function parseWindowsScope(text: string): MachineAndBoot {
  const json = parseJson(text);
  const { Machine, System, Boot } = (typeof json === 'object' && json !== null ? json : {}) as Record<string, unknown>;
  const machine = new RegExp(`^\\{?(${UUID})\\}?$`).exec(String(Machine))?.[1]?.toLowerCase();
  const system = parseWindowsDate(System);
  const boot = parseWindowsDate(Boot);
  if (system !== undefined) return { machine, boot: `system-${system}` };
  return { machine, boot: boot === undefined ? undefined : `boot-${Math.floor(boot / 1000)}` };
}
