import { readdirSync, readFileSync } from 'node:fs';

/**
 * Pids of a process's direct children, from each of its threads: a child belongs to the thread that forked it.
 * @returns undefined where the kernel lacks CONFIG_PROC_CHILDREN or the process is gone.
 */
export function readChildren(pid: number): number[] | undefined {
  try {
    const children: number[] = [];
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const text = readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1').trim();
      if (text !== '') children.push(...text.split(' ').map(Number));
    }
    return children;
  } catch {
    return undefined;
  }
}
