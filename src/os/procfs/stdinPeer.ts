import { readlinkSync, statSync } from 'node:fs';
import * as l10n from '@vscode/l10n';
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

/** What a process has as its stdin at this moment. */
interface Stdin {
  /** The process's folder below `/proc`, or that of one of its threads. */
  readonly folder: string;
  /** What the link says: `socket:[1234]`, `pipe:[1234]`, a path. */
  readonly target: string;
}

/**
 * Who holds the other end of a process's stdin: a Unix socket pair (Node clients) by its own line of `ss`, a pipe
 * (Python, Rust, Go clients) by asking the kernel for hang-up. The process is not disturbed and nothing is read from
 * its stdin. Never rejects; whatever cannot be told for certain is "unknown", and so is a process that changed meanwhile.
 * @param scope the tag in which this system's pids mean anything.
 */
export async function findStdinPeer(identity: ProcessIdentity, scope: string): Promise<StdinPeer> {
  try {
    if (scope === '' || identity.scope !== scope)
      throw new Error(l10n.t('it belongs to another boot, container or machine'));
    const before = stdinOf(identity);
    const peer = await peerOf(before);
    const after = stdinOf(identity);
    if (after.target !== before.target)
      throw new InspectError(l10n.t('its stdin changed while it was examined'), 'failed');
    return peer;
  } catch (error) {
    const reason = messageOf(error);
    const look = lookOf(error);
    return { kind: 'unknown', reason, ...(look && { failure: look }) };
  }
}

function peerOf(stdin: Stdin): Promise<StdinPeer> {
  const [, kind, inode] = /^(socket|pipe):\[(\d+)\]$/.exec(stdin.target) ?? [];
  if (kind === 'socket') return socketPeer(stdin.folder, inode as string);
  if (kind === 'pipe') return pipePeer(`${stdin.folder}/fd/0`, inode as string);
  throw new Error(l10n.t('its stdin is neither a socket pair nor a pipe'));
}

async function socketPeer(folder: string, inode: string): Promise<StdinPeer> {
  if (readlinkSync(`${folder}/ns/net`) !== readlinkSync('/proc/self/ns/net')) {
    throw new Error(l10n.t('it runs in another network namespace, whose sockets cannot be seen from here'));
  }
  return withNames(judgeUnixSocket(await readUnixSockets(), inode));
}

async function pipePeer(file: string, inode: string): Promise<StdinPeer> {
  // Follows the link to the pipe itself without opening it.
  const identify = () => statSync(file, { bigint: true });
  const before = identify();
  const look = await readPipe(file);
  const after = identify();
  for (const { dev, ino } of [before, after]) {
    if (`${dev}` !== look.device || `${ino}` !== look.inode || look.inode !== inode) {
      throw new InspectError(l10n.t('its stdin changed while it was examined'), 'failed');
    }
  }
  if (!look.writers) return { kind: 'gone', proof: 'no peer' };
  const holders = await findPipeWriters(inode);
  return { kind: 'alive', by: holders.length > 0 ? seen(...holders.map(nameOf)) : UNSEEN };
}

/** A number alone says little to people. */
function withNames(peer: StdinPeer): StdinPeer {
  if (peer.kind !== 'alive' || peer.by.kind !== 'seen') return peer;
  return { kind: 'alive', by: seen(...pidsOf(peer.by).map(nameOf)) };
}

/** @throws Error with a reason for people when the process is gone, another, or closed to us. */
function stdinOf(identity: ProcessIdentity): Stdin {
  const read = readStat(identity.pid);
  if (read.kind === 'error') throw withCode(l10n.t('it cannot be examined ({0})', read.reason), read.reason);
  if (read.kind === 'gone' || `t${read.stat.startTicks}` !== identity.start) throw new Error(l10n.t('it is gone'));
  const folder = livingFolder(read.stat);
  if (folder === undefined) throw new Error(l10n.t('its main thread is gone, and no other could be examined'));
  try {
    return { folder, target: readlinkSync(`${folder}/fd/0`) };
  } catch (error) {
    const code = whyUnreadable(error);
    if (code === 'ENOENT') throw new Error(l10n.t('it has no stdin'));
    throw withCode(l10n.t('its stdin may not be looked at ({0})', code), code);
  }
}

function withCode(reason: string, code: string): Error {
  return Object.assign(new Error(reason), { code });
}

/** What is closed to us stays so, and what is gone, too; any other error, such as too many open files, passes. */
const LASTING = new Set(['EACCES', 'EPERM', 'ENOENT', 'ESRCH']);

function lookOf(error: unknown): FailedInspection | undefined {
  if (error instanceof InspectError) return error.failure;
  const code = codeOf(error);
  return code === undefined || LASTING.has(code) ? undefined : 'failed';
}
