import type { ForeignStanding, ForeignView, ProcessNode, ServerView, SessionView } from '../model/serverView';
import type { Users } from '../os/users';

/**
 * Rows that need a second scan keep their verdict until that is done. A new row has no former verdict.
 * @param before the last published rows
 */
export function withFormerVerdicts(rows: readonly ForeignView[], before: readonly ForeignView[]): ForeignView[] {
  const former = new Map(before.map((row) => [row.key, row]));
  return rows.map((row) => {
    const known = row.checking ? former.get(row.key) : undefined;
    if (!known) return row;
    const { usedBy: _, ...rest }: ForeignView & { readonly usedBy?: Users } = row;
    return { ...rest, ...standingOf(known) };
  });
}

function standingOf(row: ForeignView): ForeignStanding {
  if (row.verdict !== 'active') return row.verdict === 'orphaned' ? ORPHANED : UNKNOWN;
  return { group: row.group, verdict: row.verdict, ...(row.usedBy && { usedBy: row.usedBy }) };
}

const ORPHANED = { group: 'orphaned', verdict: 'orphaned' } as const;
const UNKNOWN = { group: 'ownerUnknown', verdict: 'unknown' } as const;

/**
 * Foreign rows without processes of another row: a server that was adopted or recorded since belongs to that row. One
 * process, one row.
 */
export function withoutRecorded(foreign: readonly ForeignView[], recorded: readonly ServerView[]): ForeignView[] {
  // By pid first: there may be a thousand recorded rows, of which hardly any has a pid in common with a foreign one.
  const pids = new Set(foreign.flatMap(({ processes }) => allOf(processes).map(({ pid }) => pid)));
  const known = new Set<string>();
  const note = (process: ProcessNode) => {
    if (pids.has(process.pid)) known.add(keyOf(process));
    for (const child of process.children) note(child);
  };
  for (const { processes } of recorded) for (const process of processes) note(process);
  return foreign.filter(({ processes }) => !allOf(processes).some((process) => known.has(keyOf(process))));
}

/** Marks the rows that are being ended, except those whose processes are all spared. */
export function withEnding<View extends SessionView | ForeignView>(
  rows: readonly View[],
  ending: { has(key: string): boolean },
): View[] {
  return rows.map((row) => (ending.has(row.key) && !isSpared(row) ? { ...row, state: 'stopping' } : row));
}

function isSpared({ processes }: ServerView): boolean {
  return processes.length > 0 && allOf(processes).every(({ spared }) => spared !== undefined);
}

function keyOf({ pid, start }: ProcessNode): string {
  return `${pid}:${start}`;
}

function allOf(processes: readonly ProcessNode[]): ProcessNode[] {
  return processes.flatMap((process) => [process, ...allOf(process.children)]);
}
