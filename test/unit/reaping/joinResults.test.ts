import assert from 'node:assert/strict';
import type { ProcessOutcome, ReapResult } from '../../../src/model/reapResult';
import { joinResults } from '../../../src/reaping/results';

const BECAUSE = { rule: 'notReached' } as const;

const result = (outcomes: Record<number, ProcessOutcome>): ReapResult => ({
  server: 's',
  of: { kind: 'foreign', record: 'r' },
  processes: Object.entries(outcomes).map(([pid, outcome]) => ({
    pid: Number(pid),
    name: 'node',
    commandLine: 'node',
    outcome,
    reason: outcome === 'spared' || outcome === 'survived' ? BECAUSE : undefined,
    memory: 10,
  })),
  containers: [],
  containerProblem: undefined,
  memoryFreed: 0,
  milliseconds: 1,
});

describe('a ladder that runs again for what it left', () => {
  const table: [
    what: string,
    first: ProcessOutcome,
    later: ProcessOutcome | undefined,
    left: boolean,
    ProcessOutcome,
  ][] = [
    ['what ended stays ended', 'terminated', undefined, false, 'terminated'],
    ['ended between the two runs, after SIGTERM', 'survived', undefined, false, 'terminated'],
    ['ended between the two runs, never signalled', 'spared', undefined, false, 'exited'],
    ['was not seen again, but may be running', 'survived', undefined, true, 'survived'],
    ['killed now', 'survived', 'killed', false, 'killed'],
    ['ended during the second run, after SIGTERM in the first', 'survived', 'exited', false, 'terminated'],
    ['spared now, but had SIGTERM', 'survived', 'spared', true, 'survived'],
    ['spared both times', 'spared', 'spared', true, 'spared'],
  ];
  for (const [what, first, later, left, expected] of table) {
    it(what, () => {
      const joined = joinResults(
        result({ 1: first, 2: 'terminated' }),
        result(later ? { 1: later, 3: 'killed' } : { 3: 'killed' }),
        new Set(left ? [1] : []),
      );
      const outcomes = new Map(joined.processes.map((one) => [one.pid, one]));
      assert.deepEqual(
        [outcomes.get(1)?.outcome, outcomes.get(2)?.outcome, outcomes.get(3)?.outcome],
        [expected, 'terminated', 'killed'],
      );
      const isThere = expected === 'spared' || expected === 'survived';
      assert.equal(outcomes.get(1)?.reason, isThere ? BECAUSE : undefined);
      assert.equal(joined.memoryFreed, isThere ? 20 : 30);
    });
  }
});
