// Processes that a script or a test started, directly or not: they inherit a tag in their environment. Linux only.
// Plain Node only: it is read before node_modules exists.
import { existsSync, readdirSync, readFileSync } from 'node:fs';

export const TAG_VARIABLE = 'MCP_PROCESSES_STARTED_BY';

/** @typedef {{ pid: number, command: string }} Tagged */

/**
 * Whether a process is alive. A zombie (state `Z`) is dead, but only with one thread left: a process that
 * was just killed shows `Z` for a moment while its other threads are still ending.
 * @param {number} pid
 */
export function isAlive(pid) {
  return livingFolder(pid) !== undefined;
}

/**
 * The folder in /proc with a process's environment; if its main thread is gone, that of another thread.
 * @param {number} pid
 */
function livingFolder(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (!/^[ZXx]$/.test(fields[0] ?? '')) return `/proc/${pid}`;
    if (fields[0] !== 'Z' || Number(fields[17]) <= 1) return undefined;
    const thread = readdirSync(`/proc/${pid}/task`).find((id) => Number(id) !== pid);
    return thread && `/proc/${pid}/task/${thread}`;
  } catch {
    return undefined;
  }
}

/**
 * Living processes, without this one.
 * @param {(variables: string) => boolean} isMeant gets the environment, with a zero byte before and after each
 * variable
 * @returns {Tagged[]}
 */
export function processesWith(isMeant) {
  if (!existsSync('/proc/self/environ')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((name) => {
      const pid = Number(name);
      try {
        const folder = livingFolder(pid);
        if (!folder || !isMeant(`\0${readFileSync(`${folder}/environ`, 'latin1')}`)) return [];
        return [{ pid, command: readFileSync(`${folder}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() }];
      } catch {
        // Gone, or not readable for us: then it is not ours to end.
        return [];
      }
    });
}

/**
 * @param {string} tag
 * @param {string} [variable] that holds it
 * @returns {Tagged[]} living processes that carry the tag
 */
export function tagged(tag, variable = TAG_VARIABLE) {
  return processesWith((variables) => variables.includes(`\0${variable}=${tag}\0`));
}

/**
 * Ends all processes with the tag.
 * @param {string} tag
 * @param {number} [timeout] ms to wait before the first signal
 */
export function endTagged(tag, timeout) {
  return endAll(() => tagged(tag), timeout);
}

/**
 * Waits for processes to end on their own, then sends SIGTERM, then SIGKILL, each time to those that are left.
 * @param {() => Tagged[]} find
 * @param {number} [timeout] ms to wait before the first signal
 * @returns {Promise<Tagged[]>} the processes that did not end on their own
 */
export async function endAll(find, timeout = 0) {
  const told = new Map();
  for (const { signal, wait } of [
    { wait: timeout },
    { signal: 'SIGTERM', wait: 1_000 },
    { signal: 'SIGKILL', wait: 5_000 },
  ]) {
    if (signal) for (const one of signalAll(find(), signal)) told.set(one.pid, one);
    if (await areGone(find, wait)) break;
  }
  return [...told.values()];
}

/**
 * @param {() => Tagged[]} find
 * @param {number} timeout ms
 * @returns {Promise<boolean>} whether all of them ended in that time
 */
export async function areGone(find, timeout) {
  const deadline = Date.now() + timeout;
  while (find().length > 0) {
    if (Date.now() >= deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return true;
}

/**
 * @param {readonly Tagged[]} processes
 * @param {string} signal
 * @returns {readonly Tagged[]} the same
 */
export function signalAll(processes, signal) {
  for (const { pid } of processes) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ESRCH') throw error;
    }
  }
  return processes;
}
