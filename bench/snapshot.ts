import psList from 'ps-list';
import { createProcfsPlatform } from '../src/os/procfs/procfsPlatform';
import { Crowd } from './crowd';
import { longestBlock, medianTime, ratio, type Table, time } from './measure';

const ROUNDS = 9;

/** Reading the process table, beside `ps-list`: pid, parent, name, command line, user, CPU and memory on both sides. */
export async function benchSnapshot(sizes: readonly number[]): Promise<Table> {
  const rows: string[][] = [];
  for (const size of sizes) {
    const crowd = await Crowd.of(size);
    try {
      const warm = createProcfsPlatform();
      if (!warm) throw new Error('no usable /proc');
      await warm.snapshot();
      const warmTime = await medianTime(ROUNDS, () => warm.snapshot());
      const coldTime = await medianTime(ROUNDS, () => {
        const cold = createProcfsPlatform();
        if (!cold) throw new Error('no usable /proc');
        return cold.snapshot();
      });
      const theirs = await medianTime(ROUNDS, () => psList());
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
