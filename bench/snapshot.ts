import psList from 'ps-list';
import type { Platform } from '../src/os/platform';
import { createProcfsPlatform } from '../src/os/procfs/procfsPlatform';
import { Crowd } from './crowd';
import { longestBlock, medianTime, ratio, type Table, time } from './measure';

const ROUNDS = 9;
/** ms; see YOUNG_TICKS in details.ts */
const YOUNG_MS = 11_000;

function snapshots(): Platform {
  const platform = createProcfsPlatform();
  if (!platform) throw new Error('no usable /proc');
  return platform;
}

/** Reading the process table, compared with `ps-list`: both read pid, parent, name, command line, user, CPU, memory. */
export async function benchSnapshot(sizes: readonly number[]): Promise<Table> {
  const rows: string[][] = [];
  for (const size of sizes) {
    const crowd = await Crowd.of(size);
    try {
      const coldTime = await medianTime(ROUNDS, () => snapshots().snapshot());
      const started = performance.now();
      const theirs = await medianTime(ROUNDS, () => psList());
      const warm = snapshots();
      // Young processes are read in full each time, as they may still change their titles.
      await new Promise((resolve) => setTimeout(resolve, YOUNG_MS - (performance.now() - started)));
      await warm.snapshot();
      const warmTime = await medianTime(ROUNDS, () => warm.snapshot());
      const block = await longestBlock(() => warm.snapshot());
      rows.push([
        `${size}`,
        time(theirs),
        `${time(coldTime)} (${ratio(theirs, coldTime)})`,
        `${time(warmTime)} (${ratio(theirs, warmTime)})`,
        time(block),
      ]);
    } finally {
      await crowd.disperse();
    }
  }
  return {
    title: 'Reading the process table',
    note:
      'Median of 9. Cold: the first snapshot, which reads every command line and environment. Warm: every later one. ' +
      'Equal fields: pid, parent, name, command line, user, CPU time, memory; ours has start time, group, session, terminal and cookie besides. ' +
      '`ps-list` starts a child process each time, ours none.',
    head: ['processes', '`ps-list`', 'cold (faster)', 'warm (faster)', 'longest block of the event loop'],
    rows,
  };
}
