// Stands in for a language server: a child of an extension host that ignores end-of-file and notes the signals it gets.
//   languageServer.mjs <file for the names of signals>
import { appendFileSync } from 'node:fs';

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR2', 'SIGCONT'])
  process.on(signal, () => appendFileSync(String(process.argv[2]), `${signal}\n`));
process.stdin.resume();
setTimeout(() => process.exit(0), 30 * 60_000);
