import { runInside } from '../support/namespace';

describe('recycled pids', function () {
  this.timeout(120_000);
  // Real reuse, each in its own pid namespace, where the script chooses the pids.
  const inside = (what: string) => runInside(['--pid', '--fork', '--mount-proc', '--kill-child'], 'pidReuse.ts', what);

  it('K01 a stranger with the recycled pid of a server survives and answers; control: by its pid alone it is killed', () =>
    inside('server'));

  it('K01 a stranger with the recycled pid of an owner is left alone, and does not protect the orphans', () =>
    inside('owner'));

  it('K02 K30 a stranger’s group with the recycled number of a root survives; control: a signal to the group kills it', () =>
    inside('group'));
});
