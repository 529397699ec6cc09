import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { identityKey, isProcessId, isStartToken, type ProcessIdentity } from '../os/identity';
import type { StdinPeer } from '../os/platform';
import type { DataFolder } from './dataFolder';

/** What one window found out about the stdin of another client's server, for all windows of this machine. */
export interface SharedProbe {
  readonly identity: ProcessIdentity;
  /** Its parent at that time: when that changes, the finding is void. */
  readonly ppid: number;
  readonly peer: StdinPeer;
  /** Epoch ms. */
  readonly at: number;
}

const SCHEMA = 1;
const MAX_FILE_BYTES = 1 << 20;
const MAX_TEXT = 300;

/**
 * Findings that other windows have written, by identity; those of other scopes, too old or from the future are left out.
 * For what is shown only: whoever signals looks anew. An unreadable or hostile file is an empty one.
 * @param youngerThan ms
 */
export function readSharedProbes(
  folder: DataFolder,
  scope: string,
  youngerThan: number,
  now = Date.now(),
): Map<string, SharedProbe> {
  try {
    const path = pathIn(folder);
    const stat = lstatSync(path);
    if (!stat.isFile() || stat.size > MAX_FILE_BYTES) return new Map();
    const json = JSON.parse(readFileSync(path, 'utf8'));
    if (json?.schema !== SCHEMA || json.scope !== scope || !Array.isArray(json.probes)) return new Map();
    const probes = (json.probes as unknown[]).flatMap((each): SharedProbe[] => {
      const probe = parseProbe(each, scope);
      return probe && probe.at <= now && now - probe.at < youngerThan ? [probe] : [];
    });
    return new Map(probes.map((probe) => [identityKey(probe.identity), probe]));
  } catch {
    return new Map();
  }
}

/** Writes all that is known, others' findings included. Best effort: without it every window looks for itself. */
export function writeSharedProbes(folder: DataFolder, scope: string, probes: readonly SharedProbe[]): void {
  try {
    const entries = probes.map(({ identity: { pid, start }, ppid, peer, at }) => ({ pid, start, ppid, peer, at }));
    const text = JSON.stringify({ schema: SCHEMA, scope, probes: entries });
    writeFileAtomic.sync(pathIn(folder), `${text}\n`, { mode: 0o600, fsync: false });
  } catch {
    // As said.
  }
}

function pathIn(folder: DataFolder): string {
  return join(folder.path, 'probes.json');
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
  const { kind, by, proof, reason, holders } = (value ?? {}) as Record<string, unknown>;
  if (kind === 'gone' && isText(proof)) return { kind, proof };
  if (kind === 'unknown' && isText(reason)) return { kind, reason };
  if (kind !== 'alive' || !isText(by)) return undefined;
  return Array.isArray(holders) && holders.every(isProcessId) ? { kind, by, holders } : { kind, by };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_TEXT;
}
