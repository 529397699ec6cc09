/**
 * In the guard and the command line this stands for `@vscode/l10n` (scripts/build.mjs): they speak English, and what reads
 * translations would be loaded for nothing.
 */
export function t(message: string, ...args: readonly unknown[]): string {
  return message.replace(/\{(\d+)\}/g, (whole, index) => String(args[Number(index)] ?? whole));
}
