import { identityKey, isProcessId, isStartToken, type ProcessIdentity } from '../os/identity';
import type { StdinGone, StdinPeer } from '../os/platform';
import { type ProcessName, seen, UNSEEN, type Users } from '../os/users';
import type { DataFolder } from './dataFolder';
import { readShared, writeShared } from './sharedFile';

/** What one window found out about the stdin of another client's server, for all windows of this machine. */
export interface SharedProbe {
  readonly identity: ProcessIdentity;
  /** Its parent at that time: when that changes, the finding is void. */
  readonly ppid: number;
  readonly peer: StdinPeer;
  /** Epoch ms. */
  readonly at: number;
}

const FILE = 'probes.json';
const MAX_TEXT = 300;
const PROOFS: readonly StdinGone[] = ['no peer', 'not open', 'held by orphans'];

/**
 * Findings that other windows have written, by identity; too old ones and those from the future are left out.
 * @param youngerThan ms
 */
export function readSharedProbes(
  folder: DataFolder,
  scope: string,
  youngerThan: number,
  now = Date.now(),
): Map<string, SharedProbe> {
  const written = readShared(folder, FILE, scope)?.probes;
  const probes = (Array.isArray(written) ? written : []).flatMap((each): SharedProbe[] => {
    const probe = parseProbe(each, scope);
    return probe && probe.at <= now && now - probe.at < youngerThan ? [probe] : [];
  });
  return new Map(probes.map((probe) => [identityKey(probe.identity), probe]));
}

/** Writes all that is known, others' findings included. */
export function writeSharedProbes(folder: DataFolder, scope: string, probes: readonly SharedProbe[]): void {
  const entries = probes.map(({ identity: { pid, start }, ppid, peer, at }) => ({ pid, start, ppid, peer, at }));
  writeShared(folder, FILE, scope, { probes: entries });
}

function parseProbe(value: unknown, scope: string): SharedProbe | undefined {
  const { pid, start, ppid, at, peer } = (value ?? {}) as Record<string, unknown>;
  const stand = parsePeer(peer);
  if (!isProcessId(pid) || !isStartToken(start) || !Number.isInteger(ppid) || !Number.isInteger(at) || !stand) {
    return undefined;
  }
  return { identity: { pid, start, scope }, ppid: ppid as number, at: at as number, peer: stand };
}

function parsePeer(value: unknown): StdinPeer | undefined {
  const { kind, by, proof, reason } = (value ?? {}) as Record<string, unknown>;
  if (kind === 'gone' && PROOFS.includes(proof as StdinGone)) return { kind, proof: proof as StdinGone };
  if (kind === 'unknown' && isText(reason)) return { kind, reason };
  const users = kind === 'alive' ? parseUsers(by) : undefined;
  return users && { kind: 'alive', by: users };
}

function parseUsers(value: unknown): Users | undefined {
  const { kind, processes } = (value ?? {}) as Record<string, unknown>;
  if (kind === 'unseen') return UNSEEN;
  if (kind !== 'seen' || !Array.isArray(processes) || processes.length === 0) return undefined;
  const names = processes.flatMap((one): ProcessName[] => {
    const { pid, name } = (one ?? {}) as Record<string, unknown>;
    if (!isProcessId(pid)) return [];
    return [isText(name) ? { pid, name } : { pid }];
  });
  return names.length === processes.length ? seen(...names) : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_TEXT;
}
