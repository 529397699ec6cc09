import { parseJson, powershellArguments, unreadableOutput } from './windowsProcesses';

/** Arguments for `powershell.exe` that print what {@link parseWindowsServices} reads. */
export function windowsServiceArguments(pid: number): string[] {
  return powershellArguments(
    `$names = @(Get-CimInstance -ClassName Win32_Service -Filter 'ProcessId=${pid}' | ForEach-Object { $_.Name })`,
    '@{ Services = $names }',
  );
}

/** Names of the services that run in a process. @throws InspectError when the output names none. */
export function parseWindowsServices(text: string): string[] {
  const json = parseJson(text);
  const services = typeof json === 'object' && json !== null ? (json as { Services?: unknown }).Services : undefined;
  if (!Array.isArray(services) || !services.every((name) => typeof name === 'string')) {
    throw unreadableOutput();
  }
  return services;
}
