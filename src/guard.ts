import { appendFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { runCommandLine } from './cli';
import type { Log } from './common/log';
import { choosePlatform } from './os/choosePlatform';
import { reapAbandonedServer } from './reaping/abandonedServer';
import { reapDeadSession } from './reaping/deadSession';
import { dataFolderPath, openDataFolder } from './registry/dataFolder';
import { isSessionId } from './registry/ids';
import { errorText } from './wording/reasons';
import { containerLine } from './wrapper/containerLabels';
import { runWrapped } from './wrapper/wrapper';

const ABANDONED = '--abandoned=';
/** The guard's log is for bug reports; it starts anew before it grows. */
const MAX_LOG_BYTES = 256 << 10;

/**
 * `guard.js <session id>`: carries on where a host that is gone left its session.
 * - `--wait` (Windows, which has no shell that could wait at less cost): wait for end-of-file on stdin first.
 * - `--wrapper`: the same for what `mcp-processes run` started; its watcher calls.
 * - `--scope` instead of a session: only prints the scope tag, for the launcher.
 * - `--container command args…`: only prints where its labels belong and what its record keeps, for the launcher.
 * - `--cli` instead of a session: the command line, `mcp-processes list` and `reap`. It shares this file because it shares
 *   nearly all of its code, and the package has a limit.
 * - `--run` instead of a session: `mcp-processes` on Windows. It shares this file because it shares nearly all of its code.
 * - `--abandoned=<what its stdin was>`: its owner lives, but perhaps nobody can ask its server anything any more.
 */
async function main(argv: string[]): Promise<void> {
  const [sessionId, mode] = argv;
  if (sessionId === '--scope') {
    process.stdout.write((await choosePlatform()).scope);
    return;
  }
  if (sessionId === '--container') {
    process.stdout.write(await containerLine(argv.slice(1)));
    return;
  }
  if (sessionId === '--cli') return runCommandLine(argv.slice(1));
  if (sessionId === '--run') return runWrapped(argv.slice(1));
  if (!isSessionId(sessionId)) throw new Error('usage: guard.js <session id>');
  if (mode === '--wait' && (await stoodDown())) return;
  const folder = openDataFolder();
  const platform = await choosePlatform();
  const log = fileLog(join(folder.logs, 'guard.log'));
  const parts = { platform, folder, self: await platform.self(), log };
  if (mode?.startsWith(ABANDONED)) {
    await reapAbandonedServer(sessionId, mode.slice(ABANDONED.length), { ...parts, by: 'wrapper' });
  } else {
    await reapDeadSession(sessionId, { ...parts, by: mode === '--wrapper' ? 'wrapper' : 'guard' });
  }
}

/** Whether a written line ended the wait; end-of-file without one means that the host is gone. */
async function stoodDown(): Promise<boolean> {
  for await (const _ of process.stdin) return true;
  return false;
}

function fileLog(path: string): Log {
  const write = (message: string) => {
    try {
      const flag = (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > MAX_LOG_BYTES ? 'w' : 'a';
      appendFileSync(path, `${new Date().toISOString()} ${message}\n`, { flag, mode: 0o600 });
    } catch {
      // A log that cannot be written must not keep the guard from its work.
    }
  };
  return { info: write, warn: write, error: write };
}

main(process.argv.slice(2)).catch((error: Error) => {
  process.stderr.write(`${errorText(error)}\n`);
  // Nobody reads a guard's stderr.
  fileLog(join(dataFolderPath(), 'logs', 'guard.log')).error(`Nothing was done: ${errorText(error)}`);
  // Not a failure code: the shell would take it for a Node that cannot be run, and try another.
  process.exitCode = 0;
});
