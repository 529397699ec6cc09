import { appendFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from './common/log';
import { choosePlatform } from './os/choosePlatform';
import { reapAbandonedServer } from './reaping/abandonedServer';
import { reapDeadSession } from './reaping/deadSession';
import { dataFolderPath, openDataFolder } from './registry/dataFolder';
import { isSessionId } from './registry/ids';
import { errorText } from './wording/reasons';
import { containerLine } from './wrapper/containerLabels';

const ABANDONED = '--abandoned=';
/** Beyond this size the guard's log, which is for bug reports, starts over. */
const MAX_LOG_BYTES = 256 << 10;

/**
 * `guard.js <session id>`: finishes the session of a host that is gone.
 * - `--wait`: first waits for end-of-file on stdin (for Windows, which has no cheaper shell to wait in).
 * - `--wrapper`: the same for a server of `mcp-processes run`, whose watcher starts this.
 * - `--scope` instead of a session: only prints the scope tag, for the wrapper.
 * - `--container command args…`: only prints the position of the labels and the record's container, for the wrapper.
 * - `--cli` instead of a session: the command line, `mcp-processes list` and `reap`. What only it needs is in a file of its
 *   own; the rest it takes from here, because the size of the package is limited.
 * - `--run` instead of a session: `mcp-processes` on Windows, in the command line's file.
 * - `--abandoned=<its original stdin>`: the owner lives, but perhaps no client can reach the server any more.
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
  if (sessionId === '--cli' || sessionId === '--run') {
    const { runCommandLine, runWrapped } = await import('./cli/entry');
    return (sessionId === '--cli' ? runCommandLine : runWrapped)(argv.slice(1));
  }
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

/** Whether a line ended the wait; end-of-file without a line means that the host is gone. */
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
      // A failed write of the log must not stop the guard.
    }
  };
  return { info: write, warn: write, error: write };
}

main(process.argv.slice(2)).catch((error: Error) => {
  process.stderr.write(`${errorText(error)}\n`);
  // A guard's stderr has no reader.
  fileLog(join(dataFolderPath(), 'logs', 'guard.log')).error(`Nothing was done: ${errorText(error)}`);
  // No failure code: the shell would assume that Node could not be run, and try another one.
  process.exitCode = 0;
});
