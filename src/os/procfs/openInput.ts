import { readdirSync, readlinkSync } from 'node:fs';
import { codeOf } from '../../common/errors';
import { type Reason, systemReason } from '../reason';
import { livingFolder, readStat } from './readStat';

/** Which processes have a certain pipe or socket open, and which have it as their stdin. */
export type OpenInput =
  | { readonly kind: 'known'; readonly holders: readonly number[]; readonly asStdin: readonly number[] }
  | { readonly kind: 'unknown'; readonly reason: Reason };

const PIPE_OR_SOCKET = /^(?:pipe|socket):\[\d+\]$/;

/**
 * @param target the link of an open file: `pipe:[1234]` or `socket:[1234]`; other files are shared (`/dev/null`) and
 *   prove nothing. One process that cannot be examined makes the whole answer "unknown".
 */
export function findOpenInput(target: string, pids: readonly number[]): OpenInput {
  if (!PIPE_OR_SOCKET.test(target)) return { kind: 'unknown', reason: { kind: 'stdin-no-connection' } };
  const holders: number[] = [];
  const asStdin: number[] = [];
  for (const pid of pids) {
    const open = openFilesOf(pid);
    if (open === 'gone') continue;
    if (!(open instanceof Map)) return open;
    if ([...open.values()].includes(target)) holders.push(pid);
    if (open.get('0') === target) asStdin.push(pid);
  }
  return { kind: 'known', holders, asStdin };
}

/** The targets of a process's descriptors. */
function openFilesOf(pid: number): Map<string, string | undefined> | 'gone' | Extract<OpenInput, { kind: 'unknown' }> {
  const read = readStat(pid);
  if (read.kind === 'gone') return 'gone';
  const folder = read.kind === 'stat' ? livingFolder(read.stat) : undefined;
  if (folder === undefined) return { kind: 'unknown', reason: { kind: 'process-hidden', pid } };
  try {
    return new Map(readdirSync(`${folder}/fd`).map((fd) => [fd, linkOf(`${folder}/fd/${fd}`)]));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 'gone';
    return { kind: 'unknown', reason: { kind: 'files-closed-to-us', pid, why: systemReason(error) } };
  }
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch (error) {
    // Closed meanwhile.
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
