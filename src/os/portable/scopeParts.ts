import type { ScopeParts } from '../scope';
import { type CommandRunner, reasonOf, runCommand } from './commandRunner';
import { powershellPath } from './powershellPath';
import { epochMilliseconds, parseJson, parseWindowsDate, powershellArguments } from './windowsProcesses';

export type ScopeReading =
  | { readonly kind: 'parts'; readonly parts: ScopeParts }
  | { readonly kind: 'unknown'; readonly reason: string };

/** Neither macOS nor Windows has pid namespaces. */
const ONLY_NAMESPACE = 'only';
const TIMEOUT_MS = 5_000;
const WINDOWS_TIMEOUT_MS = 20_000;

/** Machine and boot of a macOS or Windows machine. Never rejects. */
export async function readScopeParts(
  system: 'darwin' | 'win32',
  run: CommandRunner = runCommand,
): Promise<ScopeReading> {
  try {
    const [machine, boot] = system === 'darwin' ? await readMacScope(run) : await readWindowsScope(run);
    if (!machine) return { kind: 'unknown', reason: 'the id of this machine cannot be read' };
    if (!boot) return { kind: 'unknown', reason: 'the id of this boot cannot be read' };
    return { kind: 'parts', parts: { machine, boot, pidNamespace: ONLY_NAMESPACE } };
  } catch (error) {
    return { kind: 'unknown', reason: reasonOf(error) };
  }
}

async function readMacScope(run: CommandRunner): Promise<(string | undefined)[]> {
  const [registry, boot] = await Promise.all([
    run('ioreg', ['-rd1', '-c', 'IOPlatformExpertDevice'], TIMEOUT_MS),
    run('sysctl', ['-n', 'kern.bootsessionuuid'], TIMEOUT_MS),
  ]);
  return [
    registry.code === 0 ? parsePlatformUuid(registry.stdout) : undefined,
    boot.code === 0 ? parseBootSession(boot.stdout) : undefined,
  ];
}

async function readWindowsScope(run: CommandRunner): Promise<(string | undefined)[]> {
  const [machine, boot] = await Promise.all([
    run('reg', ['query', 'HKLM\\SOFTWARE\\Microsoft\\Cryptography', '/v', 'MachineGuid'], TIMEOUT_MS),
    run(powershellPath(), windowsBootArguments(), WINDOWS_TIMEOUT_MS),
  ]);
  return [
    machine.code === 0 ? parseMachineGuid(machine.stdout) : undefined,
    boot.code === 0 ? parseWindowsBoot(boot.stdout) : undefined,
  ];
}

const UUID = '[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}';

/** Output of `ioreg -rd1 -c IOPlatformExpertDevice`. */
export function parsePlatformUuid(text: string): string | undefined {
  return new RegExp(`"IOPlatformUUID" = "(${UUID})"`).exec(text)?.[1]?.toLowerCase();
}

/** Output of `sysctl -n kern.bootsessionuuid`. */
export function parseBootSession(text: string): string | undefined {
  return new RegExp(`^(${UUID})$`).exec(text.trim())?.[1]?.toLowerCase();
}

/** Output of `reg query … /v MachineGuid`. */
export function parseMachineGuid(text: string): string | undefined {
  return new RegExp(String.raw`^\s*MachineGuid\s+REG_SZ\s+\{?(${UUID})\}?\s*$`, 'im').exec(text)?.[1]?.toLowerCase();
}

/** Arguments for `powershell.exe` that print what {@link parseWindowsBoot} reads. */
export function windowsBootArguments(): string[] {
  return powershellArguments(
    "$system = Get-CimInstance -ClassName Win32_Process -Filter 'ProcessId=4'; " +
      '$os = Get-CimInstance -ClassName Win32_OperatingSystem; ' +
      `$created = ${epochMilliseconds('$system.CreationDate')}; ` +
      `$boot = ${epochMilliseconds('$os.LastBootUpTime')}`,
    '@{ System = $created; Boot = $boot }',
  );
}

/**
 * A name for this boot: `system-<epoch ms>`, the creation date of the kernel's own process, which is written down
 * once; else `boot-<epoch s>`, the last boot time, which Windows computes anew from clock and uptime, so that it moves
 * when the clock is set.
 */
export function parseWindowsBoot(text: string): string | undefined {
  const json = parseJson(text);
  if (typeof json !== 'object' || json === null) return undefined;
  const { System, Boot } = json as Record<string, unknown>;
  const system = parseWindowsDate(System);
  if (system !== undefined) return `system-${system}`;
  const boot = parseWindowsDate(Boot);
  return boot === undefined ? undefined : `boot-${Math.floor(boot / 1000)}`;
}
