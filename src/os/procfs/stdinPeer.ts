import { readlinkSync, statSync } from 'node:fs';
import { codeOf, messageOf } from '../../common/errors';
import { whyUnreadable } from '../../common/files';
import type { ProcessIdentity } from '../identity';
import { type FailedInspection, InspectError, type StdinPeer } from '../platform';
import { pidsOf, seen, UNSEEN } from '../users';
import { nameOf } from './labels';
import { readPipe } from './pipeProbe';
import { findPipeWriters } from './pipeWriters';
import { livingFolder, readStat } from './readStat';
import { judgeUnixSocket, readUnixSockets } from './unixSockets';

/** The present stdin of a process. */
interface Stdin {
  /** The process's folder below `/proc`, or that of one of its threads. */
  readonly folder: string;
  /** The link: `socket:[1234]`, `pipe:[1234]`, a path. */
  readonly target: string;
}

/**
 * Who holds the other end of a process's stdin: a Unix socket pair (Node clients) by its own line of `ss`, a pipe
 * (Python, Rust, Go clients) by polling the kernel for hang-up. It neither disturbs the process nor reads from its
 * stdin. Never rejects; any doubt gives "unknown", and so does a process that changes meanwhile.
 * @param scope the scope tag of this system
 */
export async function findStdinPeer(identity: ProcessIdentity, scope: string): Promise<StdinPeer> {
  try {
    if (scope === '' || identity.scope !== scope) throw new Error('it belongs to another boot, container or machine');
    const before = stdinOf(identity);
    const peer = await peerOf(before);
    const after = stdinOf(identity);
    if (after.target !== before.target) throw new InspectError('its stdin changed while it was examined', 'failed');
    return peer;
  } catch (error) {
    const reason = messageOf(error);
    const reading = failureOf(error);
    return { kind: 'unknown', reason, ...(reading && { failure: reading }) };
  }
}

function peerOf(stdin: Stdin): Promise<StdinPeer> {
  const [, kind, inode] = /^(socket|pipe):\[(\d+)\]$/.exec(stdin.target) ?? [];
  if (kind === 'socket') return socketPeer(stdin.folder, inode as string);
  if (kind === 'pipe') return pipePeer(`${stdin.folder}/fd/0`, inode as string);
  throw new Error('its stdin is neither a socket pair nor a pipe');
}

async function socketPeer(folder: string, inode: string): Promise<StdinPeer> {
  if (readlinkSync(`${folder}/ns/net`) !== readlinkSync('/proc/self/ns/net')) {
    throw new Error('it runs in another network namespace, whose sockets cannot be seen from here');
  }
  return withNames(judgeUnixSocket(await readUnixSockets(), inode));
}

async function pipePeer(file: string, inode: string): Promise<StdinPeer> {
  // Follows the link to the pipe itself without opening it.
  const identify = () => statSync(file, { bigint: true });
  const before = identify();
  const reading = await readPipe(file);
  const after = identify();
  for (const { dev, ino } of [before, after]) {
    if (`${dev}` !== reading.device || `${ino}` !== reading.inode || reading.inode !== inode) {
      throw new InspectError('its stdin changed while it was examined', 'failed');
    }
  }
  if (!reading.writers) return { kind: 'gone', proof: 'no peer' };
  const holders = await findPipeWriters(inode);
  return { kind: 'alive', by: holders.length > 0 ? seen(...holders.map(nameOf)) : UNSEEN };
}

/** People need names, not only numbers. */
function withNames(peer: StdinPeer): StdinPeer {
  if (peer.kind !== 'alive' || peer.by.kind !== 'seen') return peer;
  return { kind: 'alive', by: seen(...pidsOf(peer.by).map(nameOf)) };
}

/** @throws Error with a reason for people when the process is gone, replaced, or may not be inspected. */
function stdinOf(identity: ProcessIdentity): Stdin {
  const read = readStat(identity.pid);
  if (read.kind === 'error') throw withCode(`it cannot be examined (${read.reason})`, read.reason);
  if (read.kind === 'gone' || `t${read.stat.startTicks}` !== identity.start) throw new Error('it is gone');
  const folder = livingFolder(read.stat);
  if (folder === undefined) throw new Error('its main thread is gone, and no other could be examined');
  try {
    return { folder, target: readlinkSync(`${folder}/fd/0`) };
  } catch (error) {
    const code = whyUnreadable(error);
    if (code === 'ENOENT') throw new Error('it has no stdin');
    throw withCode(`its stdin may not be inspected (${code})`, code);
  }
}

function withCode(reason: string, code: string): Error {
  return Object.assign(new Error(reason), { code });
}

/** Lack of permission and a missing process last; any other error, such as too many open files, passes. */
const LASTING = new Set(['EACCES', 'EPERM', 'ENOENT', 'ESRCH']);

function failureOf(error: unknown): FailedInspection | undefined {
  if (error instanceof InspectError) return error.failure;
  const code = codeOf(error);
  return code === undefined || LASTING.has(code) ? undefined : 'failed';
}
