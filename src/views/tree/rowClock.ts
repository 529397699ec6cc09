import type { Inventory } from '../../model/inventory';
import type { ProcessNode } from '../../model/serverView';

const YOUNG_MS = 60_000;
/** A young row counts seconds. Redrawing it more often would close its tooltip again and again. */
const YOUNG_INTERVAL_MS = 5_000;
const INTERVAL_MS = 60_000;

/** ms after which rows that show ages must be redrawn. */
export function redrawAfter({ servers, history }: Pick<Inventory, 'servers' | 'history'>, now: number): number {
  const times = [
    ...servers.flatMap(({ startedAt, processes }) => [startedAt, ...startsOf(processes)]),
    ...history.map(({ at }) => at),
  ];
  const isYoung = times.some((time) => time !== undefined && now - time < YOUNG_MS);
  return isYoung ? YOUNG_INTERVAL_MS : INTERVAL_MS;
}

function startsOf(processes: readonly ProcessNode[]): (number | undefined)[] {
  return processes.flatMap(({ startedAt, children }) => [startedAt, ...startsOf(children)]);
}
