// Processes that a script started, however far down: they inherit a random word in their environment. Linux.
import { existsSync, readdirSync, readFileSync } from 'node:fs';

export const TAG_VARIABLE = 'MCP_PROCESSES_STARTED_BY';

/**
 * @param {string} tag
 * @returns {{ pid: number, command: string }[]} living processes that carry the tag; `Z` is dead.
 */
export function tagged(tag) {
  if (!existsSync('/proc/self/environ')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        if (!`\0${readFileSync(`/proc/${pid}/environ`, 'latin1')}`.includes(`\0${TAG_VARIABLE}=${tag}\0`)) return [];
        const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
        if (stat.slice(stat.lastIndexOf(')') + 2)[0] === 'Z') return [];
        return [
          { pid: Number(pid), command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() },
        ];
      } catch {
        // Gone, or not ours to read: then it is not ours to end either.
        return [];
      }
    });
}

/**
 * Ends what carries the tag: waits for it to end by itself, then SIGTERM, then SIGKILL, each found anew by its tag.
 * @param {string} tag
 * @param {number} [patience] ms to wait before the first signal
 * @returns {Promise<{ pid: number, command: string }[]>} what had to be told.
 */
export async function endTagged(tag, patience = 0) {
  const told = new Map();
  for (const { signal, wait } of [
    { wait: patience },
    { signal: 'SIGTERM', wait: 1_000 },
    { signal: 'SIGKILL', wait: 5_000 },
  ]) {
    if (signal) {
      for (const one of tagged(tag)) {
        told.set(one.pid, one);
        try {
          process.kill(one.pid, signal);
        } catch (error) {
          if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ESRCH') throw error;
        }
      }
    }
    const deadline = Date.now() + wait;
    while (tagged(tag).length > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
    if (tagged(tag).length === 0) break;
  }
  return [...told.values()];
}
