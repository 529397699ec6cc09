import { createProcfsPlatform } from '../src/os/procfs/procfsPlatform';
import type { ServerRecord } from '../src/registry/schema';
import { writeSession } from '../src/registry/sessionStore';
import { newRecord, newSession } from '../test/support/records';
import { Sandbox } from '../test/support/sandbox';
import { Crowd } from './crowd';
import { longestBlock, medianTime, type Table, time } from './measure';

/** A whole sweep with many records of a live session, among a thousand processes. */
export async function benchSweep(counts: readonly number[]): Promise<Table> {
  const crowd = await Crowd.of(1_000);
  const rows: string[][] = [];
  try {
    for (const count of counts) {
      const sandbox = new Sandbox();
      try {
        const platform = createProcfsPlatform();
        if (!platform) throw new Error('no usable /proc');
        const self = await platform.self();
        const sleeping = [...(await platform.snapshot()).processes.values()].filter(({ name }) => name === 'sleep');
        const records = Array.from({ length: count }, (_, index): ServerRecord => {
          const entry = sleeping[index % sleeping.length];
          const root = { pid: entry?.pid ?? 2, start: entry?.start ?? 't1', scope: platform.scope };
          const grace = { stdin: 0, term: 0 };
          return newRecord({ server: `server ${index}`, commandLine: 'sleep 3600', root, census: [root], grace });
        });
        const tracker = await sandbox.tracker();
        const home = sandbox.folder.homeTag;
        writeSession(sandbox.folder, newSession({ home, owner: self, startedAt: 0, automatic: 'off', records }));
        // Another window, without the crowd below it.
        const apart = Object.create(platform, {
          childrenOf: { value: (pid: number) => platform.childrenOf?.(pid)?.filter((child) => child !== crowd.pid) },
        });
        const other = await sandbox.tracker({}, { platform: apart });
        await other.sweep();
        await tracker.sweep();
        const before = process.memoryUsage().heapUsed;
        const took = await medianTime(5, () => tracker.sweep());
        const block = await longestBlock(() => tracker.sweep());
        const takenOver = await medianTime(5, () => other.sweepOrReuse(60_000));
        globalThis.gc?.();
        const memory = Math.max(0, process.memoryUsage().heapUsed - before) / 2 ** 20;
        rows.push([`${count}`, time(took), time(takenOver), time(block), `${memory.toFixed(1)} MB`]);
      } finally {
        await sandbox.dispose();
      }
    }
  } finally {
    await crowd.disperse();
  }
  return {
    title: 'A whole sweep',
    note: 'Median of 5 warm sweeps among 1,000 processes: table, session files, verdicts, rows. Taken over: a turn of another window that finds it young. Idle cost at the default interval of 60 s is the first column’s time per minute for one window, and the second’s for each other.',
    head: ['records', 'sweep', 'taken over', 'longest block of the event loop', 'heap kept'],
    rows,
  };
}
