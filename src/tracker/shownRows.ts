import type { ProcessNode, ServerView } from '../model/inventory';

/**
 * Rows that need a second scan keep their verdict until that is done. A new row has no former verdict.
 * @param before the last published rows
 */
export function withFormerVerdicts(rows: readonly ServerView[], before: readonly ServerView[]): ServerView[] {
  const former = new Map(before.map((row) => [row.key, row]));
  return rows.map((row) => {
    const known = row.checking ? former.get(row.key) : undefined;
    return known ? { ...row, group: known.group, verdict: known.verdict } : row;
  });
}

/**
 * Foreign rows without processes of another row: a server that was adopted or recorded since belongs to that row. One
 * process, one row.
 */
export function withoutRecorded(foreign: readonly ServerView[], recorded: readonly ServerView[]): ServerView[] {
  const known = new Set(recorded.flatMap(({ processes }) => processKeys(processes)));
  return foreign.filter(({ processes }) => !processKeys(processes).some((key) => known.has(key)));
}

/** Marks the rows that are being ended, except those whose processes are all spared. */
export function withEnding(rows: readonly ServerView[], ending: { has(key: string): boolean }): ServerView[] {
  return rows.map((row) => (ending.has(row.key) && !isSpared(row) ? { ...row, state: 'stopping' } : row));
}

function isSpared({ processes }: ServerView): boolean {
  return processes.length > 0 && allOf(processes).every(({ spared }) => spared !== undefined);
}

function processKeys(processes: readonly ProcessNode[]): string[] {
  return allOf(processes).map(({ pid, start }) => `${pid}:${start}`);
}

function allOf(processes: readonly ProcessNode[]): ProcessNode[] {
  return processes.flatMap((process) => [process, ...allOf(process.children)]);
}
