import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { FreshRun } from '../../common/async';
import { yieldIfBusy } from '../../common/eventLoop';
import { livingFolder, readStat } from './readStat';

const ACCESS_MODE = 0o3;

const runs = new FreshRun(scan);

/**
 * Which visible processes hold the writing end of a pipe. An explanation, no proof: other users' processes are closed
 * to an ordinary user, so that nobody found does not mean that there is nobody. Callers at the same time share one scan.
 */
export async function findPipeWriters(inode: string): Promise<readonly number[]> {
  return (await runs.ask()).get(inode) ?? [];
}

/** All visible writing ends: pids by pipe inode. */
async function scan(): Promise<ReadonlyMap<string, readonly number[]>> {
  const writers = new Map<string, number[]>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const read = readStat(Number(pid));
    const folder = read.kind === 'stat' ? livingFolder(read.stat) : undefined;
    for (const fd of folder === undefined ? [] : list(`${folder}/fd`)) {
      await yieldIfBusy();
      const inode = writablePipe(folder as string, fd);
      if (inode === undefined) continue;
      const known = writers.get(inode);
      if (known === undefined) writers.set(inode, [Number(pid)]);
      else if (!known.includes(Number(pid))) known.push(Number(pid));
    }
  }
  return writers;
}

/** The inode of a pipe that a descriptor can write to; undefined for anything else, and for what just went. */
function writablePipe(folder: string, fd: string): string | undefined {
  try {
    const inode = /^pipe:\[(\d+)\]$/.exec(readlinkSync(`${folder}/fd/${fd}`))?.[1];
    if (inode === undefined) return undefined;
    const flags = /^flags:\s+([0-7]+)/m.exec(readFileSync(`${folder}/fdinfo/${fd}`, 'latin1'))?.[1] ?? '';
    return (Number.parseInt(flags, 8) & ACCESS_MODE) === 0 ? undefined : inode;
  } catch {
    return undefined;
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
