import { win32 } from 'node:path';

/** Windows PowerShell 5.1, which every Windows 10 and 11 has; by its full path, so that no other can take its place. */
export function powershellPath(): string {
  const root = process.env.SystemRoot;
  return root ? win32.join(root, 'System32', 'WindowsPowerShell', 'v1.0', 'powershell.exe') : 'powershell.exe';
}
