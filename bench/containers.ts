import { systemClock } from '../src/common/clock';
import { stopContainers } from '../src/reaping/stopContainers';
import { TestEngine } from '../test/containers/host/testEngine';
import { ContainerClients, killHard, newOwner, PROGRAMS } from '../test/containers/support';
import { median, type Table, time } from './measure';

/** Reaping one orphaned container while `counts` of other sessions run on the same engine. */
export async function benchContainers(counts: readonly number[]): Promise<Table> {
  const engine = new TestEngine();
  const wrapper = new ContainerClients(engine);
  const rows: string[][] = [];
  try {
    await engine.start();
    await engine.loadImage();
    let running = 0;
    for (const count of counts) {
      for (; running < count - 1; running++) await wrapper.running(['-d', '--rm'], PROGRAMS['plain loop']);
      const times: number[] = [];
      const plain: number[] = [];
      for (let round = 0; round < 3; round++) {
        const ours = await wrapper.running(
          ['-i', '--rm'],
          'trap "exit 0" TERM; while :; do sleep 0.05; done',
          newOwner(),
        );
        await killHard(ours.client);
        const started = performance.now();
        await stopContainers(wrapper.client(ours.run), ours.owner, {
          clock: systemClock,
          grace: 2_000,
          removable: true,
        });
        times.push(performance.now() - started);
        const theirs = await wrapper.running(
          ['-i', '--rm', '--name', `named-${count}-${round}`],
          'trap "exit 0" TERM; while :; do sleep 0.05; done',
        );
        await killHard(theirs.client);
        const begun = performance.now();
        await engine.command('stop', '-t', '2', `named-${count}-${round}`);
        plain.push(performance.now() - begun);
      }
      rows.push([`${count}`, time(median(plain)), time(median(times))]);
    }
  } finally {
    await wrapper.dispose();
    await engine.dispose();
  }
  return {
    title: 'Reaping a container',
    note:
      'Median of 3, from the call to the end, compared with a bare `docker stop` of a known name. Ours finds it by its labels, ' +
      'inspects it before and after, and twice more to be certain that nothing is left.',
    head: ['containers on the engine', '`docker stop`', 'ours'],
    rows,
  };
}
