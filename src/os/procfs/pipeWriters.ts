import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { FreshRun } from '../../common/async';
import { yieldIfBusy } from '../../common/eventLoop';
import { livingFolder, readStat } from './readStat';

const ACCESS_MODE = 0o3;

const runs = new FreshRun(scan);

/**
 * Which visible processes hold the writing end of a pipe. An explanation, no proof: an ordinary user cannot inspect
 * other users' processes, so an empty answer proves nothing. Simultaneous callers share one scan.
 */
export async function findPipeWriters(inode: string): Promise<readonly number[]> {
  return (await runs.ask()).get(inode) ?? [];
}

/** All visible writing ends: pids by pipe inode. */
async function scan(): Promise<ReadonlyMap<string, readonly number[]>> {
  const writers = new Map<string, number[]>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    for (const inode of await writablePipesOf(Number(pid))) {
      writers.set(inode, [...(writers.get(inode) ?? []), Number(pid)]);
    }
  }
  return writers;
}

/** Inodes of the pipes that a process can write to. */
async function writablePipesOf(pid: number): Promise<ReadonlySet<string>> {
  const inodes = new Set<string>();
  const read = readStat(pid);
  const folder = read.kind === 'stat' ? livingFolder(read.stat) : undefined;
  if (folder === undefined) return inodes;
  for (const fd of list(`${folder}/fd`)) {
    await yieldIfBusy();
    const inode = writablePipe(folder, fd);
    if (inode !== undefined) inodes.add(inode);
  }
  return inodes;
}

/** The inode of a pipe that a descriptor can write to; undefined for anything else, and for a descriptor just closed. */
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
