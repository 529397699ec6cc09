import { win32 } from 'node:path';

/** Windows PowerShell 5.1, part of Windows 10 and 11; by its full path, so that no other program takes its place. */
export function powershellPath(): string {
  const root = process.env.SystemRoot;
  return root ? win32.join(root, 'System32', 'WindowsPowerShell', 'v1.0', 'powershell.exe') : 'powershell.exe';
}
