import assert from 'node:assert/strict';
import { pidsOf } from '../../src/os/users';
import { codeOf } from '../support/codes';
import { isAlive, killHard, type Sandbox } from '../support/sandbox';
import { withSandbox } from '../support/withSandbox';

const DEAF = ['--deaf-to-eof', '--deaf-to-term'];

describe('ending one process with the user’s confirmation', function () {
  this.timeout(120_000);
  const sandbox = withSandbox();

  it('ends that process and no other, even if the setting says to wait', async () => {
    const host = await sandbox.host({ one: ['--deaf-to-eof'], two: ['--deaf-to-eof'] }, 'off');
    await killHard(host.child);
    const [one, two] = host.servers as [number, number];
    const tracker = await sandbox.tracker();
    await tracker.sweep();
    const chosen = processOf(tracker, one);
    const preview = await tracker.previewEnd([chosen]);
    assert.deepEqual(
      preview.processes.map(({ pid, spared }) => [pid, spared]),
      [[one, undefined]],
    );
    const result = await tracker.endChosen('one', [chosen]);
    assert.deepEqual(
      result.processes.map(({ pid, outcome }) => [pid, outcome]),
      [[one, 'terminated']],
    );
    assert.ok(!isAlive(one) && isAlive(two));
  });

  it('names each process of a whole tree, and does not report their use of each other', async () => {
    const host = await sandbox.host({ one: ['--child=plain', '--deaf-to-eof'] }, 'off');
    await killHard(host.child);
    const tracker = await sandbox.tracker();
    await tracker.sweep();
    const root = processOf(tracker, host.servers[0] as number);
    const [child] = root.children;
    assert.ok(child, 'it has a child');
    const alone = await tracker.previewEnd([root]);
    const below = { kind: 'below', many: false, count: 1 };
    assert.deepEqual(
      alone.uses.filter(({ kind }) => kind === 'below'),
      [below],
    );
    const both = await tracker.previewEnd([root, child]);
    assert.deepEqual(
      both.processes.map(({ pid, commandLine, spared }) => [pid, commandLine, spared]),
      [root, child].map(({ pid, commandLine }) => [pid, commandLine, undefined]),
    );
    const named = both.uses.flatMap((use) => ('parent' in use ? [use.parent.pid] : 'by' in use ? pidsOf(use.by) : []));
    assert.ok(!both.uses.some(({ kind }) => kind === 'below'));
    assert.ok(!named.includes(root.pid) && !named.includes(child.pid), JSON.stringify(both.uses));
    const result = await tracker.endChosen('one', [root, child]);
    assert.deepEqual(result.processes.map(({ pid }) => pid).toSorted(), [root.pid, child.pid].toSorted());
    assert.ok(!isAlive(root.pid) && !isAlive(child.pid));
  });

  it('K01 does not end the process that has the pid now', async () => {
    const host = await sandbox.host({ one: DEAF });
    const [one] = host.servers as [number];
    const tracker = await sandbox.tracker();
    const result = await tracker.endChosen('one', [{ pid: one, start: 't1' }]);
    assert.deepEqual(result.processes, []);
    await assert.rejects(tracker.previewEnd([{ pid: one, start: 't1' }]), /now belongs to another process/);
    assert.equal(await host.ask('one'), one);
  });

  it('K04 leaves what another window’s live session owns to that window, and says so', async () => {
    const host = await sandbox.host({ one: DEAF });
    const [one] = host.servers as [number];
    const tracker = await sandbox.tracker();
    await tracker.sweep();
    const chosen = processOf(tracker, one);
    assert.equal(codeOf((await tracker.previewEnd([chosen])).processes[0]?.spared), 'notUnderLiveOwner: owner');
    const result = await tracker.endChosen('one', [chosen]);
    assert.equal(result.processes[0]?.outcome, 'spared');
    assert.equal(await host.ask('one'), one);
  });

  it('K07 does not end what this process runs under', async () => {
    const tracker = await sandbox.tracker();
    const platform = tracker.platform;
    const parent = await platform.inspect(process.ppid);
    assert.ok(parent.kind === 'present');
    const chosen = { pid: process.ppid, start: parent.entry.start };
    const { spared } = (await tracker.previewEnd([chosen])).processes[0] ?? {};
    assert.match(codeOf(spared), /^(?:notSelfOrAncestor: ancestor|notSystem)$/);
    assert.equal((await tracker.endChosen('parent', [chosen])).processes[0]?.outcome, 'spared');
  });
});

function processOf(tracker: Awaited<ReturnType<Sandbox['tracker']>>, pid: number) {
  const node = tracker.inventory.servers.flatMap(({ processes }) => processes).find((one) => one.pid === pid);
  assert.ok(node, `pid ${pid} is shown`);
  return node;
}
