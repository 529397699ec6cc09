import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import type { Tracker } from '../../src/tracker/tracker';
import { FakeOwner, PLAIN } from '../support/fakeOwner';
import { nextLine } from '../support/nextLine';
import { isAlive, killHard } from '../support/sandbox';
import { waitFor } from '../support/waitFor';
import { withSandbox } from '../support/withSandbox';

/** Starts three servers with a pipe each, prints their pids, and waits. */
const CLIENT = `import subprocess, sys, time
kept = [subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) for _ in range(3)]
print(*(p.pid for p in kept), flush=True)
time.sleep(600)`;

describe('a reap of many servers that is cancelled', function () {
  this.timeout(120_000);
  const sandbox = withSandbox();
  let servers: number[];
  let tracker: Tracker;
  beforeEach(async () => {
    const mark = `--mark=${randomUUID()}`;
    // One server of ours, and three of another client's.
    const owner = await new FakeOwner(sandbox).open();
    const own = await owner.start();
    owner.write({ automatic: 'off' });
    const client = spawn('python3', ['-c', CLIENT, process.execPath, PLAIN, '--deaf', mark], {
      env: sandbox.environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    servers = [own.pid, ...(await pidsFrom(client))];
    await Promise.all([owner.kill(), killHard(client)]);
    const known = {
      serverOf: (args: readonly string[]) =>
        args.at(-1) === mark
          ? { name: 'notes', client: 'Some Client', file: undefined, basis: { kind: 'path' as const } }
          : undefined,
      clientOf: () => undefined,
    };
    tracker = await sandbox.tracker({ automatic: 'off' }, { recogniser: () => known });
    await waitFor('all are proven to be orphaned', async () => {
      await tracker.sweep();
      return orphans().length === 4;
    });
  });
  const orphans = () => tracker.inventory.servers.filter(({ verdict }) => verdict === 'orphaned');
  const keys = () => orphans().map(({ key }) => key);

  it('before any ladder has begun: nothing is ended, all stay listed, and can be reaped later with progress for each', async () => {
    const none = await tracker.reapOrphans({ only: keys(), signal: AbortSignal.abort() });
    assert.deepEqual(none, []);
    assert.ok(servers.every(isAlive));
    assert.equal(orphans().length, 4);
    // Control arm.
    const progress: string[] = [];
    await tracker.reapOrphans({ only: keys(), onProgress: (done, total) => progress.push(`${done}/${total}`) });
    assert.deepEqual(progress, ['1/4', '2/4', '3/4', '4/4']);
    assert.deepEqual(servers.filter(isAlive), []);
    assert.deepEqual(sandbox.living(), []);
  });

  it('after the first has ended: those whose ladder has not begun stay intact', async () => {
    const calledOff = new AbortController();
    const results = await tracker.reapOrphans({
      only: keys(),
      signal: calledOff.signal,
      // Ours ends at once; the others wait for their second probe, and at least one of them has not begun.
      onProgress: () => calledOff.abort(),
    });
    assert.ok(results.length >= 1 && results.length <= 3, `${results.length} have begun`);
    const begun = new Set(results.flatMap(({ processes }) => processes.map(({ pid }) => pid)));
    assert.ok(servers.filter((pid) => !begun.has(pid)).every(isAlive), 'whose ladder has not begun');
    assert.ok(!isAlive(servers[0] as number), 'our own');
    // On a busy machine a probe may fail, which spares the server, and a killed one may end slowly.
    await waitFor('all living servers are listed, and no others', async () => {
      const { servers: rows } = await tracker.sweep();
      const alive = servers.filter(isAlive);
      const listed = rows.map(({ pid, verdict, evidence }) => ({ pid, verdict, evidence }));
      assert.deepEqual(
        orphans()
          .map(({ pid }) => pid)
          .sort(),
        alive.sort(),
        JSON.stringify(listed),
      );
      return true;
    });
  });
});

async function pidsFrom(client: ChildProcess): Promise<number[]> {
  return (await nextLine(client)).split(' ').map(Number);
}
