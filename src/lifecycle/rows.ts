import { uptime } from 'node:os';
import { redactCommandLine } from '../clients/redaction';
import type { Member } from '../judgement/members';
import type { ProcessEntry } from '../os/platform';
import type { ProcessNode } from './model';

/** Start token → epoch ms, good enough to show an age; undefined when it cannot be told. */
export function approximateStart(start: string, now = Date.now(), uptimeSeconds = uptime()): number | undefined {
  const value = Number(start.slice(1));
  if (!Number.isFinite(value)) return undefined;
  if (start[0] === 't') return now - uptimeSeconds * 1000 + value * 10;
  return start[0] === 'e' ? value * 1000 : value;
}

/** The redacted command line of a process, for people. */
export function commandLineOf(entry: ProcessEntry): string {
  return entry.args && entry.args.length > 0 ? redactCommandLine(entry.args).join(' ') : `[${entry.name}]`;
}

/** Members as a tree: those whose parent is no member stand at the top. */
export function treeOf(members: readonly Member[], kept: ReadonlyMap<number, string>): ProcessNode[] {
  const byPid = new Map(members.map((member) => [member.entry.pid, member]));
  const below = new Map<number, Member[]>();
  const tops: Member[] = [];
  for (const member of members) {
    const parent = byPid.get(member.entry.ppid);
    if (!parent || parent === member) tops.push(member);
    else below.set(parent.entry.pid, [...(below.get(parent.entry.pid) ?? []), member]);
  }
  const node = ({ entry }: Member): ProcessNode => ({
    pid: entry.pid,
    start: entry.start,
    name: entry.name,
    commandLine: commandLineOf(entry),
    startedAt: approximateStart(entry.start),
    memory: entry.memory,
    kept: kept.get(entry.pid),
    children: (below.get(entry.pid) ?? []).map(node),
  });
  return tops.map(node);
}

export function memoryOf(members: readonly Member[]): number | undefined {
  return members.length === 0 ? undefined : members.reduce((sum, { entry }) => sum + (entry.memory ?? 0), 0);
}
