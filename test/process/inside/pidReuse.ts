// Runs in a pid namespace of its own; see ../pidReuse.test.ts.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { spawnAs } from '../../support/namespace';
import { isAlive, Sandbox } from '../../support/sandbox';
import { ask, identityOf, PLAIN, Scene } from '../../support/scene';
import { waitFor } from '../../support/waitFor';

const rounds: Record<string, (sandbox: Sandbox, scene: Scene) => Promise<void>> = {
  async server(sandbox, scene) {
    const args = [PLAIN, '--deaf', `--answer=${scene.path('s')}`];
    const orphan = await scene.start();
    const { pid, record } = await scene.start([PLAIN, '--deaf']);
    scene.write({ records: [orphan.record, { ...record, census: [await identityOf(pid)] }] });
    await scene.killOwner();
    await free(pid);
    await spawnAs(pid, process.execPath, args, sandbox.environment);
    assert.equal(await ask(scene.path('s')), pid);
    await (await sandbox.tracker()).sweep();
    assert.ok(!isAlive(orphan.pid), 'the sweep did its work');
    assert.equal(await ask(scene.path('s')), pid);
    // Control arm: whoever goes by the pid alone ends the stranger.
    process.kill(record.root?.pid as number, 'SIGKILL');
    await waitFor('control arm', () => !isAlive(pid));
  },

  async owner(sandbox, scene) {
    const orphan = await scene.start([PLAIN, '--deaf', `--answer=${scene.path('o')}`]);
    const pid = scene.child.pid as number;
    await scene.killOwner();
    await waitFor('its pid is free', () => !existsSync(`/proc/${pid}`));
    await spawnAs(pid, process.execPath, [PLAIN, '--deaf', `--answer=${scene.path('s')}`], sandbox.environment);
    assert.equal(await ask(scene.path('s')), pid);
    // Control arm: until a sweep the orphan runs.
    assert.equal(await ask(scene.path('o')), orphan.pid);
    await (await sandbox.tracker()).sweep();
    assert.ok(!isAlive(orphan.pid), 'a stranger with the pid of the owner does not make the session live');
    assert.equal(await ask(scene.path('s')), pid);
  },

  async group(sandbox, scene) {
    const orphan = await scene.start();
    const { pid } = await scene.start([PLAIN, '--deaf']);
    await scene.killOwner();
    await free(pid);
    // Leads a POSIX session and group with the root's number, with one more process in it.
    const child = JSON.stringify({ command: process.execPath, args: [PLAIN, '--deaf', `--answer=${scene.path('c')}`] });
    const args = [PLAIN, '--deaf', `--answer=${scene.path('s')}`, `--run=${child}`];
    await spawnAs(pid, process.execPath, args, sandbox.environment);
    const members = [await ask(scene.path('s')), await ask(scene.path('c'))];
    assert.equal(members[0], pid);
    await (await sandbox.tracker()).sweep();
    assert.ok(!isAlive(orphan.pid), 'the sweep did its work');
    assert.deepEqual([await ask(scene.path('s')), await ask(scene.path('c'))], members);
    // Control arm: whoever signals the group that the root once led ends both.
    process.kill(-pid, 'SIGKILL');
    await waitFor('control arm', () => !members.some(isAlive));
  },
};

/** Ends a server and waits until its pid can be given out again. */
async function free(pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL');
  await waitFor(`pid ${pid} is free`, () => !existsSync(`/proc/${pid}`));
}

async function main(): Promise<void> {
  const round = rounds[process.argv[2] as string];
  if (!round) throw new Error('no such round');
  const sandbox = new Sandbox();
  try {
    await round(sandbox, await new Scene(sandbox).open());
  } finally {
    await sandbox.dispose();
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
