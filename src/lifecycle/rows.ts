import { uptime } from 'node:os';
import { redactCommandLine } from '../clients/redaction';
import type { Member } from '../judgement/members';
import type { ProcessEntry } from '../os/platform';
import type { ProcessNode } from './model';

/** The system is asked again after this, in ms: the clock may be set. */
const BOOT_AGAIN_MS = 1_000;
let boot = { at: Number.NEGATIVE_INFINITY, epoch: 0 };

/** Start token → epoch ms, good enough to show an age; undefined when it cannot be told. */
export function approximateStart(start: string): number | undefined {
  const value = Number(start.slice(1));
  if (!Number.isFinite(value)) return undefined;
  if (start[0] === 't') return bootTime() + value * 10;
  return start[0] === 'e' ? value * 1000 : value;
}

/** Epoch ms of the boot. Each question reads a file, and hundreds of rows have it. */
function bootTime(): number {
  const at = performance.now();
  if (at - boot.at > BOOT_AGAIN_MS) boot = { at, epoch: Date.now() - uptime() * 1000 };
  return boot.epoch;
}

/** Arguments do not change, and are shown at every look. */
const linesOfArgs = new WeakMap<readonly string[], string>();

/** The redacted command line of a process, for people. */
export function commandLineOf({ args, name }: ProcessEntry): string {
  if (!args || args.length === 0) return `[${name}]`;
  const line = linesOfArgs.get(args) ?? redactCommandLine(args).join(' ');
  linesOfArgs.set(args, line);
  return line;
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
