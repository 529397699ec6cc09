import { readlinkSync, statSync } from 'node:fs';
import type { ProcessIdentity } from '../identity';
import type { StdinPeer } from '../platform';
import { InspectError, type PlainReason, reasonOf, systemReason } from '../reason';
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
    if (scope === '' || identity.scope !== scope) throw lasting({ kind: 'other-scope' });
    const before = stdinOf(identity);
    const peer = await peerOf(before);
    const after = stdinOf(identity);
    if (after.target !== before.target) throw new InspectError({ kind: 'stdin-changed' });
    return peer;
  } catch (error) {
    const reason = reasonOf(error);
    const failure = error instanceof InspectError ? (error.failure ?? 'lasting') : failureOf(systemReason(error));
    return { kind: 'unknown', reason, ...(failure !== 'lasting' && { failure }) };
  }
}

function peerOf(stdin: Stdin): Promise<StdinPeer> {
  const [, kind, inode] = /^(socket|pipe):\[(\d+)\]$/.exec(stdin.target) ?? [];
  if (kind === 'socket') return socketPeer(stdin.folder, inode as string);
  if (kind === 'pipe') return pipePeer(`${stdin.folder}/fd/0`, inode as string);
  throw lasting({ kind: 'stdin-no-connection' });
}

async function socketPeer(folder: string, inode: string): Promise<StdinPeer> {
  if (readlinkSync(`${folder}/ns/net`) !== readlinkSync('/proc/self/ns/net')) {
    throw lasting({ kind: 'other-network' });
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
      throw new InspectError({ kind: 'stdin-changed' });
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

/** @throws InspectError when the process is gone, another, or closed to us. */
function stdinOf(identity: ProcessIdentity): Stdin {
  const read = readStat(identity.pid);
  if (read.kind === 'error') throw new InspectError({ kind: 'unexamined', why: read.reason }, failureOf(read.reason));
  if (read.kind === 'gone' || `t${read.stat.startTicks}` !== identity.start) throw lasting({ kind: 'gone' });
  const folder = livingFolder(read.stat);
  if (folder === undefined) throw lasting({ kind: 'threads-hidden' });
  try {
    return { folder, target: readlinkSync(`${folder}/fd/0`) };
  } catch (error) {
    const why = systemReason(error);
    if (why.kind === 'system' && why.code === 'ENOENT') throw lasting({ kind: 'no-stdin' });
    throw new InspectError({ kind: 'stdin-closed-to-us', why }, failureOf(why));
  }
}

/** Another inspection would find the same. */
function lasting(reason: PlainReason): InspectError {
  return new InspectError(reason, 'lasting');
}

/** Lack of permission and a missing process last; any other error, such as too many open files, may pass: it spares. */
const LASTING = new Set(['EACCES', 'EPERM', 'ENOENT', 'ESRCH']);

function failureOf(why: PlainReason): 'failed' | 'lasting' {
  return why.kind === 'system' && LASTING.has(why.code) ? 'lasting' : 'failed';
}
