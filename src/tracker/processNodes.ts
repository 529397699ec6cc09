import { commandLineOf } from '../clients/shownCommandLine';
import type { Member } from '../judgement/members';
import type { Refusal } from '../model/refusal';
import type { ProcessNode } from '../model/serverView';
import { approximateStart } from '../os/startTime';

/** Members as a tree, topped by those whose parent is no member. */
export function treeOf(members: readonly Member[], spared: ReadonlyMap<number, Refusal>): ProcessNode[] {
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
    spared: spared.get(entry.pid),
    children: (below.get(entry.pid) ?? []).map(node),
  });
  return tops.map(node);
}

export function memoryOf(members: readonly Member[]): number | undefined {
  return members.length === 0 ? undefined : members.reduce((sum, { entry }) => sum + (entry.memory ?? 0), 0);
}
