import type { ReapPreview, ReapResult } from '../model/reapResult';
import { isFinished } from '../reaping/results';
import type { Core } from '../tracker/core';

/** The results of a reap, or the previews of a dry run. */
export interface Done {
  readonly results: readonly ReapResult[];
  readonly previews: readonly ReapPreview[];
}

/** 1: a failure. 3: something is left, or would be. */
export function exitCodeOf({ results, previews }: Done, dryRun: boolean): number {
  if (results.some(({ problem }) => problem !== undefined)) return 1;
  const isLeft = results.some((result) => !isFinished(result));
  const wouldBeLeft = dryRun && previews.some(({ processes }) => processes.some(({ spared }) => spared !== undefined));
  return isLeft || wouldBeLeft ? 3 : 0;
}

/** Reaps our orphans, and foreign ones only when they are proven to be orphaned and the option asks for them. */
export async function reap(
  { requestedReap, cycle, store }: Core,
  { dryRun, foreign, yes }: { dryRun: boolean; foreign: boolean; yes: boolean },
): Promise<Done> {
  const results = dryRun ? [] : await requestedReap.reap();
  const previews = dryRun ? await requestedReap.preview() : [];
  if (!foreign) return { results, previews };
  await cycle.scanConfirmed();
  const only = store.inventory.servers
    .filter(({ kind, verdict }) => kind === 'foreign' && verdict === 'orphaned')
    .map(({ key }) => key);
  if (only.length === 0) return { results, previews };
  if (dryRun || !yes) return { results, previews: [...previews, ...(await requestedReap.preview(only))] };
  return { results: [...results, ...(await requestedReap.reap({ only }))], previews };
}
