// Runs in its own pid namespace; see ../pidReuse.test.ts.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { ask, FakeOwner, identityOf, PLAIN } from '../../support/fakeOwner';
import { spawnAs } from '../../support/namespace';
import { isAlive, Sandbox } from '../../support/sandbox';
import { waitFor } from '../../support/waitFor';

const rounds: Record<string, (sandbox: Sandbox, owner: FakeOwner) => Promise<void>> = {
  async server(sandbox, owner) {
    const args = [PLAIN, '--deaf', `--answer=${owner.path('s')}`];
    const orphan = await owner.start();
    const { pid, record } = await owner.start([PLAIN, '--deaf']);
    owner.write({ records: [orphan.record, { ...record, census: [await identityOf(pid)] }] });
    await owner.kill();
    await free(pid);
    await spawnAs(pid, process.execPath, args, sandbox.environment);
    assert.equal(await ask(owner.path('s')), pid);
    await (await sandbox.tracker()).sweep();
    assert.ok(!isAlive(orphan.pid), 'the sweep has finished');
    assert.equal(await ask(owner.path('s')), pid);
    // Control arm: going by the pid alone ends the stranger.
    process.kill(record.root?.pid as number, 'SIGKILL');
    await waitFor('control arm', () => !isAlive(pid));
  },

  async owner(sandbox, owner) {
    const orphan = await owner.start([PLAIN, '--deaf', `--answer=${owner.path('o')}`]);
    const pid = owner.child.pid as number;
    await owner.kill();
    await waitFor('its pid is free', () => !existsSync(`/proc/${pid}`));
    await spawnAs(pid, process.execPath, [PLAIN, '--deaf', `--answer=${owner.path('s')}`], sandbox.environment);
    assert.equal(await ask(owner.path('s')), pid);
    // Control arm: until a sweep the orphan runs.
    assert.equal(await ask(owner.path('o')), orphan.pid);
    await (await sandbox.tracker()).sweep();
    assert.ok(!isAlive(orphan.pid), 'a stranger with the pid of the owner does not make the session live');
    assert.equal(await ask(owner.path('s')), pid);
  },

  async group(sandbox, owner) {
    const orphan = await owner.start();
    const { pid } = await owner.start([PLAIN, '--deaf']);
    await owner.kill();
    await free(pid);
    // Leads a POSIX session and group with the root's number, which have one more process.
    const child = JSON.stringify({ command: process.execPath, args: [PLAIN, '--deaf', `--answer=${owner.path('c')}`] });
    const args = [PLAIN, '--deaf', `--answer=${owner.path('s')}`, `--run=${child}`];
    await spawnAs(pid, process.execPath, args, sandbox.environment);
    const members = [await ask(owner.path('s')), await ask(owner.path('c'))];
    assert.equal(members[0], pid);
    await (await sandbox.tracker()).sweep();
    assert.ok(!isAlive(orphan.pid), 'the sweep has finished');
    assert.deepEqual([await ask(owner.path('s')), await ask(owner.path('c'))], members);
    // Control arm: a signal to the group that the root once led ends both.
    process.kill(-pid, 'SIGKILL');
    await waitFor('control arm', () => !members.some(isAlive));
  },
};

/** Ends a server and waits until its pid can be reused. */
async function free(pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL');
  await waitFor(`pid ${pid} is free`, () => !existsSync(`/proc/${pid}`));
}

async function main(): Promise<void> {
  const round = rounds[process.argv[2] as string];
  if (!round) throw new Error('no such round');
  const sandbox = new Sandbox();
  try {
    await round(sandbox, await new FakeOwner(sandbox).open());
  } finally {
    await sandbox.dispose();
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
